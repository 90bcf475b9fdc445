// Keeps the count of ticks beside the button true while ticking; the page works without it.
const form = document.getElementById("attendance");
const count = document.getElementById("present-count");
if (form && count) {
  form.addEventListener("change", () => {
    count.textContent = String(form.querySelectorAll('input[name="present"]:checked').length);
  });
}
