// Within a console's frame: the button asks the console to install, and says what it answers.
const button = document.querySelector("[data-handoff]");

if (button && window.parent !== window) {
  const { handoff: origin, identifier } = button.dataset;
  const label = button.querySelector("span");
  const said = document.getElementById("handoff-said");
  let waiting = false;

  const say = (text) => {
    label.textContent = text;
    said.textContent = text;
  };

  button.addEventListener("click", (event) => {
    event.preventDefault();
    if (waiting || button.dataset.done) return;
    waiting = true;
    button.setAttribute("aria-busy", "true");
    say(button.dataset.working);
    window.parent.postMessage({ type: "dify-marketplace:install-plugin", pluginUniqueIdentifier: identifier }, origin);
  });

  window.addEventListener("message", (event) => {
    const told = event.data;
    if (event.source !== window.parent || event.origin !== origin) return;
    if (told?.type !== "dify-marketplace:install-plugin-status" || told.pluginUniqueIdentifier !== identifier) return;
    waiting = false;
    button.removeAttribute("aria-busy");
    if (told.status === "success") button.dataset.done = "true";
    const reason = typeof told.error === "string" && told.error ? `: ${told.error}` : "";
    const text = button.dataset[told.status] ?? button.dataset.failed;
    say(told.status === "failed" ? text + reason : text);
  });
}
