// Runs without leaving the page: the answer is shown as it comes, and can be stopped.

const form = document.getElementById("run");
const blocks = document.getElementById("blocks");
const status = document.getElementById("status");
const go = document.getElementById("go");
const stop = document.getElementById("stop");
let running = null;

function say(which, began) {
  const shown = document.getElementById(which).content.cloneNode(true);
  shown.querySelector(".soft").textContent = `${((performance.now() - began) / 1000).toFixed(1)} s`;
  status.replaceChildren(shown);
}

function clearErrors() {
  for (const list of form.querySelectorAll(".errorlist")) list.remove();
  for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
}

function showErrors(failings) {
  let first = null;
  for (const [id, words] of Object.entries(failings)) {
    const field = document.getElementById(id) ?? form.querySelector(`[id^="${CSS.escape(id)}_"]`);
    if (!field) continue;
    const list = document.createElement("ul");
    list.className = "errorlist";
    list.id = `${id}_error`;
    list.append(
      ...words.map((text) => {
        const row = document.createElement("li");
        row.textContent = text;
        return row;
      }),
    );
    field.closest(".field").append(list);
    field.setAttribute("aria-invalid", "true");
    field.closest("details")?.setAttribute("open", "");
    first ??= field;
  }
  first?.focus();
}

// Steps are made by runtime/pages/answer.py, which escapes what the plugin says.
function apply(step) {
  if (step.do === "add") {
    const into = step.into ? document.getElementById(step.into) : blocks;
    into.insertAdjacentHTML("beforeend", step.html);
  } else if (step.do === "text") {
    document.getElementById(step.id).querySelector("[data-words]").append(step.text);
  } else if (step.do === "swap") {
    document.getElementById(step.id).outerHTML = step.html;
  }
}

async function* linesOf(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const parts = (rest + value).split("\n");
    rest = parts.pop();
    yield* parts.filter(Boolean);
  }
}

function broken(text) {
  const note = document.createElement("p");
  note.className = "notice bad";
  note.setAttribute("role", "alert");
  note.textContent = text;
  blocks.append(note);
}

async function stream(response) {
  let end = null;
  for await (const line of linesOf(response)) {
    for (const step of JSON.parse(line)) {
      if (step.do === "end") end = step;
      else apply(step);
    }
  }
  if (!end) broken("The connection broke before the answer had ended.");
  return end && !end.failed ? "done" : "failed";
}

async function run() {
  const began = performance.now();
  running = new AbortController();
  clearErrors();
  blocks.replaceChildren();
  document.getElementById("waits").hidden = true;
  if (matchMedia("(max-width: 60rem)").matches) status.scrollIntoView({ block: "center" });
  go.hidden = true;
  stop.hidden = false;
  say("running", began);
  const clock = setInterval(() => say("running", began), 100);
  let outcome = "failed";
  try {
    const response = await fetch(form.action, {
      method: "POST",
      body: new FormData(form),
      headers: { Accept: "application/x-ndjson" },
      signal: running.signal,
    });
    if (response.status === 401) return location.reload();
    if (response.status === 422) {
      const answer = await response.json();
      outcome = null;
      showErrors(answer.failings);
    } else if (!response.ok) {
      broken(`The server answered ${response.status}. Its log says why.`);
    } else {
      outcome = await stream(response);
    }
  } catch (error) {
    outcome = error.name === "AbortError" ? "stopped" : "failed";
    if (outcome === "failed") broken("The server cannot be reached.");
  } finally {
    clearInterval(clock);
    running = null;
    go.hidden = false;
    stop.hidden = true;
    if (outcome) say(outcome, began);
    else status.replaceChildren("Some fields need another look.");
  }
}

async function loadOptions(button) {
  const field = document.getElementById(`id_parameter-${button.value}`);
  const body = new FormData(form);
  body.append("load", button.value);
  button.disabled = true;
  clearErrors();
  try {
    const response = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
    const answer = await response.json();
    if (answer.failing) return showErrors({ [field.id]: [answer.failing] });
    const select = document.createElement("select");
    for (const name of ["id", "name", "required"]) select[name] = field[name];
    const given = field.value;
    if (!field.required) select.add(new Option("–", ""));
    for (const [value, label] of answer.options) select.add(new Option(label, value));
    field.replaceWith(select);
    if (answer.options.some(([value]) => value === given)) select.value = given;
    select.focus();
  } catch {
    showErrors({ [field.id]: ["The options could not be loaded."] });
  } finally {
    button.disabled = false;
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.submitter?.name === "load") loadOptions(event.submitter);
  else if (!running) run();
});
stop.addEventListener("click", () => running?.abort());
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit(go);
});
