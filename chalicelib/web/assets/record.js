// Saves the record of a debrief while it is typed; without this file its buttons save it.
(() => {
  "use strict";
  const form = document.getElementById("record");
  const said = document.getElementById("record-said");
  if (!form || !said) return;
  const PAUSE = 1500; // milliseconds without a key press
  let waiting = 0;
  let last = Promise.resolve();
  let isSent = false;

  function say(words, trouble) {
    said.dataset.state = trouble ? "trouble" : "saved"; // for tests
    said.textContent = words;
    said.classList.toggle("trouble", trouble);
  }

  async function save() {
    const typed = new URLSearchParams(new FormData(form));
    typed.set("by", "script");
    let answer = null;
    try {
      answer = await fetch(form.action, { method: "POST", body: typed, keepalive: true });
    } catch {
      // no connection
    }
    if (isSent) return;
    if (answer?.status === 403) say("You are signed out, and the last words are not saved. Press the button below: you sign in again, and nothing you typed is lost.", true);
    else if (!answer?.ok) say("Not saved. We try again when you go on typing.", true);
    else {
      form.elements.shown.value = (await answer.json()).shown;
      say("Saved. Not recorded yet.", false);
    }
  }

  function plan() {
    clearTimeout(waiting);
    waiting = setTimeout(() => { last = last.then(save); }, PAUSE);
  }

  form.addEventListener("input", plan);
  form.addEventListener("submit", () => { isSent = true; clearTimeout(waiting); });
  addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && waiting && !isSent) { clearTimeout(waiting); last = last.then(save); }
  });
})();
