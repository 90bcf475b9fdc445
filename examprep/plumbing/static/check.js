// Sends a code that was just opened; without scripts there is a button for it.
document.querySelector("form[data-at-once]")?.requestSubmit();
