// Keeps a part of a page true while it stands open: asks again every few seconds, and takes what has changed.
// Without scripts the page asks for itself again.

const lost = document.querySelector("[data-lost]");
const PATIENCE_MS = 10_000;

function follow(part) {
  const every = Number(part.dataset.seconds) * 1000;
  let tag = "";
  let due = 0; // when what is shown ends by itself

  const note = () => {
    const left = part.querySelector("[data-next-ms]")?.dataset.nextMs;
    due = left === undefined ? 0 : performance.now() + Number(left);
  };

  function show(html) {
    // Who stands on a link by keyboard keeps it.
    const on = part.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    part.innerHTML = html;
    if (on) [...part.querySelectorAll("a")].find((link) => link.getAttribute("href") === on)?.focus();
    note();
  }

  async function ask() {
    if (document.visibilityState === "visible") {
      try {
        const answer = await fetch(part.dataset.live, {
          cache: "no-store",
          redirect: "error",
          headers: tag ? { "If-None-Match": tag } : {},
          signal: AbortSignal.timeout?.(PATIENCE_MS),
        });
        if (answer.ok) {
          tag = answer.headers.get("ETag") ?? "";
          show(await answer.text());
        }
        if (lost) lost.hidden = answer.ok || answer.status === 304;
      } catch {
        if (lost) lost.hidden = false;
      }
    }
    const left = due ? due - performance.now() + 50 : every;
    setTimeout(ask, left > 0 ? Math.min(every, left) : every);
  }

  note();
  setTimeout(ask, due ? Math.min(every, Math.max(0, due - performance.now() + 50)) : every);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && (tag = ""));
}

for (const part of document.querySelectorAll("[data-live]")) follow(part);
