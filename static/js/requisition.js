/* Keyboard flow of the requisition page: four letters, Enter, quantity, Enter. The page works without it. */
"use strict";
(() => {
  const doc = document;
  const box = doc.getElementById("find-item");
  const form = doc.getElementById("requisition");
  if (!box || !form) return;
  const hits = () => [...doc.querySelectorAll("#found [data-add]")];
  let shown = box.value;      // what the hits on the page answer
  let addWhenFound = false;   // Enter came before the hits did

  let asked = shown;          // what the last search asked
  doc.addEventListener("htmx:configRequest", (event) => { if (event.detail.elt === box) asked = box.value.trim(); });
  doc.addEventListener("htmx:afterSettle", (event) => {
    const id = event.detail.elt && event.detail.elt.id;
    if (id === "lines") { box.value = ""; shown = ""; addWhenFound = false; }
    if (id === "found") {
      shown = asked;
      if (addWhenFound && shown === box.value.trim()) { addWhenFound = false; if (hits()[0]) hits()[0].click(); }
    }
  });

  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      if (!box.value.trim()) return;
      if (shown === box.value.trim() && hits()[0]) hits()[0].click();
      else { addWhenFound = true; htmx.trigger(box, "seek"); }
    }
    if (event.key === "ArrowDown" && hits()[0]) { event.preventDefault(); hits()[0].focus(); }
    if (event.key === "Escape") { box.value = ""; doc.getElementById("found").replaceChildren(); }
  });

  // Rows copied from a spreadsheet and pasted into the search box go to the rows' box and are checked at once.
  box.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text");
    if (!/[\t\n]/.test(text.trim())) return;
    event.preventDefault();
    doc.querySelector("details.paste").open = true;
    doc.getElementById("paste").value = text;
    doc.querySelector("[data-preview]").click();
  });

  form.addEventListener("keydown", (event) => {
    const target = event.target;
    if (target.matches("[data-add]") && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      const all = hits();
      const next = all[all.indexOf(target) + (event.key === "ArrowDown" ? 1 : -1)];
      (next || (event.key === "ArrowUp" ? box : target)).focus();
    }
    if (event.key === "Enter" && target.matches("input:not([type=checkbox])") && target !== box) {
      event.preventDefault();
      box.focus();
    }
  });

  // Whatever changes the total or the chain is judged again, once the typing rests.
  const judge = (event) => { if (event.target.closest("[data-judges]")) htmx.trigger(form, "judge"); };
  form.addEventListener("input", judge);
  form.addEventListener("change", judge);
})();
