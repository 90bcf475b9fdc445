// Shows what the checks find while a question is being typed. Without this the button beside "Save" asks for the same.

const PAUSE_MS = 700;
const form = document.querySelector("form[data-check]");
const box = document.getElementById("findings");
let timer = 0;
let asked = null;

async function check() {
  asked?.abort();
  asked = new AbortController();
  const typed = new FormData(form);
  // What a picture shows is not checked, so it need not travel.
  typed.delete("picture");
  try {
    const answer = await fetch(form.dataset.check, { method: "POST", body: typed, signal: asked.signal });
    if (!answer.ok || answer.redirected) return;
    const found = (await answer.text()).trim();
    // Said anew only when it changed: the region speaks up each time it is written.
    if (box.dataset.shown !== found) box.innerHTML = box.dataset.shown = found;
  } catch {
    // Asked again meanwhile, or no connection: what was found last stays until the next key.
  }
}

if (form && box) {
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(check, PAUSE_MS);
  };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
}
