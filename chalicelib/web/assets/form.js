// Forms of assignments: shows questions that depend on another answer, and says at a field what its saved text needs.
// answer.js saves. Without this file, all questions are shown, and the next page says what they need.
(() => {
  "use strict";
  const form = document.getElementById("answers");
  if (!form) return;
  const chosen = (pair) => {
    const [name, value] = pair.split("=");
    return [...form.elements].some((field) => field.name === name && field.value === value && field.checked);
  };
  const paint = () => form.querySelectorAll("[data-only-if]").forEach((part) => {
    part.hidden = !part.dataset.onlyIf.split(" ").some(chosen);
  });
  form.querySelectorAll(".only-if").forEach((hint) => { hint.hidden = true; });
  form.addEventListener("input", paint);
  form.addEventListener("saved", (event) => {
    const notes = event.detail.notes || {};
    form.querySelectorAll("[id$='-note']").forEach((place) => {
      const text = notes[place.id.slice(0, -5)] || "";
      place.textContent = text;
      place.hidden = !text;
    });
  });
  paint();
})();
