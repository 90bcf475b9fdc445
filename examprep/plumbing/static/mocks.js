// A mock exam under way: the clock ticks and says the time left at thresholds; an answer is kept as it is given.
// Without scripts the server's clock holds all the same, and the buttons keep the answer.

const clock = document.querySelector("[data-mock-clock]");
if (clock) {
  const shown = clock.querySelector("[data-mock-shown]");
  const said = clock.querySelector("[data-mock-said]");
  const end = performance.now() + Number(clock.dataset.seconds) * 1000;
  const thresholds = clock.dataset.thresholds.split(",").map(Number);
  let before = Infinity;

  const tick = () => {
    const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
    const pad = (number) => String(number).padStart(2, "0");
    shown.textContent = `${Math.floor(left / 3600)}:${pad(Math.floor(left / 60) % 60)}:${pad(left % 60)}`;
    shown.classList.toggle("mock-left-soon", left <= 300);
    const reached = thresholds.find((minutes) => left <= minutes * 60 && before > minutes * 60);
    if (reached !== undefined && before !== Infinity) said.textContent = clock.dataset.words.replace("{n}", reached);
    before = left;
    if (left === 0) {
      clearInterval(timer);
      // The page of all questions ends the paper and shows what came of it; what is typed is sent by then.
      setTimeout(() => location.assign(clock.dataset.over), 1500);
    }
  };
  const timer = setInterval(tick, 1000);
  tick();
}

const form = document.querySelector("[data-mock-form]");
if (form) {
  const state = form.querySelector("[data-mock-kept]");
  let sending = Promise.resolve();
  let waiting = 0;

  const keep = () => {
    const body = new URLSearchParams(new FormData(form));
    sending = sending.then(async () => {
      try {
        const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Fragment": "keep" }, redirect: "error" });
        state.textContent = answer.ok ? form.dataset.kept : form.dataset.failed;
        if (answer.status === 409) location.assign(form.dataset.over);
      } catch {
        state.textContent = form.dataset.failed;
      }
    });
  };
  form.addEventListener("change", (event) => {
    if (event.target.name !== "to") keep();
  });
  form.addEventListener("input", (event) => {
    if (event.target.name !== "written") return;
    clearTimeout(waiting);
    waiting = setTimeout(keep, 2000);
  });
}
