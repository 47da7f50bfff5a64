// Talks to an app without leaving the page: the answer is shown as it comes, and can be stopped.

const form = document.getElementById("ask");
const turns = document.getElementById("turns");
const go = document.getElementById("go");
const stop = document.getElementById("stop");
const list = document.querySelector("[data-list]");
const question = document.getElementById("id_ask-query");
const talks = Boolean(turns.dataset.talk);
let running = null;

const piece = (id) => document.getElementById(id).content.cloneNode(true);

function toEnd() {
  const last = turns.lastElementChild;
  if (last && last.getBoundingClientRect().bottom < innerHeight + 240) last.scrollIntoView({ block: "end" });
}

function begin(asked) {
  for (const opening of turns.querySelectorAll(".opening")) opening.remove();
  if (!talks) turns.replaceChildren();
  turns.append(piece("a-turn"));
  const turn = turns.lastElementChild;
  const said = turn.querySelector(".asked");
  if (asked) said.textContent = asked;
  else said.remove();
  turn.scrollIntoView({ block: "end" });
  return turn;
}

function fail(turn, text) {
  const note = piece("a-failure");
  note.querySelector("span").textContent = text;
  turn.querySelector(".spent").before(note);
}

function think(turn, id, label, status) {
  const all = turn.querySelector(".thoughts");
  all.hidden = false;
  let row = [...all.children].find((one) => one.dataset.id === id);
  if (!row) {
    row = document.createElement("li");
    row.dataset.id = id;
    all.append(row);
  }
  row.replaceChildren(piece(`is-${status === "start" || status === "error" ? status : "success"}`), ` ${label}`);
}

const HEARD = {
  message: (turn, event) => turn.querySelector(".told").append(event.answer),
  agent_message: (turn, event) => turn.querySelector(".told").append(event.answer),
  text_chunk: (turn, event) => turn.querySelector(".told").append(event.data.text),
  agent_log: (turn, { data }) => think(turn, data.id, data.label, data.status),
  node_started: (turn, { data }) => think(turn, data.id, data.title, "start"),
  node_finished: (turn, { data }) => think(turn, data.id, `${data.title}, ${data.elapsed_time.toFixed(1)} s`, data.error ? "error" : "success"),
  error: (turn, event) => fail(turn, event.message),
  workflow_finished: (turn, { data }) => {
    if (data.error) fail(turn, data.error);
    spent(turn, data.total_tokens);
  },
  message_end: (turn, { metadata }) => spent(turn, metadata.usage.total_tokens),
};
const ENDS = new Set(["error", "workflow_finished", "message_end"]);

function spent(turn, tokens) {
  if (tokens) turn.querySelector(".spent").textContent = `${tokens} tokens`;
}

async function* eventsOf(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const parts = (rest + value).split("\n\n");
    rest = parts.pop();
    for (const part of parts) yield JSON.parse(part.replace(/^data: /, ""));
  }
}

// A conversation that has just begun gets its own address, and its place at the side.
async function settle(id) {
  if (!talks || !id || form.action.includes(id)) return;
  const address = `${turns.dataset.talk}${id}`;
  history.replaceState(null, "", address);
  form.action = address;
  for (const field of form.querySelectorAll(".field")) if (!field.contains(question)) field.remove();
  const answer = await fetch(`${list.dataset.list}?chosen=${id}`);
  if (answer.ok) document.getElementById("conversations").outerHTML = await answer.text();
}

async function hear(turn, response) {
  let ended = false;
  let conversation = "";
  for await (const event of eventsOf(response)) {
    conversation ||= event.conversation_id ?? "";
    HEARD[event.event]?.(turn, event);
    ended ||= ENDS.has(event.event);
    toEnd();
  }
  if (!ended) fail(turn, "The connection broke before the answer had ended.");
  await settle(conversation);
}

function clearErrors() {
  for (const old of form.querySelectorAll(".errorlist")) old.remove();
  for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
}

function showErrors(failings) {
  for (const [id, words] of Object.entries(failings)) {
    const field = document.getElementById(id);
    const errors = document.createElement("ul");
    errors.className = "errorlist";
    for (const text of words) errors.append(Object.assign(document.createElement("li"), { textContent: text }));
    field.closest(".field").append(errors);
    field.setAttribute("aria-invalid", "true");
  }
  form.querySelector("[aria-invalid]")?.focus();
}

async function refused(turn, response, asked) {
  if (response.status === 401) return location.reload();
  const answer = await response.json().catch(() => ({}));
  if (!answer.failings) return fail(turn, answer.message ?? `The server answered ${response.status}. Its log says why.`);
  turn.remove();
  if (question) question.value = asked;
  showErrors(answer.failings);
}

async function ask() {
  clearErrors();
  const body = new FormData(form);
  const asked = question?.value.trim() ?? "";
  const turn = begin(talks ? asked : "");
  if (talks && question) question.value = "";
  running = new AbortController();
  go.hidden = true;
  stop.hidden = false;
  try {
    const headers = { Accept: "text/event-stream" };
    const response = await fetch(form.action, { method: "POST", body, headers, signal: running.signal });
    if (response.ok) await hear(turn, response);
    else await refused(turn, response, asked);
  } catch (error) {
    fail(turn, error.name === "AbortError" ? "You stopped it." : "The server cannot be reached.");
  } finally {
    turn.querySelector(".told")?.classList.remove("waiting");
    running = null;
    go.hidden = false;
    stop.hidden = true;
    question?.focus();
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!running && !go.disabled) ask();
});
stop.addEventListener("click", () => running?.abort());
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing) return;
  const send = event.ctrlKey || event.metaKey || (talks && event.target === question && !event.shiftKey);
  if (!send) return;
  event.preventDefault();
  form.requestSubmit(go);
});
if (talks) turns.lastElementChild?.scrollIntoView({ block: "end" });
