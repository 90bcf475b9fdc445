// Practising from what this device keeps. It marks by the table that came with each question, and tells the server later.

import { bannerIn } from "./banner.js";
import { keepAnswer, noteAnswered, owner, packs, whenOthersChange } from "./store.js";

const box = document.getElementById("offline");
const stage = box.querySelector("[data-stage]");
const words = box.dataset;
const language = document.documentElement.lang.slice(0, 2);
const asked = new URLSearchParams(location.search);

let mine; // the person, the kept packs
let kept = []; // of each subject, the one being practised first
let skipped = []; // versions, to be asked at the end
let current = null; // the question being asked
let shownAt = 0;
let busy = false;

const drawn = (name) => document.getElementById(name).content.cloneNode(true);
const points = (half) => String(half / 2);
const named = (question, ticks) => ticks.map((place) => question.letters[place]).join("");

// The page may stand in for any that could not be loaded: then its address says which subject and way were wanted.
const [, pathSubject, pathScope] = /^\/practice\/([a-z0-9-]+)\/([a-z0-9-]+)$/.exec(location.pathname) ?? [];
const wanted = asked.get("subject") ?? pathSubject;
const way = asked.get("scope") ?? pathScope;

function arrange(found) {
  const left = box.querySelector("[data-left-out]");
  left.hidden = !found.some(({ subject, pack }) => pack.written && subject === (wanted ?? subject));
  kept = found.filter(({ pack }) => pack.questions.length);
  kept.sort((one, other) => (other.subject === wanted) - (one.subject === wanted) || other.gotAt - one.gotAt);
}

async function load() {
  mine = await owner();
  arrange(mine ? await packs(mine) : []);
}

function put(text) {
  const part = document.createElement("template");
  part.innerHTML = text; // the server's own markup, sanitised there
  // What stands beside a question needs the server.
  for (const link of part.content.querySelectorAll("a[data-aside]")) link.remove();
  return part.content;
}

// The questions of the way that was wanted first, in its order; then the others as they were packed.
function inTurn(questions) {
  const place = ({ scopes }) => scopes[way] ?? Number.MAX_SAFE_INTEGER;
  return [...questions].sort((one, other) => place(one) - place(other));
}

function upcoming() {
  const left = inTurn(kept[0].pack.questions.filter(({ version }) => !kept[0].done.includes(version)));
  return left.find(({ version }) => !skipped.includes(version)) ?? left[0] ?? null;
}

function show(part) {
  stage.replaceChildren(part);
  window.scrollTo(0, 0);
}

function ask(question) {
  current = question;
  const part = drawn("ask");
  part.querySelector("form").dataset.version = question.version;
  part.querySelector("[data-question]").replaceWith(put(question.ask));
  const { questions } = kept[0].pack;
  const answered = questions.filter(({ version }) => kept[0].done.includes(version)).length;
  part.querySelector(".place").textContent = `${answered + 1} / ${questions.length}`;
  show(part);
  shownAt = performance.now();
}

function next() {
  if (!kept.length) return show(drawn("nothing"));
  const question = upcoming();
  if (question) ask(question);
  else {
    current = null;
    show(drawn("end"));
  }
}

// Somebody asked for it, so the focus goes along; whoever opens the page begins at its top.
function goOn() {
  next();
  stage.querySelector(".stem")?.focus({ preventScroll: true });
}

function subjects() {
  const list = box.querySelector("[data-subjects]");
  list.hidden = kept.length < 2;
  list.querySelector("ul").replaceChildren(
    ...kept.map(({ subject, pack }, number) => {
      const link = document.createElement("a");
      link.href = `/practice/offline?subject=${subject}`;
      link.textContent = pack.names[language] ?? pack.names.zh;
      if (!number) link.setAttribute("aria-current", "true");
      const item = document.createElement("li");
      item.append(link);
      return item;
    }),
  );
  const head = box.querySelector("[data-subject-name]");
  head.textContent = kept.length ? (kept[0].pack.names[language] ?? kept[0].pack.names.zh) : "";
}

function complain(text) {
  const line = stage.querySelector("[data-problem]");
  if (!line) return;
  line.textContent = text;
  line.hidden = !text;
}

function tell(question, ticks, half) {
  const part = drawn("told");
  part.querySelector("[data-solution]").replaceWith(put(question.solution));
  for (const place of ticks) {
    const option = part.querySelectorAll("li.option")[place];
    const right = question.key.includes(place);
    option.classList.add("option-ticked", ...(right ? [] : ["option-wrong"]));
    const flag = option.querySelector(".option-flag") ?? option.appendChild(document.createElement("span"));
    flag.className = "option-flag";
    flag.textContent = right ? `✓ ${words.rightYours}` : `✗ ${words.yours}`;
  }
  const kind = half === question.full ? "right" : half ? "partly" : "wrong";
  const verdict = part.querySelector("[data-verdict]");
  verdict.classList.add(`verdict-${kind}`);
  verdict.querySelector(".verdict-word").textContent = `${{ right: "✓", partly: "◐", wrong: "✗" }[kind]} ${words[kind]}`;
  verdict.querySelector("[data-points]").textContent = [
    words.points.replace("{got}", points(half)).replace("{full}", points(question.full)),
    words.answer.replace("{letters}", named(question, question.key)),
    ...(ticks.length ? [words.ticked.replace("{letters}", named(question, ticks))] : []),
  ].join(" · ");
  part.querySelector("[data-reasons]").replaceWith(put(question.reasons));
  show(part);
  const shown = stage.querySelector("[data-verdict]");
  shown.focus({ preventScroll: true });
  shown.scrollIntoView({ block: "nearest" });
}

const marked = (question, ticks) => question.marks[ticks.reduce((bits, place) => bits | (1 << place), 0)];

async function submit(form, button) {
  const data = new FormData(form);
  const ticks = data.getAll("tick").map(Number).sort((one, other) => one - other);
  const blank = button?.name === "blank";
  if (blank) ticks.length = 0;
  if (!ticks.length && !blank) return complain(words.empty);
  const question = current;
  busy = true;
  try {
    await keepAnswer({
      id: crypto.randomUUID(),
      person: mine,
      subject: kept[0].subject,
      scope: way in question.scopes ? way : Object.keys(question.scopes)[0],
      syllabus: kept[0].pack.syllabus,
      version: question.version,
      ticks,
      blank,
      sure: data.get("sure"),
      took_ms: Math.round(performance.now() - shownAt),
      // Nothing is answered before it was fetched: a clock that had lost its day says so until it is set.
      at: Math.max(Date.now(), kept[0].gotAt),
    });
  } catch {
    return complain(words.notKept); // the device is full, or forbids keeping
  } finally {
    busy = false;
  }
  navigator.storage?.persist?.().catch(() => {}); // else a browser short of room may forget what waits
  kept[0].done.push(question.version);
  tell(question, ticks, marked(question, ticks));
  if (navigator.onLine) banner.run();
  else banner.show("waiting");
}

function press(event) {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const form = stage.querySelector("form");
  const key = event.key.toUpperCase();
  const place = key.length === 1 ? Math.max("ABCDEFGH".indexOf(key), "12345678".indexOf(key)) : -1;
  const option = form?.querySelectorAll(".option [name=tick]")[place];
  if (option) {
    option.checked = !option.checked;
    complain("");
    option.focus({ preventScroll: true });
  } else if (key === "N" && !form) goOn();
  else if (key === "ENTER" && !event.target.closest("a, button, summary")) {
    if (form) form.requestSubmit(form.querySelector("[data-submit]"));
    else goOn();
  } else return;
  event.preventDefault();
}

stage.addEventListener("submit", (event) => {
  event.preventDefault();
  if (busy) return;
  if (event.submitter?.hasAttribute("data-skip")) {
    skipped = skipped.filter((version) => version !== current.version).concat(current.version);
    goOn();
  } else submit(event.target, event.submitter);
});
stage.addEventListener("click", (event) => {
  if (!event.target.closest("[data-next]")) return;
  event.preventDefault();
  goOn();
});
stage.addEventListener("change", () => complain(""));

const size = /(?:^|; )examprep_type=(large|larger)(?:;|$)/.exec(document.cookie)?.[1];
if (size) document.documentElement.dataset.type = size;

const banner = bannerIn(box.querySelector("[data-keeping]"), { person: owner });

// Another window may answer, or sign out: what is asked here stays, what comes next is looked up anew.
whenOthersChange(async () => {
  const done = new Map((mine ? await packs(mine) : []).map((pack) => [pack.subject, pack.done]));
  for (const pack of kept) pack.done = done.get(pack.subject) ?? pack.done;
});

// A mock exam is with the server alone, so nothing of it is asked here: the page says where its answers are.
function sayOfMock() {
  const [head, title] = [box.querySelector(".practice-head"), box.querySelector("h1")];
  title.textContent = words.mock;
  head.replaceChildren(title);
  box.replaceChildren(head, drawn("mock"));
  document.title = `${words.mock} · examprep`;
}

async function practise() {
  document.addEventListener("keydown", press);
  await load();
  subjects();
  // Whoever comes from a question whose answer could not be sent sees at once what it earned.
  const came = JSON.parse(sessionStorage.getItem("examprep-unsent") ?? "null");
  sessionStorage.removeItem("examprep-unsent");
  const answered = came && kept[0]?.pack.questions.find(({ version }) => version === came.version);
  if (answered && came.person === mine) {
    await noteAnswered(mine, kept[0].subject, came.version);
    tell(answered, came.ticks, marked(answered, came.ticks));
  } else next();
  await banner.run();
  const now = await owner();
  if (now !== mine) {
    await load();
    subjects();
    next();
  }
}

if (/^\/mocks(\/|$)/.test(location.pathname)) sayOfMock();
else await practise();
