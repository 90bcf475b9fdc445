// A mock exam under way: the clock ticks and says the time left at thresholds; an answer is kept as it is given.
// Without scripts the server's clock holds all the same, and the buttons keep the answer.

const KEEP_MS = 3000; // of typing, after which what is typed is kept, paused or not
const AGAIN_MS = 5000;
const PATIENCE_MS = 15_000;

const form = document.querySelector("[data-mock-form]");
const state = form?.querySelector("[data-mock-kept]");
let dirty = false; // something here is not on the server
let away = false; // the last try did not reach it
let waiting = 0;
let running = null; // one request at a time, so that an older answer never comes after a newer one

// Sends what the form holds until the server has all of it; says whether it has.
function flush() {
  if (!form) return true;
  running ??= send().finally(() => (running = null));
  return running;
}

// The session has ended: the form gets the token of the next one, so that what it holds is
// taken once its person has signed in again; says whether there is one.
async function renew() {
  const who = await fetch("/practice/sync", { headers: { Accept: "application/json" }, redirect: "manual", cache: "no-store" });
  if (who.ok) form.elements.csrf_token.value = (await who.json()).token;
  return who.ok;
}

async function send({ leaving = false } = {}) {
  let renewed = false;
  clearTimeout(waiting);
  waiting = 0;
  while (dirty) {
    dirty = false;
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: new FormData(form),
        headers: { "X-Fragment": "keep" },
        redirect: "manual", // a redirect means that nobody is signed in
        keepalive: leaving,
        signal: leaving ? null : AbortSignal.timeout?.(PATIENCE_MS),
      });
      const out = answer.type === "opaqueredirect" || answer.status === 400;
      const { kept, failed, refused, signedOut } = form.dataset;
      away = answer.status >= 500 || out;
      if (out && !renewed && (await renew())) {
        renewed = dirty = true;
        continue;
      }
      if (answer.status === 409) location.assign(form.dataset.over);
      state.textContent = answer.ok ? kept : out ? signedOut : away ? failed : refused;
    } catch {
      away = true;
      state.textContent = form.dataset.failed;
    }
    dirty ||= away;
    if (away) break;
  }
  return !dirty;
}

if (form) {
  form.addEventListener("change", (event) => {
    if (event.target.name === "to") return;
    dirty = true;
    flush();
  });
  form.addEventListener("input", (event) => {
    if (event.target.name !== "written") return;
    dirty = true;
    waiting ||= setTimeout(flush, KEEP_MS);
  });
  // Without a connection a button would leave the page, and what stands here with it.
  const leave = () => dirty && send({ leaving: true });
  form.addEventListener("submit", async (event) => {
    if (!running && !away && navigator.onLine) {
      dirty = false;
      return;
    }
    event.preventDefault();
    dirty = true;
    if (await flush()) form.requestSubmit(event.submitter);
  });
  setInterval(() => dirty && away && flush(), AGAIN_MS);
  window.addEventListener("online", () => flush());
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && leave());
  window.addEventListener("pagehide", leave);
  // Behind a service worker, what is sent as late as at pagehide gets lost.
  window.addEventListener("beforeunload", (event) => {
    if (dirty && away) event.preventDefault();
    leave();
  });
}

const clock = document.querySelector("[data-mock-clock]");
if (clock) {
  const shown = clock.querySelector("[data-mock-shown]");
  const said = clock.querySelector("[data-mock-said]");
  const all = Number(clock.dataset.seconds) * 1000;
  const since = { steady: performance.now(), wall: Date.now() };
  const thresholds = clock.dataset.thresholds.split(",").map(Number);
  let before = Infinity;

  // The steady clock stands still while some devices sleep, the wall's may be set: whichever ran further is believed,
  // and the page that comes at the end asks the server.
  const gone = () => Math.max(performance.now() - since.steady, Date.now() - since.wall);

  const tick = () => {
    const left = Math.max(0, Math.ceil((all - gone()) / 1000));
    const pad = (number) => String(number).padStart(2, "0");
    shown.textContent = `${Math.floor(left / 3600)}:${pad(Math.floor(left / 60) % 60)}:${pad(left % 60)}`;
    shown.classList.toggle("mock-left-soon", left <= 300);
    const reached = thresholds.find((minutes) => left <= minutes * 60 && before > minutes * 60);
    if (reached !== undefined && before !== Infinity) said.textContent = clock.dataset.words.replace("{n}", reached);
    before = left;
    if (left <= 2) flush();
    if (left === 0) {
      clearInterval(timer);
      // The page of all questions ends the paper and shows what came of it.
      setTimeout(() => location.assign(clock.dataset.over), 1500);
    }
  };
  const timer = setInterval(tick, 1000);
  tick();
}
