// Saves each tick as soon as it is set; without this file the button saves them all.
(() => {
  "use strict";
  const form = document.getElementById("ticks");
  const said = document.getElementById("ticks-said");
  if (!form || !said) return;
  const boxes = [...document.querySelectorAll(".tick input")];
  const saved = new Set(boxes.filter((box) => box.checked).map((box) => box.name));
  let last = Promise.resolve();

  function say(words, trouble) {
    said.dataset.state = trouble ? "trouble" : "saved"; // for tests
    said.textContent = words;
    said.classList.toggle("trouble", trouble);
  }

  const marks = (names) => [...names].map((name) => `${name}=on`).join(" ");

  // Sends the one change alone: ticked, or (as it was shown ticked) not ticked any more.
  async function save(box, checked) {
    const change = new URLSearchParams({ form: form.elements.form.value, shown: checked ? "" : marks([box.name]) });
    if (checked) change.set(box.name, "on");
    let answer = null;
    try {
      answer = await fetch(form.action, { method: "POST", body: change, redirect: "manual", keepalive: true });
    } catch {
      // no connection
    }
    if (!answer || answer.type !== "opaqueredirect") {
      say("Not saved. Press “Save ticks”.", true);
      return;
    }
    if (checked) saved.add(box.name);
    else saved.delete(box.name);
    form.elements.shown.value = marks(saved);
    say(`${saved.size} ticked, saved`, false);
  }

  boxes.forEach((box) => box.addEventListener("change", () => {
    const checked = box.checked;
    last = last.then(() => save(box, checked)); // one after the other, so that the last change wins
  }));
})();
