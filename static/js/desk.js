// The review desk: rows by keyboard, canned answers.

function rows() {
  return [...document.querySelectorAll("[data-row]")];
}

function move(step) {
  const all = rows();
  const here = all.findIndex((row) => row.contains(document.activeElement));
  const next = all[Math.min(Math.max(here + step, 0), all.length - 1)];
  next?.querySelector("th a").focus();
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("textarea, select, input:not([type=checkbox]), [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "x") document.activeElement.closest("[data-row]")?.querySelector("input[type=checkbox]:enabled")?.click();
  else return;
  event.preventDefault();
});

// The answer of a rule is put into an empty field, or in place of another rule's answer that nobody has changed.
document.addEventListener("change", (event) => {
  const select = event.target.closest("[data-canned]");
  if (!select) return;
  const field = document.getElementById(select.dataset.canned);
  const answers = [...select.options].map((option) => option.dataset.answer);
  if (!field.value.trim() || answers.includes(field.value)) field.value = select.selectedOptions[0].dataset.answer ?? "";
});
