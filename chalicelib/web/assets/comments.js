// Checks comments before anyone else reads them, with rules from the page: the same check as collect/comment_check.py.
(() => {
  "use strict";
  const form = document.getElementById("answers");
  const check = JSON.parse((form && form.getAttribute("data-check")) || "null");
  if (!check) return;
  const known = new Set(check.known);
  const small = new Set(check.small);

  function fullNames(comment) {
    const found = [];
    let run = [];
    let end = -1;
    const close = () => { if (run.length > 1) found.push(run); run = []; };
    for (const match of comment.matchAll(new RegExp(check.word, "gu"))) {
      const word = match[0];
      const capital = /^\p{Lu}/u.test(word);
      if (!(match.index === end + 1 && comment[end] === " " && capital)) close();
      if (capital && !(word === word.toUpperCase()) && (run.length || !small.has(word))) run.push(word);
      end = match.index + word.length;
    }
    close();
    return found;
  }

  function hints(comment) {
    const found = [];
    const own = [check.writer, ...check.writer.split(/\s+/)];
    const whole = (part) => new RegExp(`(^|[^\\p{L}\\p{N}_])${part.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")}(?![\\p{L}\\p{N}_])`, "u").test(comment);
    const mine = own.find((part) => part.length > 1 && !known.has(part) && whole(part));
    if (mine) found.push([mine, "is your name"]);
    for (const name of fullNames(comment)) {
      if (!name.some((word) => known.has(word) || own.includes(word))) found.push([name.join(" "), "looks like a name"]);
    }
    for (const [why, rule, flags] of check.rules) {
      for (const match of comment.matchAll(new RegExp(rule, flags))) found.push([match[0], why]);
    }
    return [...new Set(found.map(([phrase, why]) => `“${phrase}” ${why}.`))];
  }

  function look(area) {
    const place = document.getElementById(`${area.id}-check`);
    if (!place) return;
    const found = hints(area.value);
    const lines = found.map((hint) => Object.assign(document.createElement("li"), { textContent: hint }));
    place.hidden = !found.length;
    place.querySelector("ul").replaceChildren(...lines);
  }

  form.querySelectorAll("textarea").forEach((area) => {
    let pause;
    area.addEventListener("input", () => { clearTimeout(pause); pause = setTimeout(() => look(area), 500); });
    look(area);
  });
})();
