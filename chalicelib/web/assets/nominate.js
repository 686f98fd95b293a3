// Updates the list of raters, counts and forecasts without a reload. The forms also work without this file.
(() => {
  "use strict";
  const status = document.createElement("p");
  status.className = "off";
  status.setAttribute("role", "status");
  document.body.append(status);
  const ADDRESS = /[^\s<>,;:"()]+@[^\s<>,;:"()]+/g;

  let underway = false;
  // In the capturing phase: app.js, which lets a form be sent once in a few seconds, need not handle these.
  addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-live]")) return;
    event.preventDefault();
    if (underway) return;
    underway = true;
    try {
      const body = new URLSearchParams(new FormData(form, event.submitter));
      const answer = await fetch(form.action, { method: "POST", body });
      show(await answer.text(), form);
    } catch {
      const error = form.querySelector(".error") ?? form.appendChild(Object.assign(document.createElement("p"), { className: "error" }));
      error.dataset.state = "no-connection"; // for tests
      error.textContent = status.textContent = "Not saved: there is no connection. Please press again.";
    }
    underway = false;
  }, true);

  function show(html, form) {
    const page = new DOMParser().parseFromString(html, "text/html");
    const folds = [...document.querySelectorAll("details[open]")].map((fold) => fold.id);
    const fold = form.closest("details")?.id;
    const card = form.closest(".card").querySelector("h2")?.id;
    document.title = page.title;
    document.querySelector("main").replaceWith(page.querySelector("main"));
    const errors = document.querySelector(".errors");
    folds.filter((id) => id !== "add-list" || errors).forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
    (errors ?? (fold && document.getElementById(fold)?.querySelector("details[open] input:not([type=hidden])")) ?? focusable(card)).focus();
    if (!errors) status.textContent = [...document.querySelectorAll(".counts li")].map((line) => line.textContent.replace(/\s+/g, " ").trim()).join(", ");
  }

  function focusable(id) {
    const heading = document.getElementById(id) ?? document.getElementById("main");
    heading.tabIndex = -1;
    return heading;
  }

  // How many addresses a pasted list has, and whether they fit into the group.
  addEventListener("input", (event) => {
    if (event.target.name !== "list" && event.target.id !== "group-list") return;
    const found = new Set(document.getElementById("list-list").value.toLowerCase().match(ADDRESS) ?? []).size;
    const { label, dataset } = document.getElementById("group-list").selectedOptions[0];
    const room = dataset.max - dataset.chosen;
    document.getElementById("list-count").textContent = !found ? "" : `${found} ${found === 1 ? "address" : "addresses"}. ${found > room ? `${label} has room for ${room}.` : `${label}: ${+dataset.chosen + found} of up to ${dataset.max}.`}`;
  });
})();
