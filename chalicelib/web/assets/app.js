// Comfort on every page; each of them works without this file.
(() => {
  "use strict";
  // After a refused form: the summary is read out, and its links lead to the fields.
  document.querySelector(".errors")?.focus();

  // A second press of a button sends nothing while the first is on its way.
  const sending = new WeakSet();
  addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented) return;
    if (sending.has(form)) event.preventDefault();
    sending.add(form);
    setTimeout(() => sending.delete(form), 3000); // the answer may be a file: then the page stays
  });

  // How much room is left in a text field, said once it matters.
  document.querySelectorAll("textarea[maxlength]").forEach((area) => {
    const told = document.getElementById(`${area.id}-room`);
    if (!told) return;
    const count = () => {
      const left = area.maxLength - area.value.length;
      told.textContent = left < area.maxLength / 4 ? `${left} characters left` : "";
    };
    area.addEventListener("input", count);
    count();
  });

  // On paper nothing is folded away.
  addEventListener("beforeprint", () => document.querySelectorAll("details:not([open])").forEach((fold) => { fold.open = true; fold.dataset.folded = ""; }));
  addEventListener("afterprint", () => document.querySelectorAll("details[data-folded]").forEach((fold) => { fold.open = false; delete fold.dataset.folded; }));
})();
