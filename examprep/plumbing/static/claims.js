// Says what was typed in credit hours and in minutes, and makes photos smaller before they travel. Without this the page
// after saving says it, and the server makes them smaller.

const WIDEST = 2400; // as the server keeps them
const LARGE_BYTES = 1_000_000;

const box = document.getElementById("both");
const [amount, unit, kind] = ["amount", "unit", "kind"].map((id) => document.getElementById(id));

function tell() {
  const worth = JSON.parse(box.dataset.worth);
  const each = unit.value === "pieces" ? JSON.parse(box.dataset.pieces)[kind.value] : worth[unit.value];
  const minutes = Math.floor(Number(amount.value.trim().replace(/[，,]/, ".")) * each);
  const hours = Math.floor((minutes * 10) / worth.hours) / 10;
  box.textContent = minutes > 0 ? box.dataset.says.replace("HOURS", hours).replace("MINUTES", minutes) : "";
}

if (box) {
  for (const field of [amount, unit, kind]) field.addEventListener("input", tell);
  tell();
}

async function smaller(file) {
  if (!file.type.startsWith("image/") || file.size < LARGE_BYTES) return file;
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, WIDEST / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [Math.round(picture.width * scale), Math.round(picture.height * scale)];
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    return blob && blob.size < file.size ? new File([blob], file.name, { type: "image/jpeg" }) : file;
  } catch {
    return file; // no picture after all: the server says so
  }
}

for (const input of document.querySelectorAll("input[type=file]")) {
  input.addEventListener("change", async () => {
    const buttons = input.form.querySelectorAll("button");
    for (const button of buttons) button.disabled = true;
    const kept = new DataTransfer();
    for (const file of await Promise.all(Array.from(input.files, smaller))) kept.items.add(file);
    input.files = kept.files;
    for (const button of buttons) button.disabled = false;
  });
}
