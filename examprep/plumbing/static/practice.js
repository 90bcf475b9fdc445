// Answering without leaving the page. Everything here also works by the plain form, only with more loading.

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
    // Refusals come as JSON, whose sentence is shown beside the button.
    headers: { "X-Fragment": "yes", Accept: "application/json, text/html;q=0.9" },
  });
}

async function submit(asked, button) {
  const data = new FormData(asked);
  if (button?.name) data.set(button.name, button.value);
  if (!data.has("tick") && !data.has("blank")) return complain(box.dataset.empty);
  data.set("took_ms", String(Math.round(performance.now() - shownAt)));
  busy = true;
  complain("");
  try {
    const answer = await send(asked.action, data);
    // A redirect means that the session has ended: the plain form then leads to the sign-in page.
    if (answer.redirected) return asked.submit();
    if (!answer.ok) return complain((await answer.json()).message);
    asked.insertAdjacentHTML("afterend", await answer.text());
    asked.remove();
    box.querySelector("[data-verdict]").focus({ preventScroll: true });
  } catch {
    complain(box.dataset.offline);
  } finally {
    busy = false;
  }
}

function next() {
  const upcoming = box.querySelector("[data-upcoming]");
  const told = box.querySelector("[data-told]");
  if (!told) return;
  if (!upcoming) {
    location.assign(told.querySelector("[data-next]").href);
    return;
  }
  told.replaceWith(upcoming.content.cloneNode(true));
  upcoming.remove();
  shownAt = performance.now();
  window.scrollTo(0, 0);
  form().querySelector("legend").focus({ preventScroll: true });
}

async function mark(button) {
  const answer = await send(button.getAttribute("formaction"), new FormData(form()));
  if (!answer.ok) return;
  const on = (await answer.text()) === "marked";
  button.setAttribute("aria-pressed", String(on));
  button.textContent = on ? button.dataset.on : button.dataset.off;
}

function press(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) return;
  const asked = form();
  const key = event.key.toUpperCase();
  const place = key.length === 1 ? Math.max("ABCDEF".indexOf(key), "123456".indexOf(key)) : -1;
  const option = asked?.querySelectorAll("[name=tick]")[place];
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
  });
  box.addEventListener("change", () => complain(""));
  document.addEventListener("keydown", press);
}
