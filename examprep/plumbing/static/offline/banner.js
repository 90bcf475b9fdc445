// The line that says what is kept where. Its words stand in the page, in the page's language.

import { countWaiting, forgetRefusals, refusals, waiting, whenOthersChange } from "./store.js";
import { sync } from "./sync.js";

const AGAIN_MS = 30_000;

const filled = (words, count) => words.replace("{n}", count);

export function bannerIn(line, { person, onSent = () => {} }) {
  const words = line.dataset;
  let had = 0;
  let last = "unknown"; // until the server was asked

  function say(kind, text, refused = []) {
    line.dataset.kind = kind;
    line.replaceChildren(text);
    if (kind === "signed-out") line.append(" ", link(words.signInHref, words.signIn));
    for (const sentence of refused) line.append(document.createElement("br"), `✗ ${sentence}`);
    line.hidden = !text && !refused.length;
  }

  async function show(state = last) {
    last = state;
    const mine = await person();
    const count = mine ? await countWaiting(mine) : 0;
    const refused = mine ? await refusals(mine) : [];
    if (count && state === "signed-out") say("signed-out", filled(count === 1 ? words.outOne : words.outMany, count), refused);
    else if (count) say("waiting", filled(count === 1 ? words.waitingOne : words.waitingMany, count), refused);
    else if (mine && (had || "always" in words) && state === "sent") say("sent", words.sent, refused);
    else if (mine && "always" in words && state !== "unknown") say("away", words.none, refused);
    else say("", "", refused);
    had ||= count;
    if (refused.length && state === "sent") await forgetRefusals(mine);
  }

  async function run() {
    await show(); // first what is kept: the network may take its time
    const mine = await person();
    const versions = mine ? (await waiting(mine)).map(({ version }) => version) : [];
    const { state, sent } = await sync();
    had ||= sent;
    await show(state);
    if (state === "sent") onSent(versions);
    return state;
  }

  window.addEventListener("online", run);
  window.addEventListener("offline", () => show("waiting"));
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && run());
  whenOthersChange(() => show());
  setInterval(async () => {
    const mine = await person();
    if (mine && (await countWaiting(mine))) run();
  }, AGAIN_MS);
  return { run, show };
}

function link(href, text) {
  const made = document.createElement("a");
  made.href = href;
  made.textContent = text;
  return made;
}
