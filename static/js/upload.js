// Uploading with what a form alone cannot do: dropping files, and showing how far each one is.

const form = document.getElementById("upload");
const input = form.querySelector("input[type=file]");
const drop = document.getElementById("drop");
const list = document.getElementById("picked");
const send = document.getElementById("send");
let files = [];

function size(bytes) {
  return bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

function show() {
  list.hidden = !files.length;
  list.replaceChildren(
    ...files.map((file) => {
      const row = document.createElement("li");
      const name = document.createElement("span");
      const how = document.createElement("span");
      const bar = document.createElement("progress");
      name.textContent = file.name;
      how.textContent = size(file.size);
      how.className = "soft small";
      bar.max = 1;
      bar.value = 0;
      row.append(name, how, bar);
      return row;
    }),
  );
  send.textContent = files.length > 1 ? `Upload ${files.length} packages` : "Upload";
}

function pick(chosen) {
  const taken = [...chosen].filter((file) => /\.dify(pkg|bndl)$/.test(file.name));
  files = [...files.filter((old) => !taken.some((file) => file.name === old.name)), ...taken];
  if (taken.length < chosen.length) refuse("Only .difypkg files are plugins; the others were left out.");
  show();
}

function refuse(text) {
  const note = document.createElement("p");
  note.className = "notice bad";
  note.setAttribute("role", "alert");
  note.textContent = text;
  document.getElementById("refused").replaceChildren(note);
}

// All files go in one request; what has left is shown against the files in their order.
function progressed(loaded) {
  let before = 0;
  files.forEach((file, index) => {
    const bar = list.children[index]?.querySelector("progress");
    if (bar) bar.value = file.size ? Math.min(1, Math.max(0, (loaded - before) / file.size)) : 1;
    before += file.size;
  });
}

function answered(request) {
  send.disabled = false;
  if (request.status === 401) return location.reload();
  if (request.response?.address) return location.assign(request.response.address);
  if (!request.response?.refused) return refuse("The server could not take the files. Its log says why.");
  document.getElementById("refused").outerHTML = request.response.refused;
  files = [];
  input.value = "";
  show();
  document.getElementById("refused").scrollIntoView({ block: "nearest" });
}

form.addEventListener("submit", (event) => {
  if (!files.length) return;
  event.preventDefault();
  const body = new FormData();
  body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  for (const file of files) body.append("package", file);
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "application/json");
  request.responseType = "json";
  request.upload.addEventListener("progress", (news) => progressed(news.loaded));
  request.addEventListener("load", () => answered(request));
  request.addEventListener("error", () => {
    send.disabled = false;
    refuse("The connection broke. Nothing was kept; upload again.");
  });
  send.disabled = true;
  request.send(body);
});

input.addEventListener("change", () => pick(input.files));
if (input.files.length) pick(input.files); // chosen before this was here
for (const name of ["dragenter", "dragover"]) {
  document.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
}
for (const name of ["dragleave", "drop"]) {
  document.addEventListener(name, (event) => {
    event.preventDefault();
    if (name === "drop" || !event.relatedTarget) drop.classList.remove("over");
  });
}
document.addEventListener("drop", (event) => event.dataTransfer.files.length && pick(event.dataTransfer.files));
