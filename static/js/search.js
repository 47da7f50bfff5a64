// Suggestions below the search field of the top bar: arrows choose, Enter opens, Escape closes. Without this the field is a form.

const field = document.querySelector("[data-suggest]");
const list = document.getElementById("suggestions");
let asked = 0;
let waiting;

function close() {
  list.hidden = true;
  field.setAttribute("aria-expanded", "false");
  field.removeAttribute("aria-activedescendant");
}

async function suggest() {
  const query = field.value.trim();
  const turn = ++asked;
  if (!query) return close();
  const address = new URL(field.dataset.suggest, location);
  address.searchParams.set("q", query);
  const answer = await fetch(address).catch(() => null);
  if (!answer?.ok || turn !== asked || document.activeElement !== field) return;
  list.innerHTML = await answer.text();
  list.hidden = !list.querySelector("[role=option]");
  field.setAttribute("aria-expanded", String(!list.hidden));
  field.removeAttribute("aria-activedescendant");
}

function move(step) {
  const options = [...list.querySelectorAll("[role=option]")];
  const place = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  const next = (place + step + options.length + (place < 0 && step < 0 ? 1 : 0)) % options.length;
  options.forEach((option, index) => option.setAttribute("aria-selected", String(index === next)));
  field.setAttribute("aria-activedescendant", options[next].id);
  options[next].scrollIntoView({ block: "nearest" });
}

function key(event) {
  if (list.hidden) return;
  const chosen = list.querySelector('[aria-selected="true"]');
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    move(event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Enter" && chosen) {
    event.preventDefault();
    chosen.click();
  } else if (event.key === "Escape") {
    event.preventDefault();
    close();
  }
}

if (field) {
  for (const [name, value] of [["role", "combobox"], ["aria-expanded", "false"], ["aria-controls", "suggestions"], ["aria-autocomplete", "list"]]) {
    field.setAttribute(name, value);
  }
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(suggest, 120);
  });
  field.addEventListener("keydown", key);
  field.addEventListener("focus", suggest);
  field.form.addEventListener("focusout", (event) => event.relatedTarget?.closest("#suggestions") || close());
  list.addEventListener("pointerdown", (event) => event.preventDefault());
}
