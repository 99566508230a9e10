/* The supplier's answer: the button counts what it will send, and our value is struck beside theirs. Works without. */
"use strict";
(() => {
  const differs = (input) => input.value.trim() !== input.dataset.was;
  const refused = (row) => { const box = row.querySelector("[data-refuses]"); return box && box.checked; };
  const filled = (text, value) => text.replace("{0}", value);
  const part = (count, text) => count ? [filled(text, count)] : [];
  const tell = (form) => {
    const rows = [...form.querySelectorAll("[data-line]")];
    let changed = 0, rejected = 0;
    rows.forEach((row) => {
      const inputs = [...row.querySelectorAll("[data-was]")];
      inputs.forEach((input) => { const ours = input.parentElement.querySelector(".ours"); if (ours) ours.hidden = !differs(input); });
      const isChanged = !refused(row) && inputs.some(differs);
      row.classList.toggle("is-changed", isChanged);
      row.classList.toggle("is-refused", refused(row));
      if (refused(row)) rejected += 1; else if (isChanged) changed += 1;
    });
    const button = form.querySelector("[data-tells]");
    const accepted = rows.length - changed - rejected;
    const words = button.dataset;
    const said = [...part(accepted, words.accepted), ...part(changed, words.changed), ...part(rejected, words.refused)].join(", ");
    button.textContent = changed || rejected ? filled(words.says, said) : words.tells;
  };
  document.addEventListener("input", (event) => { const form = event.target.closest("form[data-reply]"); if (form) tell(form); });
  document.addEventListener("change", (event) => { const form = event.target.closest("form[data-reply]"); if (form) tell(form); });
  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("form[data-reply]").forEach(tell));
})();
