// Saves a page of the questionnaire while it is filled in.
// Nothing is kept in the browser: shared computers are common. Without this file, the page's buttons do the saving.
(() => {
  "use strict";
  // A field may be named "action" or "submit" and then hides the form's own property: so none of those is used here.
  const form = document.getElementById("answers");
  if (!form) return;
  const address = form.getAttribute("action");
  const clock = form.querySelector("input[name=at]");
  const seen = form.querySelector("input[name=seen]") || { value: "0" }; // moments of the saves of this page that are known here
  const shown = form.querySelector("input[name=shown]") || {}; // marks of the answers that the server has, as far as known here

  // --- saving: one request at a time; a later save replaces the one under way ---------------------
  const KEEPALIVE_LIMIT = 60000; // bytes that a browser still sends after its page is gone
  const PATIENCE = 15000; // milliseconds
  const SHORTLY = 3000; // milliseconds: what is saved later than that is not called “Saving…”
  const EVERY = 20000; // milliseconds between two saves while someone answers; a button, or leaving the page, saves at once
  const state = document.getElementById("saved");
  const bar = document.querySelector(".progress");
  const heard = document.getElementById("saved-aloud");
  const made = Number(clock.value);
  const opened = Date.now();
  let at = Math.max(0, ...seen.value.split(" ").map(Number));
  let unsaved = false;
  let underway = null;
  let leaving = null; // the button that was pressed
  let pressed = null;
  let gone = false;
  let tries = 0;
  let timer;
  let sentAt = -EVERY;
  let spoken = false;

  const isLarge = () => new URLSearchParams(new FormData(form)).toString().length >= KEEPALIVE_LIMIT;

  const say = (name, words, aloud) => {
    state.dataset.state = name; // for tests
    state.textContent = words;
    if (aloud) heard.textContent = words;
  };

  async function save(keepalive) {
    clearTimeout(timer);
    if (gone || !(unsaved || leaving)) return;
    const moment = (at = Math.max(made + Date.now() - opened, at + 1));
    clock.value = moment;
    const body = new URLSearchParams(new FormData(form));
    seen.value += ` ${moment}`; // it may be stored even if no response comes
    body.set("by", "script");
    body.set("go", leaving || "keep");
    if (underway) underway.abort();
    const mine = (underway = new AbortController());
    mine.stays = keepalive && body.toString().length < KEEPALIVE_LIMIT; // a browser ends other requests of a page that is gone
    if (!tries) say("saving", "Saving…");
    const waiting = setTimeout(() => mine.abort(), PATIENCE);
    unsaved = false;
    sentAt = Date.now();
    let answer;
    try {
      answer = await fetch(address, { method: "POST", body, signal: mine.signal, keepalive: mine.stays });
      if (answer.ok || answer.status === 422) answer.content = await answer.json();
    } catch {
      answer = null;
    }
    clearTimeout(waiting);
    if (mine !== underway) return; // a newer save carries these answers too
    underway = null;
    if (answer && answer.content && answer.content.shown !== undefined) shown.value = answer.content.shown;
    if (answer && answer.ok) {
      seen.value = moment;
      form.dispatchEvent(new CustomEvent("saved", { detail: answer.content }));
      saved(answer.content.next, answer.content.say || "Saved");
    }
    else if (!answer || answer.status >= 500 || answer.status === 408 || answer.status === 429) later();
    else refused(answer);
  }

  function saved(next, words) {
    tries = 0;
    bar.classList.remove("trouble");
    say("saved", words, !spoken || words !== "Saved");
    spoken = true;
    if (leaving && next) {
      gone = true;
      location.assign(next);
      if (next.split("#")[0] === location.href.split("#")[0]) location.reload(); // another place of the same page
    } else if (unsaved) soon(0);
  }

  // The first answer after a pause is saved at once, and those that follow it together. What is too large to be sent while
  // the page goes does not wait for others.
  function soon(pause) {
    if (tries) return; // the next try carries it
    clearTimeout(timer);
    const rest = isLarge() ? pause : Math.max(pause, sentAt + EVERY - Date.now());
    if (rest > SHORTLY) say("waiting", "Not saved yet – saves by itself");
    else say("saving", "Saving…");
    timer = setTimeout(save, rest);
  }

  function later() {
    unsaved = true;
    tries += 1;
    bar.classList.add("trouble");
    if (leaving) say("leaving", "Not saved – trying again, then continuing", tries === 1);
    else say("trying", "Not saved – trying again", tries === 1);
    timer = setTimeout(save, Math.min(30000, 1000 * 2 ** tries));
  }

  async function refused(answer) {
    if (leaving) return sendAsUsual(leaving); // the next page says why
    const why = answer.content ? answer.content.message : answer.status === 409 ? "Changed in another window – open this page again" : "Not saved – open your link again";
    say("refused", why, true);
  }

  // Around `submit` listeners, and in browsers that cannot press a button for us.
  function sendAsUsual(go) {
    gone = true;
    const button = document.createElement("input");
    Object.assign(button, { type: "hidden", name: "go", value: go });
    form.appendChild(button);
    HTMLFormElement.prototype.submit.call(form);
  }

  form.addEventListener("input", (event) => {
    unsaved = true;
    leaving = null;
    paint();
    if (!tries) say("saving", "Saving…");
    soon(event.target.type === "radio" ? 400 : 1500);
  });
  document.addEventListener("click", (event) => { pressed = event.target.closest("button") || pressed; });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    leaving = ((event.submitter || pressed || {}).value) || "next";
    say("saving", "Saving…");
    save();
  });
  const leave = () => {
    if (underway && !underway.stays) unsaved = true;
    if (unsaved) save(true);
  };
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") leave(); });
  addEventListener("pagehide", leave);
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); }); // Back: as it is stored, not as it was
  addEventListener("online", () => { if (tries) save(); });
  const mayBeLost = () => (unsaved && (tries || isLarge())) || (underway && isLarge());
  addEventListener("beforeunload", (event) => { if (!gone && mayBeLost()) event.preventDefault(); });

  // No listener saw what was typed before this script loaded: the page's own values are what the server has.
  const differs = (field) => (field.type === "radio" || field.type === "checkbox" ? field.checked !== field.defaultChecked : field.value !== field.defaultValue);
  const early = () => [...form.querySelectorAll("input:not([type=hidden]), textarea")].some(differs)
    || [...form.querySelectorAll("select")].some((list) => [...list.options].some((option) => option.selected !== option.defaultSelected && (option.defaultSelected || option.index)));

  // --- progress of this part ------------------------------------------------------------------------------------------
  const here = document.querySelector(".bar progress");
  const paint = () => {
    if (here) here.value = form.querySelectorAll("input[type=radio]:checked").length;
  };

  paint();
  if (early()) {
    unsaved = true;
    say("saving", "Saving…");
    save();
  }
})();
