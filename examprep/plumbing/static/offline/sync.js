// Sending what was kept. An answer is forgotten only when the server has named it; whatever is uncertain is sent again.

import { setOwner, settle, takeOver, waiting } from "./store.js";

const AT_ONCE = 50;
const MOST_LETTERS = 120_000; // of one batch: the server takes 512 kB
const SETTLED = ["accepted", "repeated", "refused"];
const PATIENCE_MS = 20_000;

export const ask = (address, options = {}) =>
  fetch(address, {
    ...options,
    redirect: "manual", // a redirect means that nobody is signed in
    cache: "no-store",
    signal: AbortSignal.timeout?.(PATIENCE_MS),
    headers: { Accept: "application/json", ...options.headers },
  });

// The first few of the answers, as many as fit.
function batchOf(answers, most) {
  let letters = 0;
  const fits = answers.slice(0, most).findIndex((answer) => (letters += JSON.stringify(answer).length) > MOST_LETTERS);
  return answers.slice(0, fits < 0 ? most : Math.max(1, fits));
}

// Says how it stands: { state, person, sent }. States: sent, waiting (not now), signed-out.
async function send() {
  const who = await ask("/practice/sync");
  if (who.type === "opaqueredirect") return { state: "signed-out" };
  if (!who.ok) return { state: "waiting" };
  const { person, merged, token } = await who.json();
  await setOwner(person);
  if (merged.length) await takeOver(person, merged);
  let most = AT_ONCE;
  let sent = 0;
  for (;;) {
    const kept = (await waiting(person)).sort((one, other) => one.at - other.at);
    if (!kept.length) return { state: "sent", person, sent };
    const batch = batchOf(kept, most);
    // Whoever sets the clock back while answers wait has not answered in the future.
    const clock = Date.now();
    const answers = batch.map(({ person: _, ...answer }) => ({ ...answer, at: Math.min(answer.at, clock) }));
    const answer = await ask("/practice/sync", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token },
      body: JSON.stringify({ person, clock, answers }),
    });
    if (answer.type === "opaqueredirect") return { state: "signed-out" };
    if (answer.status === 413 && most > 1) {
      most = Math.ceil(batch.length / 2);
      continue;
    }
    if (!answer.ok) return { state: "waiting", person };
    const outcomes = (await answer.json()).answers;
    const mine = new Set(batch.map(({ id }) => id));
    // What failed on the server's side stays here; it is tried again at another time.
    const settled = outcomes.filter(({ id, state }) => mine.has(id) && SETTLED.includes(state));
    if (!settled.length) return { state: "waiting", person };
    await settle(person, settled);
    sent += settled.length;
  }
}

// One window sends at a time; the others wait, and then find nothing left to send.
export async function sync() {
  const locked = navigator.locks ? (work) => navigator.locks.request("examprep-sync", work) : (work) => work();
  try {
    return await locked(send);
  } catch {
    return { state: "waiting" };
  }
}
