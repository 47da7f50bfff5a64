// What every page can do with a script: copy, focus the search, close menus, open dialogs, keep live parts alive.

const line = document.getElementById("line");

function connected(yes) {
  if (line) line.hidden = yes;
}

async function copy(button) {
  await navigator.clipboard.writeText(button.dataset.copy);
  button.dataset.done = "";
  setTimeout(() => delete button.dataset.done, 1500);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) return copy(button);
  const opener = event.target.closest("[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  if (dialog) {
    event.preventDefault();
    dialog.showModal();
  }
  const closer = event.target.closest("[data-close]");
  if (closer?.closest("dialog")) {
    event.preventDefault();
    closer.closest("dialog").close();
  }
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target) || opener) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const menu = document.querySelector("details.menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  const search = document.querySelector("main .search input") ?? document.querySelector(".search input");
  if (event.key === "/" && search && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    search.focus();
    search.select();
  }
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
});

// On a phone the open tab may be beyond the edge.
for (const open of document.querySelectorAll('.tabs [aria-current="page"], .side [aria-current="page"]')) {
  open.scrollIntoView({ block: "nearest", inline: "center" });
}

// Live parts ask again at their own pace, while somebody looks.
function tick() {
  const live = document.querySelector("[data-tick]");
  if (!live) return;
  if (!document.hidden) document.body.dispatchEvent(new Event("tick"));
  setTimeout(tick, Number(live.dataset.tick));
}
setTimeout(tick, 1000);
document.addEventListener("visibilitychange", () => document.hidden || document.body.dispatchEvent(new Event("tick")));

// One box for all of a form's boxes of a name; it says when some of them are chosen.
document.addEventListener("change", ({ target }) => {
  const all = target.form?.querySelector("[data-all]");
  if (!all) return;
  const each = [...target.form.querySelectorAll(`[name="${all.dataset.all}"]:enabled`)];
  if (target === all) for (const one of each) one.checked = all.checked;
  const count = each.filter((one) => one.checked).length;
  all.checked = count > 0 && count === each.length;
  all.indeterminate = count > 0 && count < each.length;
}, true);

// A live part in which somebody reads or chooses waits until they have done so, and says it.
function rests(part) {
  const busy = part.querySelector("details[open], :checked") !== null;
  for (const one of part.querySelectorAll("[data-paused]")) one.hidden = !busy;
  for (const one of part.querySelectorAll("[data-running]")) one.hidden = busy;
  return busy;
}
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.matches("[data-rests]") && rests(event.target)) event.preventDefault();
});
for (const kind of ["toggle", "change"]) {
  document.addEventListener(kind, (event) => {
    const part = event.target.closest("[data-rests]");
    if (part) rests(part);
  }, true);
}

// A list that grows by itself keeps as many as its page begins with; where somebody is, it waits.
document.addEventListener("htmx:afterSettle", () => {
  for (const list of document.querySelectorAll("[data-most]")) {
    for (const row of [...list.querySelectorAll(":scope > li:not(.poll)")].slice(Number(list.dataset.most))) {
      if (!row.querySelector("details[open]") && !row.contains(document.activeElement)) row.remove();
    }
  }
});

// Output is followed to its end, unless somebody has scrolled up to read.
const ends = new Map();
const atEnd = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < 24;
for (const box of document.querySelectorAll("[data-follow]")) box.scrollTop = box.scrollHeight;
document.addEventListener("htmx:beforeSwap", () => {
  for (const box of document.querySelectorAll("[data-follow]")) ends.set(box.id, atEnd(box) ? null : box.scrollTop);
});
document.addEventListener("htmx:afterSettle", () => {
  for (const box of document.querySelectorAll("[data-follow]")) box.scrollTop = ends.get(box.id) ?? box.scrollHeight;
});

document.addEventListener("htmx:sendError", () => connected(false));
document.addEventListener("htmx:timeout", () => connected(false));
document.addEventListener("htmx:responseError", () => connected(false));
document.addEventListener("htmx:afterRequest", (event) => event.detail.successful && connected(true));
document.addEventListener("patchbay:line", (event) => connected(event.detail));
