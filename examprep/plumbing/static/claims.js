// Says what was typed in credit hours and in minutes. Without this the page after saving says it.

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
