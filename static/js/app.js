/* One file of delegated listeners; every page works without it. No eval, no inline handlers: strict CSP. */
"use strict";
(() => {
  const doc = document;
  doc.documentElement.classList.add("js");
  const live = () => doc.getElementById("messages");

  // After an answer with errors, put the focus on the summary; after a vanished trigger, on the new heading.
  const place = (root) => {
    const target = root.querySelector("[data-focus]")
      || (doc.activeElement === doc.body && (root.querySelector("[data-head]") || root.querySelector("h1,h2")));
    if (!target) return;
    if (!target.matches("a[href], button, input, select, textarea, [tabindex]")) target.tabIndex = -1;
    target.focus();
    if (target.select) target.select();
  };
  doc.addEventListener("DOMContentLoaded", () => {
    const summary = doc.getElementById("error-summary");
    if (summary) summary.focus();
  });
  doc.addEventListener("htmx:afterSettle", (event) => place(event.detail.elt || doc));
  doc.addEventListener("htmx:beforeRequest", (event) => {
    const elt = event.detail.elt;
    elt.setAttribute("aria-busy", "true");
    const button = elt.matches("form") ? elt.querySelector("button[data-busy]") : null;
    if (button) { button.setAttribute("aria-disabled", "true"); button.textContent = button.dataset.busy; }
  });
  doc.addEventListener("htmx:afterRequest", (event) => event.detail.elt.removeAttribute("aria-busy"));
  doc.addEventListener("htmx:responseError", (event) => {
    const note = doc.createElement("p");
    note.className = "note bad";
    note.textContent = event.detail.xhr.status === 409
      ? "This changed since you opened it. Reload the page to see the newest version."
      : "That did not work (" + event.detail.xhr.status + "). Reload the page and try again.";
    if (live()) live().replaceChildren(note);
  });
  doc.addEventListener("htmx:sendError", () => {
    const note = doc.createElement("p");
    note.className = "note warn";
    note.textContent = "No connection. What you typed is still on this page.";
    if (live()) live().replaceChildren(note);
  });

  // A form is sent once; the pressed button says what happens.
  doc.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method.toLowerCase() !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    const button = event.submitter;
    if (button && button.dataset.busy) {
      setTimeout(() => { button.setAttribute("aria-disabled", "true"); button.textContent = button.dataset.busy; }, 0);
    }
    setTimeout(() => { delete form.dataset.sent; }, 8000);
  });
  addEventListener("pageshow", () => doc.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));

  // Filters apply as soon as they change; the button is there for everyone else.
  doc.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-autosubmit]");
    if (form) form.requestSubmit();
  });

  // Dialogs: data-opens="id" shows, data-closes hides. Without script the dialog's form stands on its own page.
  doc.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) { const box = doc.getElementById(opener.dataset.opens); if (box && box.showModal) { event.preventDefault(); box.showModal(); } }
    const closer = event.target.closest("[data-closes]");
    if (closer) { event.preventDefault(); closer.closest("dialog").close(); }
    doc.querySelectorAll("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });
  doc.addEventListener("keydown", (event) => {
    if (event.key === "Escape") doc.querySelectorAll("details.menu[open]").forEach((menu) => { menu.open = false; menu.firstElementChild.focus(); });
  });

  // Single letters work only inside a worklist (WCAG 2.1.4) and can be switched off in the settings. Right after the
  // page opened nothing has the focus; then the page's worklist has the letters.
  doc.addEventListener("keydown", (event) => {
    if (doc.body.dataset.shortcuts === "off" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    const list = event.target === doc.body ? doc.querySelector("[data-worklist]") : event.target.closest("[data-worklist]");
    if (!list) return;
    if (event.key === "j" || event.key === "k") { event.preventDefault(); move(list, event.key === "j" ? 1 : -1); return; }
    if (event.key === "/") { event.preventDefault(); doc.querySelector("[data-find]").focus(); return; }
    if (event.key === "?") { location.href = doc.querySelector(".foot a").href + "#keys"; return; }
    const action = doc.querySelector('[data-key="' + CSS.escape(event.key) + '"]');
    if (action) { event.preventDefault(); action.click(); }
  });

  // In a worklist with an open task the next row opens; elsewhere it only gets the focus.
  const move = (list, by) => {
    const links = [...list.querySelectorAll("a[data-row], .list a")];
    const opens = list.dataset.worklist === "open";
    const at = links.findIndex((link) => (opens ? link.hasAttribute("aria-current") : link === doc.activeElement));
    const next = links[Math.min(Math.max(at + by, 0), links.length - 1)];
    if (!next) return;
    next.focus();
    if (opens && links.indexOf(next) !== at) next.click();
  };

  // A verb's own small form takes the focus when it opens and gives it back when it closes.
  doc.addEventListener("toggle", (event) => {
    const box = event.target;
    if (!box.matches || !box.matches("details.pop") || !box.open) return;
    doc.querySelectorAll("details.pop[open]").forEach((other) => { if (other !== box) other.open = false; });
    const first = box.querySelector("form input:not([type=hidden]), form textarea");
    if (first) first.focus();
  }, true);
  doc.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const box = event.target.closest("details.pop[open]");
    if (box) { box.open = false; box.firstElementChild.focus(); }
  });

  // Leaving a page with typed and unsent lines asks first.
  let dirty = false;
  doc.addEventListener("input", (event) => { if (event.target.closest("form[data-guard]")) dirty = true; });
  doc.addEventListener("submit", () => { dirty = false; });
  addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
})();
