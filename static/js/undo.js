/* Decisions that can still be taken back: the seconds that are left, and the row goes when they are over. Works without. */
"use strict";
(() => {
  const tell = () => {
    document.querySelectorAll("[data-until]").forEach((row) => {
      const left = Math.ceil((new Date(row.dataset.until) - Date.now()) / 1000);
      if (left > 0) { row.querySelector("[data-left]").textContent = left + " s left"; return; }
      const box = row.closest("form");
      const had = box.contains(document.activeElement);
      row.remove();
      if (!box.querySelector("[data-until]")) box.remove();
      if (had) { const head = document.querySelector("[data-head], h1"); head.tabIndex = -1; head.focus(); }
    });
  };
  setInterval(tell, 500);
  document.addEventListener("DOMContentLoaded", tell);
})();
