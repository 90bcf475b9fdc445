// On the pages with a connection: keep questions for later, and send what was answered without one.

import { bannerIn } from "./banner.js";
import { keepPages } from "./install.js";
import { anyWait, noteAnswered, packOf, putPack, setOwner, waiting } from "./store.js";

const FRESH_MS = 6 * 60 * 60 * 1000;
const FEW_LEFT = 20;

const line = document.querySelector("[data-keeper]");
const person = Number(line?.dataset.person);
const subject = line?.dataset.subject;

const left = (kept) => kept.pack.questions.filter(({ version }) => !kept.done.includes(version));

function offer(kept) {
  const shown = document.querySelector("[data-kept]");
  if (!shown || !kept || !left(kept).length) return;
  shown.querySelector("[data-count]").textContent = shown.dataset.words.replace("{n}", left(kept).length);
  shown.hidden = false;
}

const day = (instant) => new Date(instant).toDateString();

// A phone's data are dear: the questions are fetched when few are left, or when they are of another day or language.
async function refresh() {
  let kept = await packOf(person, subject);
  const now = Date.now();
  const today = kept && now - kept.gotAt < FRESH_MS && day(kept.gotAt) === day(now);
  const fresh = today && kept.pack.language === line.dataset.language;
  if (!(fresh && left(kept).length >= Math.min(FEW_LEFT, kept.pack.questions.length))) {
    const done = (await waiting(person)).map(({ version }) => version);
    const headers = { Accept: "application/json", ...(kept?.etag ? { "If-None-Match": kept.etag } : {}) };
    const answer = await fetch(`/practice/pack?subject=${subject}`, { headers, redirect: "manual" });
    if (answer.status === 304) await putPack((kept = { ...kept, gotAt: Date.now(), done }));
    else if (answer.ok) {
      kept = { person, subject, etag: answer.headers.get("ETag"), gotAt: Date.now(), done, pack: await answer.json() };
      if (kept.pack.person === person) await putPack(kept);
      pictures(kept.pack);
    }
  }
  offer(kept);
}

// Pictures never change, so whatever has been fetched once is there without a connection.
function pictures(pack) {
  for (const { ask, solution, reasons } of pack.questions) {
    for (const [, address] of `${ask}${solution}${reasons}`.matchAll(/<img src="([^"]+)"/g)) new Image().src = address;
  }
}

// A page that still asks what has just been sent was drawn before that.
function drawAgain(versions) {
  if (versions.includes(Number(document.querySelector("form[data-ask]")?.dataset.version))) location.reload();
}

if (line && "indexedDB" in window) {
  document.addEventListener("answered", ({ detail }) => noteAnswered(person, subject, detail));
  await setOwner(person);
  const banner = bannerIn(line, { person: async () => person, onSent: drawAgain });
  if (await anyWait()) await banner.run();
  // Without a service worker (no HTTPS) nothing could be opened off-line; answers are kept all the same.
  if (navigator.serviceWorker) await Promise.allSettled([keepPages(line.dataset.language), refresh()]);
}
