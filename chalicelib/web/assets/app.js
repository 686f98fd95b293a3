// Improves every page; each page works without this file.
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
    setTimeout(() => sending.delete(form), 3000); // the response may be a file: then the page does not change
  });

  // Shows how many characters are left in a text field near its limit.
  document.querySelectorAll("textarea[maxlength]").forEach((area) => {
    const room = document.getElementById(`${area.id}-room`);
    if (!room) return;
    const count = () => {
      const left = area.maxLength - area.value.length;
      room.textContent = left < area.maxLength / 4 ? `${left} characters left` : "";
    };
    area.addEventListener("input", count);
    count();
  });

  // Copies the text of a field. Without this file the button stays hidden, and the field can be copied by hand.
  document.querySelectorAll("[data-copy]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const field = document.getElementById(button.dataset.copy);
      field.select();
      try { await navigator.clipboard.writeText(field.value); } catch { document.execCommand("copy"); }
      button.textContent = "Copied";
    });
  });

  // Printing opens everything that is folded.
  addEventListener("beforeprint", () => document.querySelectorAll("details:not([open])").forEach((fold) => { fold.open = true; fold.dataset.folded = ""; }));
  addEventListener("afterprint", () => document.querySelectorAll("details[data-folded]").forEach((fold) => { fold.open = false; delete fold.dataset.folded; }));
})();
