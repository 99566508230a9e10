/* Picking many rows: how many are picked of how many that may be, and one press for all. Works without. */
"use strict";
(() => {
  const ready = (form) => {
    const boxes = [...form.querySelectorAll("input[name=pick]")];
    const said = form.querySelector("[data-picked]");
    if (!boxes.length || !said) return;
    const label = document.createElement("label");
    const all = document.createElement("input");
    all.type = "checkbox";
    label.className = "check";
    label.append(all, " Pick all " + boxes.length + " shown that may be done together");
    said.before(label);
    const tell = () => {
      const count = boxes.filter((box) => box.checked).length;
      said.textContent = count ? count + " of " + boxes.length + " picked" : "None picked";
      all.checked = count === boxes.length;
      all.indeterminate = count > 0 && count < boxes.length;
    };
    all.addEventListener("change", () => { boxes.forEach((box) => { box.checked = all.checked; }); tell(); });
    form.addEventListener("change", (event) => { if (event.target.name === "pick") tell(); });
    tell();
  };
  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("form[data-picks]").forEach(ready));
})();
