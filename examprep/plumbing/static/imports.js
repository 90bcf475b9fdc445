// While a file is checked or written, says how far it is. Without this the browser's own sign of loading is all.

const EVERY_MS = 800;
const box = document.getElementById("progress");
let timer = 0;
let told = false;

function token() {
  const drawn = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(drawn, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function ask(address) {
  try {
    const answer = await fetch(address);
    // What is handed over as a file leaves the page where it is: the work is done once nothing more is known of it.
    if (answer.status === 204 && told) return end();
    told ||= answer.status === 200;
    const said = answer.status === 200 && !answer.redirected ? (await answer.text()).trim() : "";
    if (said) box.querySelector("[data-said]").textContent = said;
  } catch {
    // The page is being left: the answer has come.
  }
}

function end() {
  clearInterval(timer);
  box.hidden = true;
}

function begin(event) {
  told = false;
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = "progress";
  field.value = token();
  event.target.append(field);
  const address = box.dataset.address.replace("TOKEN", field.value);
  clearInterval(timer);
  timer = setInterval(() => {
    box.hidden = false;
    ask(address);
  }, EVERY_MS);
}

if (box) {
  for (const form of document.querySelectorAll("main form[method=post]")) form.addEventListener("submit", begin);
  // Back from the next page: nothing is under way any more.
  addEventListener("pageshow", end);
}
