// Answering without leaving the page. Everything here also works by the plain form, only with more loading.

// A connection that says nothing for so long is none.
const PATIENCE_MS = 20_000;
// The database, or the server behind a proxy, is away: what was sent may be sent again.
const AWAY = [502, 503, 504];

const box = document.getElementById("practice");
let shownAt = performance.now();
let busy = false;

const form = () => box.querySelector("[data-ask]");
const typing = (target) => target.closest("textarea, select, [contenteditable], dialog, input:not([type=radio]):not([type=checkbox])");

function complain(text) {
  const line = form()?.querySelector("[data-problem]");
  if (line) {
    line.textContent = text;
    line.hidden = !text;
  }
}

async function send(address, body) {
  return fetch(address, {
    method: "POST",
    body,
    signal: AbortSignal.timeout?.(PATIENCE_MS),
    // Refusals come as JSON, whose sentence is shown beside the button.
    headers: { "X-Fragment": "yes", Accept: "application/json, text/html;q=0.9" },
  });
}

async function submit(asked, button) {
  const data = new FormData(asked);
  if (button?.name) data.set(button.name, button.value);
  const words = data.getAll("written").some((text) => text.trim());
  if (!data.has("tick") && !data.has("blank") && !words) return complain(box.dataset.empty);
  data.set("took_ms", String(Math.round(performance.now() - shownAt)));
  busy = true;
  complain("");
  try {
    const answer = await send(asked.action, data);
    // A redirect means that the session has ended: the device keeps the answer until its person is signed in again.
    if (answer.redirected || AWAY.includes(answer.status)) return await keepForLater(asked, data);
    if (!answer.ok) {
      const { error, message } = await answer.json();
      return error === "access.csrf" ? await keepForLater(asked, data) : complain(message);
    }
    // The place on the page is kept: the verdict comes below what was being read.
    const place = window.scrollY;
    box.querySelector("[data-aside-part]")?.remove();
    asked.insertAdjacentHTML("afterend", await answer.text());
    asked.remove();
    document.dispatchEvent(new CustomEvent("answered", { detail: Number(asked.dataset.version) }));
    box.querySelector("[data-verdict]").focus({ preventScroll: true });
    window.scrollTo(0, place);
  } catch {
    await keepForLater(asked, data);
  } finally {
    busy = false;
  }
}

// Whether the server has the answer is not known. The device keeps it under its own name, so that it counts once, and
// goes on with the questions that it keeps.
async function keepForLater(asked, data) {
  const line = document.querySelector("[data-keeper]");
  if (!line) return complain(box.dataset.offline); // a page that does not say whose it is
  const [, , subject, scope] = new URL(asked.action).pathname.split("/");
  const blank = data.has("blank");
  const ticks = blank ? [] : data.getAll("tick").map(Number);
  const [person, version] = [Number(line.dataset.person), Number(data.get("version"))];
  try {
    const { keepAnswer } = await import("./offline/store.js");
    await keepAnswer({
      id: data.get("answer"),
      person,
      subject,
      scope,
      syllabus: data.get("syllabus"),
      version,
      ticks,
      blank,
      sure: data.get("sure"),
      took_ms: Number(data.get("took_ms")),
      written: data.getAll("written"),
      at: Date.now(),
    });
  } catch {
    return complain(box.dataset.offline); // this browser keeps nothing
  }
  if (!navigator.serviceWorker?.controller) return complain(box.dataset.kept);
  sessionStorage.setItem("examprep-unsent", JSON.stringify({ person, version, ticks }));
  location.assign(`/practice/offline?subject=${subject}&scope=${scope}`);
}

function next() {
  const turn = box.querySelector("[data-turn]");
  if (turn) return turn.click();
  const upcoming = box.querySelector("[data-upcoming]");
  const told = box.querySelector("[data-told]");
  if (!told) return;
  if (!upcoming) {
    location.assign(told.querySelector("[data-next]").href);
    return;
  }
  box.querySelector("[data-aside-part]")?.remove();
  told.replaceWith(upcoming.content.cloneNode(true));
  upcoming.remove();
  shownAt = performance.now();
  window.scrollTo(0, 0);
  form().querySelector(".stem").focus({ preventScroll: true });
}

async function mark(button) {
  const answer = await send(button.getAttribute("formaction"), new FormData(form()));
  if (!answer.ok) return;
  const on = (await answer.text()) === "marked";
  button.setAttribute("aria-pressed", String(on));
  button.textContent = on ? button.dataset.on : button.dataset.off;
}

// What stands beside a question is fetched when it is wanted, and put under the link.
async function show(link) {
  const shown = box.querySelector("[data-aside-part]");
  if (shown) return shown.remove();
  try {
    const answer = await fetch(link.href, { headers: { "X-Fragment": "yes" } });
    if (answer.redirected || !answer.ok) return location.assign(link.href);
    // Forms do not stand in forms: under a question that is being answered it comes after the form.
    (form() ?? link.parentElement).insertAdjacentHTML("afterend", await answer.text());
    const part = box.querySelector("[data-aside-part]");
    part.querySelector("textarea").focus({ preventScroll: true });
    part.scrollIntoView({ block: "nearest" });
  } catch {
    complain(box.dataset.asideFailed);
  }
}

async function keep(written) {
  busy = true;
  try {
    const answer = await fetch(written.action, { method: "POST", body: new FormData(written), headers: { "X-Fragment": "yes" } });
    if (answer.redirected || (!answer.ok && answer.status !== 422)) return written.submit();
    const typed = written.querySelector("[name=words]");
    const kept = { id: typed.id, value: typed.value };
    written.closest("[data-aside-part]").outerHTML = await answer.text();
    const again = document.getElementById(kept.id);
    if (again && answer.status === 422) again.value = kept.value;
  } catch {
    complain(box.dataset.asideFailed);
  } finally {
    busy = false;
  }
}

function size(button) {
  document.cookie = `examprep_type=${button.value}; path=/; max-age=31536000; samesite=lax`;
  if (button.value) document.documentElement.dataset.type = button.value;
  else delete document.documentElement.dataset.type;
  for (const other of button.form.querySelectorAll("button")) other.setAttribute("aria-pressed", String(other === button));
}

function press(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) return;
  const asked = form();
  const key = event.key.toUpperCase();
  const place = key.length === 1 ? Math.max("ABCDEFGH".indexOf(key), "12345678".indexOf(key)) : -1;
  const option = asked?.querySelectorAll(".option [name=tick]")[place];
  if (key === "?") document.getElementById("keys")?.showModal();
  else if (key === "N") next();
  else if (key === "F" && asked && !option) asked.querySelector("[data-mark]").click();
  else if (option) {
    option.checked = !option.checked;
    complain("");
    option.focus({ preventScroll: true });
  } else if (key === "ENTER" && !event.target.closest("a, button, summary")) {
    if (asked) asked.requestSubmit(asked.querySelector("[data-submit]"));
    else next();
  } else return;
  event.preventDefault();
}

if (box) {
  box.addEventListener("submit", (event) => {
    if (event.target.matches("[data-aside-form]")) {
      event.preventDefault();
      if (!busy) keep(event.target);
      return;
    }
    if (!event.target.matches("[data-ask]") || event.submitter?.hasAttribute("data-skip")) return;
    event.preventDefault();
    if (busy) return;
    if (event.submitter?.hasAttribute("data-mark")) mark(event.submitter);
    else submit(event.target, event.submitter);
  });
  box.addEventListener("click", (event) => {
    if (event.target.closest("[data-next]")) {
      event.preventDefault();
      next();
    }
    const aside = event.target.closest("[data-aside]");
    if (aside && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      show(aside);
    }
  });
  box.addEventListener("change", () => complain(""));
  box.addEventListener("reset", () => complain(""));
  document.addEventListener("keydown", press);
  document.querySelector("[data-type-size]")?.addEventListener("submit", (event) => {
    event.preventDefault();
    size(event.submitter);
  });
}
