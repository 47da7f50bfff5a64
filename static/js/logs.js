// The log as it comes: filtered, paused, followed. What is on the page stays there when the connection breaks.

const MOST = 4000; // lines on the page; older ones go
const log = document.getElementById("log");
const live = document.getElementById("live");
const pause = document.getElementById("pause");
const silent = document.getElementById("silent");
let waiting = [];
let paused = false;
let last = Number(log.lastElementChild?.dataset.number ?? 0);
const seen = new Set([...log.children].map((line) => line.dataset.key));
const key = (line) => `${line.number}@${line.time}`;

function row(line) {
  const p = document.createElement("p");
  const time = document.createElement("time");
  const level = document.createElement("span");
  const text = document.createElement("span");
  p.className = `level-${line.kind} from-${line.stream}`;
  time.textContent = line.at;
  level.className = "level";
  level.textContent = line.kind;
  text.textContent = line.text;
  p.append(time, level, text);
  return p;
}

function say(word, tone) {
  live.className = `pill ${tone}`;
  live.querySelector("span").textContent = word;
}

function add(lines) {
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 24;
  log.append(...lines.map(row));
  while (log.childElementCount > MOST) log.firstElementChild.remove();
  if (atEnd) log.scrollTop = log.scrollHeight;
}

function come(lines) {
  const fresh = lines.filter((line) => !seen.has(key(line)));
  if (!fresh.length) return;
  for (const line of fresh) seen.add(key(line));
  last = fresh.at(-1).number;
  silent.hidden = true;
  if (!paused) return add(fresh);
  waiting = waiting.concat(fresh).slice(-MOST);
  pause.querySelector("span").textContent = `Go on (${waiting.length} new)`;
}

function connect() {
  const source = new EventSource(`${log.dataset.source}?after=${last}`);
  source.onopen = () => say("Live", "ok");
  source.onmessage = (event) => come(JSON.parse(event.data));
  source.addEventListener("silent", (event) => {
    silent.textContent = JSON.parse(event.data);
    silent.hidden = false;
    say("Waiting", "");
    last = 0; // numbers begin again with the next process, and a source would ask for those after the old ones
    source.close();
    setTimeout(connect, 3000);
  });
  source.onerror = () => {
    if (source.readyState === EventSource.CLOSED) {
      say("Not connected", "warn");
      setTimeout(connect, 5000);
    } else {
      say("Connecting again", "warn");
    }
  };
  window.addEventListener("pagehide", () => source.close(), { once: true });
}

pause.addEventListener("click", () => {
  paused = !paused;
  pause.setAttribute("aria-pressed", String(paused));
  pause.querySelector("span").textContent = paused ? "Go on" : "Pause";
  if (!paused) add(waiting.splice(0));
});
for (const name of ["level", "stream"]) {
  document.getElementById(name).addEventListener("change", (event) => {
    log.dataset[name] = event.target.value;
    log.scrollTop = log.scrollHeight;
  });
}
connect();
