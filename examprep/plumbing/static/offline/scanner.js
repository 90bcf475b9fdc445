// Staff's scanner. What is scanned is kept first and sent after; only what the server has named is forgotten.

import { keepPages } from "./install.js";
import { forgetScanner, keepScan, owner, putScanner, scannerOf, scansOf, setOwner, settleScans } from "./store.js";
import { ask } from "./sync.js";

const AT_ONCE = 50;
const AGAIN_MS = 30_000;
const LOOK_MS = 250;
// Decodes where the browser does not; unmodified, see its folder. Nobody else loads it.
const DECODER = ["../qr-0.7.0/decode.js", "../qr-0.7.0/index.js"].map((path) => new URL(path, import.meta.url).href);
const OFFICE = "Asia/Shanghai"; // whose time every page shows
const SAME_MS = 5_000; // a code held before the camera is one scan

const box = document.getElementById("scanner");
const words = box.dataset;
const part = (name) => document.querySelector(`[data-${name}]`);
const form = part("scan");
const session = Number(new URLSearchParams(location.search).get("session"));

let kept = null; // what is known of the session
let state = "";
let last = { code: "", kind: "", at: 0 };

// As the other pages write them: in the page's language, whatever the browser's is.
const [locale, month] = document.documentElement.lang === "en" ? ["en-GB", "short"] : ["zh-CN", "long"];
const writes = (how) => new Intl.DateTimeFormat(locale, { ...how, timeZone: OFFICE });
const [clock, calendar] = [
  writes({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
  writes({ year: "numeric", month, day: "numeric" }),
];
const time = (instant) => clock.format(new Date(instant));
const day = (instant) => calendar.format(new Date(instant));

function line(...texts) {
  const made = document.createElement("li");
  made.textContent = texts.filter(Boolean).join(" · ");
  return made;
}

function complain(text) {
  part("problem").textContent = text;
  part("problem").hidden = !text;
}

const mine = async () => (kept ? (await scansOf(kept.person)).filter((scan) => scan.session === session) : []);

async function show() {
  const waiting = await mine();
  form.hidden = !kept || state === "closed";
  part("title").textContent = kept ? `${day(kept.starts)} ${time(kept.starts)} · ${kept.title}` : "";
  const count = waiting.length === 1 ? words.one : words.many.replace("{n}", waiting.length);
  const how = { away: words.away, "signed-out": words.outWords, closed: words.closed }[state] ?? "";
  part("status").textContent = kept ? `${waiting.length ? count : words.none} ${how}` : words.unknown;
  part("waiting").hidden = !waiting.length;
  part("list").replaceChildren(
    ...waiting.sort((one, other) => other.at - one.at).map(({ at, code, kind }) => line(time(at), code, words[kind])),
  );
}

// Asks the server of the session: its token, and how far this device's clock is behind. Nothing of it names a learner.
async function meet() {
  const before = Date.now();
  const answer = await ask(`/training/sessions/${session}/scanner`);
  if (answer.type === "opaqueredirect") return { state: "signed-out" };
  if (answer.status === 403 || answer.status === 404) return { state: "unknown" };
  if (!answer.ok) return { state: "away" };
  const { token, now, open, ...pack } = await answer.json();
  const offset = Math.round(now - (before + Date.now()) / 2);
  await setOwner(pack.person);
  return { state: open ? "on" : "closed", token, pack: { ...pack, session, offset } };
}

async function send() {
  const met = await meet();
  state = met.state;
  if (state === "unknown") kept = null;
  if (!met.pack) return;
  kept = met.pack;
  if (state === "on") await putScanner(kept);
  for (let waiting = await mine(); waiting.length; waiting = await mine()) {
    const batch = waiting.slice(0, AT_ONCE);
    const answer = await ask(`/training/sessions/${session}/scans`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": met.token },
      body: JSON.stringify({
        person: kept.person,
        clock: Date.now(),
        scans: batch.map(({ id, code, kind, at, offset }) => ({ id, code, kind, at, offset })),
      }),
    });
    if (!answer.ok) {
      state = "away";
      return;
    }
    const { scans } = await answer.json();
    await settleScans(scans.map(({ id }) => id));
    tell(batch, scans);
    if (!scans.length) return;
  }
  if (state === "closed") await forgetScanner(session);
}

// What the server said stands here until the page is left; it is kept nowhere.
function tell(batch, outcomes) {
  const of = new Map(batch.map((scan) => [scan.id, scan]));
  for (const { id, name, state: told, why } of outcomes) {
    const { at, code, kind } = of.get(id);
    part("results").prepend(line(time(at), name || code, words[kind], `${told === "refused" ? "✗" : "✓"} ${words[told]}`, why));
  }
  part("told").hidden = false;
}

async function run() {
  const locked = navigator.locks ? (work) => navigator.locks.request("examprep-scans", work) : (work) => work();
  try {
    await locked(send);
  } catch {
    state = "away";
  }
  await show();
}

async function take(text, kind) {
  const code = text.trim().toUpperCase();
  const at = Date.now();
  if (!code || (code === last.code && kind === last.kind && at - last.at < SAME_MS)) return;
  last = { code, kind, at };
  try {
    const id = crypto.randomUUID();
    await keepScan({ id, person: kept.person, session, code: code.slice(0, 40), kind, at, offset: kept.offset });
  } catch {
    return complain(words.notKept);
  }
  complain("");
  navigator.vibrate?.(50);
  await show();
  run();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const field = form.elements.code;
  take(field.value, form.elements.kind.value);
  field.value = "";
  field.focus();
});
part("send").addEventListener("click", run);
window.addEventListener("online", run);
window.addEventListener("offline", () => {
  state = "away";
  show();
});
setInterval(async () => (await mine()).length && run(), AGAIN_MS);

const canDecode = async () =>
  "BarcodeDetector" in window && (await BarcodeDetector.getSupportedFormats()).includes("qr_code");

// The decoder's files pass through the service worker once, which then has them without a connection.
async function keepDecoder() {
  const worker = navigator.serviceWorker;
  await worker.ready;
  if (!worker.controller) await new Promise((resolve) => worker.addEventListener("controllerchange", resolve, { once: true }));
  await Promise.all(DECODER.map((address) => fetch(address)));
}

async function decoder() {
  if (await canDecode()) return BarcodeDetector;
  const { BarcodeDetector: Decoder } = await import(DECODER[0]);
  if (navigator.serviceWorker) keepDecoder().catch(() => {});
  return Decoder;
}

async function camera() {
  const Detector = navigator.mediaDevices ? await decoder().catch(() => null) : null;
  part("camera").hidden = !Detector;
  part("by-hand").hidden = Boolean(Detector);
  if (!Detector) return;
  const detector = new Detector({ formats: ["qr_code"] });
  const video = part("video");
  // One look after the other: a slow phone would never come to an end of them.
  async function look() {
    const found = await detector.detect(video).catch(() => []);
    for (const { rawValue } of found) take(rawValue, form.elements.kind.value);
    setTimeout(look, LOOK_MS);
  }
  part("start").addEventListener("click", async () => {
    try {
      video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      await video.play();
    } catch {
      return complain(words.noCamera);
    }
    video.hidden = false;
    part("start").hidden = true;
    look();
  });
}

const person = await owner();
const known = session ? await scannerOf(session) : null;
kept = known && known.person === person ? known : null;
if (session) {
  part("back").href = words.backTo.replace("/0/", `/${session}/`);
  part("back").textContent = words.backWords;
}
await show();
await Promise.allSettled([session ? run() : null, camera()]);
if (navigator.serviceWorker) keepPages(document.documentElement.lang.slice(0, 2)).catch(() => {});
