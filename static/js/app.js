/* One file of delegated listeners; every page works without it. No eval, no inline handlers: strict CSP. */
"use strict";
(() => {
  const doc = document;
  doc.documentElement.classList.add("js");
  const live = () => doc.getElementById("messages");

  // After an answer with errors, put the focus on the summary; after a vanished trigger, on the new heading.
  const place = (root) => {
    const target = root.querySelector("[data-focus]") || (doc.activeElement === doc.body && root.querySelector("h1,h2"));
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
  doc.addEventListener("htmx:beforeRequest", (event) => event.detail.elt.setAttribute("aria-busy", "true"));
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

  // Single letters work only inside a worklist (WCAG 2.1.4) and can be switched off in the settings.
  doc.addEventListener("keydown", (event) => {
    if (doc.body.dataset.shortcuts === "off" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    const list = event.target.closest("[data-worklist]");
    if (!list) return;
    const links = [...list.querySelectorAll("a[data-row], .list a")];
    const at = links.indexOf(doc.activeElement);
    if (event.key === "j" || event.key === "k") {
      const next = links[Math.min(Math.max(at + (event.key === "j" ? 1 : -1), 0), links.length - 1)];
      if (next) { event.preventDefault(); next.focus(); }
      return;
    }
    const action = doc.querySelector('[data-key="' + CSS.escape(event.key) + '"]');
    if (action) { event.preventDefault(); action.click(); }
  });

  // Leaving a page with typed and unsent lines asks first.
  let dirty = false;
  doc.addEventListener("input", (event) => { if (event.target.closest("form[data-guard]")) dirty = true; });
  doc.addEventListener("submit", () => { dirty = false; });
  addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
})();
