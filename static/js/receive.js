/* Counting a delivery: steppers for gloves, and what is short or over is said before anything is saved. Works without. */
"use strict";
(() => {
  const number = (text) => { const value = Number(text.trim().replace(",", ".")); return Number.isFinite(value) ? value : null; };
  const judge = (row) => {
    const typed = number(row.querySelector("[data-quantity]").value);
    const open = row.dataset.open === undefined ? null : Number(row.dataset.open);
    if (typed === null) return ["wrong", "That is not a number."];
    if (open === null) return ["", ""];
    const most = Number(row.dataset.most), over = +(typed - open).toFixed(4);
    if (typed > most) return ["over", over + " over: the order lets in at most " + most + ". Send the rest back or ask the buyer."];
    if (over > 0) return ["more", over + " more than open; within tolerance."];
    if (over < 0) return ["short", -over + " short; stays open."];
    return ["", ""];
  };
  const tell = (form) => {
    const counts = { short: 0, over: 0, more: 0, wrong: 0, "": 0 };
    form.querySelectorAll("[data-line]").forEach((row) => {
      const [state, text] = judge(row);
      row.className = state ? "is-" + state : "";
      const says = row.querySelector("[data-says]");
      if (says.textContent !== text) says.textContent = text;
      counts[state] += 1;
      const bad = row.querySelector("[name^='b-']").value.trim();
      if (bad && bad !== "0") { row.classList.add("is-bad"); counts.bad = (counts.bad || 0) + 1; }
    });
    const button = form.querySelector("[data-tells]");
    if (!button) return;
    const parts = [[counts.short, "short"], [counts.more, "more"], [counts.over, "over"], [counts.bad || 0, "not good"]];
    const said = parts.filter(([count]) => count).map(([count, word]) => count + " " + word);
    const clean = form.querySelectorAll("[data-line]").length - counts.short - counts.more - counts.over - counts.wrong;
    button.textContent = said.length ? "Receive: " + [clean + " in full", ...said].join(", ") : button.dataset.tells;
  };
  const step = (text, sign) => {
    const button = document.createElement("button");
    button.type = "button"; button.className = "btn step"; button.textContent = text; button.dataset.step = sign;
    return button;
  };
  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("form[data-count]").forEach((form) => {
    form.querySelectorAll(".stepper").forEach((box) => {
      const less = step("\u2212", "-1"), more = step("+", "1"), name = box.previousElementSibling.innerText;
      less.setAttribute("aria-label", "One less, " + name); more.setAttribute("aria-label", "One more, " + name);
      box.prepend(less); box.append(more);
    });
    tell(form);
  }));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-step]");
    if (!button) return;
    const input = button.parentElement.querySelector("input");
    input.value = String(Math.max((number(input.value) || 0) + Number(button.dataset.step), 0));
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
  document.addEventListener("input", (event) => { const form = event.target.closest("form[data-count]"); if (form) tell(form); });
})();
