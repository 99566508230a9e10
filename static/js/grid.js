/* The matrix grid by keyboard: arrows, Enter, fill down, paste, undo, and checks while typing. The page works without it:
   every row button is a submit button, and what this file changes is only the order and the text of plain inputs. */
"use strict";
(() => {
  const doc = document;
  const form = doc.getElementById("grid-form");
  if (!form) return;
  const table = form.querySelector(".matrix-grid");
  const preview = doc.getElementById("paste-preview");
  const hint = doc.getElementById("grid-hint");
  const tools = (name) => form.querySelector(`[data-grid="${name}"]`);
  const rows = () => [...table.querySelectorAll("tr[data-row]")];
  const cells = (row) => [...row.querySelectorAll("td > input")];
  const columnOf = (cell) => cell.name.slice(2);
  const isCell = (elt) => elt.matches && elt.matches(".matrix-grid td > input");
  const heads = [...table.querySelectorAll("thead th")].slice(1).map((head) => head.textContent.trim());
  tools("fill").hidden = tools("undo").hidden = false;

  let here = null;      // the cell that has, or had last, the focus
  let came = "";        // what stood in it when the focus came
  let before = null;    // the grid as it was then
  let marked = [];      // cells marked for filling, first the one that is copied
  let sending = false;
  let unsaved = 0;

  // ---- what stands where, for undo -------------------------------------------------------------------------------
  const undos = [];
  const snapshot = () => rows().map((row) => ({ row, list: row.parentNode, texts: cells(row).map((cell) => cell.value) }));
  const remember = (taken) => { undos.push(taken || snapshot()); if (undos.length > 50) undos.shift(); };
  const undo = () => {
    const kept = undos.pop();
    if (!kept) return;
    rows().forEach((row) => row.remove());
    kept.forEach(({ row, list, texts }) => { list.append(row); cells(row).forEach((cell, at) => { cell.value = texts[at]; }); });
    tidy();
    const back = here && here.isConnected ? here : cells(rows()[0])[0];
    back.focus();
    here = back; came = back.value; before = snapshot();
    recheck(500);
    say("Taken back.");
  };
  const say = (text) => { hint.textContent = text; hint.removeAttribute("aria-hidden"); hint.setAttribute("role", "status"); };

  // ---- numbers, names and states of rows --------------------------------------------------------------------------
  const tidy = () => {
    let edited = 0;
    table.querySelectorAll("tbody").forEach((list) => {
      const extra = list.dataset.list === "extra";
      const own = [...list.querySelectorAll("tr[data-row]")];
      const head = list.querySelector(".grid-head");
      if (head) head.hidden = !own.length;
      own.forEach((row, at) => { row.dataset.number = (extra ? "+" : "") + (at + 1); });
    });
    rows().forEach((row, place) => {
      const key = row.dataset.number;
      row.id = `row-${key}`;
      row.querySelector("[data-number]").textContent = key;
      row.querySelector("input[type=radio]").value = place;
      cells(row).forEach((cell, at) => { cell.id = `c-${place}-${columnOf(cell)}`; cell.setAttribute("aria-label", `${heads[at]}, row ${key}`); });
      const moved = row.dataset.key !== undefined && row.dataset.key !== key;
      const state = row.dataset.state || (moved || cells(row).some((cell) => cell.value !== cell.defaultValue) ? "edited" : "");
      row.querySelector(".row-state").textContent = state;
      row.classList.toggle("is-edited", Boolean(state));
      if (state) edited += 1;
    });
    const gone = form.elements.had.value.split(" ").filter(Boolean).filter((pk) => !rows().some((row) => row.querySelector("[name=row]").value.replace("+", "") === pk)).length;
    unsaved = edited + gone;
    if (!sending) doc.getElementById("grid-state").textContent = unsaved ? `${unsaved} ${unsaved === 1 ? "row" : "rows"} not saved.` : "Everything is saved.";
    tools("undo").setAttribute("aria-disabled", String(!undos.length));
  };
  const changed = () => { tidy(); recheck(500); };

  // ---- checks while typing ----------------------------------------------------------------------------------------
  let waiting = 0;
  let wantsOutcome = false;
  const recheck = (after) => { clearTimeout(waiting); waiting = setTimeout(() => htmx.trigger("#grid-check", "recheck"), after); };
  const unmark = (cell) => {
    cell.removeAttribute("aria-invalid");
    cell.setAttribute("aria-describedby", `hint-${columnOf(cell)}`);
    cell.parentNode.classList.remove("diff", "bad");
    const why = cell.parentNode.querySelector(".why");
    if (why) why.remove();
  };
  const show = (fault, all) => {
    const row = all[Number(fault.dataset.fault)];
    const cell = row && cells(row).find((one) => columnOf(one) === fault.dataset.column);
    if (!cell) return;
    const why = doc.createElement("span");
    why.className = "why";
    why.id = `w-${fault.dataset.fault}-${fault.dataset.column}`;
    why.textContent = fault.querySelector("[data-why]").textContent;
    cell.after(why);
    cell.setAttribute("aria-invalid", "true");
    cell.setAttribute("aria-describedby", `hint-${columnOf(cell)} ${why.id}`);
    cell.parentNode.classList.add("diff", "bad");
  };
  doc.addEventListener("htmx:afterSettle", (event) => {
    const elt = event.detail.elt;
    if (!elt || elt.id !== "grid-findings") return;
    const all = rows();
    all.forEach((row) => cells(row).forEach((cell) => { if (cell.parentNode.classList.contains("diff")) unmark(cell); }));
    elt.querySelectorAll("[data-fault]").forEach((fault) => show(fault, all));
    const outcome = doc.querySelector("#case-outcome [data-hits]");
    const hits = outcome ? outcome.dataset.hits.split(" ") : [];
    all.forEach((row) => row.classList.toggle("hit", hits.includes(row.dataset.number || row.dataset.key)));
    if (wantsOutcome) {
      wantsOutcome = false;
      const head = doc.querySelector("#case-outcome h3, #case-outcome [role=alert]");
      const lit = table.querySelector("tr.hit");
      if (lit) lit.scrollIntoView({ block: "nearest" });
      if (head) { head.tabIndex = -1; head.focus(); }
    }
  });
  const test = () => { wantsOutcome = true; recheck(0); };

  // ---- moving about -----------------------------------------------------------------------------------------------
  const go = (cell) => { if (cell) { cell.focus(); cell.select(); } return Boolean(cell); };
  const beside = (cell, by) => { const own = cells(cell.closest("tr")); return own[own.indexOf(cell) + by]; };
  const above = (cell, by) => {
    const all = rows();
    const row = all[all.indexOf(cell.closest("tr")) + by];
    return row && cells(row)[cells(cell.closest("tr")).indexOf(cell)];
  };
  const mark = (list) => { marked.forEach((cell) => cell.parentNode.classList.remove("sel")); marked = list; if (list.length > 1) list.forEach((cell) => cell.parentNode.classList.add("sel")); };
  const extend = (cell, by) => {
    const first = marked[0] || cell;
    const last = marked.length ? marked[marked.length - 1] : cell;
    const next = above(last, by);
    if (!next) return;
    const all = rows();
    const at = cells(first.closest("tr")).indexOf(first);
    const [from, to] = [all.indexOf(first.closest("tr")), all.indexOf(next.closest("tr"))];
    if (to < from) return;
    mark(all.slice(from, to + 1).map((row) => cells(row)[at]));
    next.scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  const fill = () => {
    const from = marked.length > 1 ? marked[0] : here && above(here, -1);
    const to = marked.length > 1 ? marked.slice(1) : here ? [here] : [];
    if (!from || !to.length) { say("Go to the cell below the one to copy, or mark cells with Shift and Down."); return; }
    remember();
    to.forEach((cell) => { cell.value = from.value; });
    came = here.value; before = snapshot();
    say(`Filled ${to.length} ${to.length === 1 ? "cell" : "cells"}.`);
    here.focus();
    changed();
  };

  // ---- rows -------------------------------------------------------------------------------------------------------
  const picked = () => { const chosen = table.querySelector("input[type=radio]:checked"); return chosen ? chosen.closest("tr") : rows()[rows().length - 1]; };
  const room = (more) => rows().length + more <= Number(form.dataset.most);
  const fresh = (list) => {
    const row = doc.getElementById("grid-row").content.querySelector("tr").cloneNode(true);
    if (list.dataset.list === "extra") row.querySelector("[name=row]").value = "+new";
    return row;
  };
  const act = (what, row, at) => {
    const list = what === "add_extra" ? table.querySelector("[data-list=extra]") : row ? row.parentNode : table.querySelector("[data-list=base]");
    let target = row;
    if (/^(add|copy|add_extra)$/.test(what) && !room(1)) { say(`The grid takes at most ${form.dataset.most} rows. Bring more in as a file.`); return; }
    remember(before && here && here.value !== came ? before : null);
    if (what === "add" || what === "copy") {
      target = fresh(list);
      if (what === "copy") cells(target).forEach((cell, n) => { cell.value = cells(row)[n].value; });
      if (row) row.after(target); else list.append(target);
    } else if (what === "add_extra") { target = fresh(list); list.append(target);
    } else if (what === "remove" && row) {
      const all = rows();
      target = all[all.indexOf(row) + 1] || all[all.indexOf(row) - 1];
      row.remove();
    } else if (what === "up" && row && row.previousElementSibling && row.previousElementSibling.matches("[data-row]")) { row.previousElementSibling.before(row);
    } else if (what === "down" && row && row.nextElementSibling) { row.nextElementSibling.after(row);
    } else undos.pop();
    changed();
    if (target) { target.querySelector("input[type=radio]").checked = true; go(cells(target)[at]); came = here.value; before = snapshot(); }
    say({ remove: "Row removed. Ctrl+Z takes it back.", add: "Row added.", copy: "Row copied.", add_extra: "Additional row added." }[what] || `Now row ${target.dataset.number}.`);
  };

  // ---- paste ------------------------------------------------------------------------------------------------------
  const split = (text) => {
    const out = [[]];
    let cell = "";
    let quoted = false;
    for (let at = 0; at < text.length; at += 1) {
      const char = text[at];
      if (quoted && char === '"' && text[at + 1] === '"') { cell += '"'; at += 1;
      } else if (char === '"' && (quoted || !cell)) quoted = !quoted;
      else if (!quoted && (char === "\t" || char === "\n")) { out[out.length - 1].push(cell.trim()); cell = ""; if (char === "\n") out.push([]);
      } else if (char !== "\r") cell += char === "\n" ? "; " : char;
    }
    out[out.length - 1].push(cell.trim());
    while (out.length && out[out.length - 1].every((one) => !one)) out.pop();
    return out;
  };
  /* What was copied may bring its heads, as the grid or an exported sheet calls them, or be rows of such a sheet:
     then each column finds its own, whatever the columns on screen; else cells go where they stand. */
  const calls = JSON.parse(form.dataset.heads);
  const whole = JSON.parse(form.dataset.sheet);
  const shown = [...table.querySelectorAll("thead th[data-column]")].map((head) => head.dataset.column);
  const saidNo = (text) => /^(no|false)?$/i.test(text);
  const headed = (data) => {
    const known = data[0].map((text) => calls[text.toLowerCase()] || "");
    const told = known.filter(Boolean).length;
    if (told >= Math.max(2, Math.ceil(data[0].filter(Boolean).length / 2))) return { names: known, heads: data[0], body: data.slice(1), from: 2 };
    if (data.every((texts) => texts.length === whole.length && /^[0-9]{1,4}$/.test(texts[0]) && /^(no|false|yes|true|x)?$/i.test(texts[1]))) return { names: whole, heads: whole, body: data, from: 1 };
    return null;
  };
  const stray = (name, head, text, isExtra) => {
    if (!text || name === "position") return "";
    if (name === "is_additional") return saidNo(text) !== isExtra ? "" : `says whether the row adds to any row, which is not so of the rows here. Paste it among the ${isExtra ? "other" : "additional"} rows.`;
    if (name) return "stands in a column that is not on screen. Press “more columns” first, or copy without it.";
    return head ? `stands under “${head.slice(0, 60)}”, which is no column of the grid. Copy without it.` : "stands in a column without a head. Give it one, or copy without it.";
  };
  let plan = null;
  const lay = (cell, data) => {
    const found = headed(data);
    return found ? layHeaded(cell, found) : layInPlace(cell, data);
  };
  const layHeaded = (cell, { names, heads: told, body, from }) => {
    const list = cell.closest("tbody");
    const isExtra = list.dataset.list === "extra";
    const own = [...list.querySelectorAll("tr[data-row]")];
    const top = own.indexOf(cell.closest("tr"));
    const outside = [];
    const odd = [];
    const sets = [];
    let count = 0;
    body.forEach((texts, down) => texts.forEach((text, right) => {
      const name = names[right] || "";
      const at = shown.indexOf(name);
      const where = `Row ${down + from}, column ${right + 1} of what was copied: “${text.slice(0, 60)}”`;
      if (at < 0) { const why = stray(name, told[right], text, isExtra); if (why) outside.push(`${where} ${why}`); return; }
      if (/^[=+@]/.test(text)) odd.push(`${where} (${heads[at]}) is a formula. It will be shown as a fault; paste its value instead.`);
      const target = own[top + down] && cells(own[top + down])[at];
      if (text !== (target ? target.value : "")) count += 1;
      sets.push([top + down, at, text]);
    }));
    const added = Math.max(0, top + body.length - own.length);
    if (added && !room(added)) outside.push(tooMany(added));
    return { cell, list, sets, added, count, outside, odd, rows: body.length, isHeaded: true };
  };
  const tooMany = (added) => `The grid takes at most ${form.dataset.most} rows; this would be ${rows().length + added}. Bring them in as a file.`;
  const layInPlace = (cell, data) => {
    const list = cell.closest("tbody");
    const own = [...list.querySelectorAll("tr[data-row]")];
    const top = own.indexOf(cell.closest("tr"));
    const left = cells(cell.closest("tr")).indexOf(cell);
    const outside = [];
    const odd = [];
    const sets = [];
    let count = 0;
    data.forEach((texts, down) => texts.forEach((text, right) => {
      const where = `Row ${(list.dataset.list === "extra" ? "+" : "") + (top + down + 1)}, column ${right + 1} of what was copied`;
      if (left + right >= heads.length) { if (text) outside.push(`${where}: “${text.slice(0, 60)}” would stand beyond the last column, ${heads[heads.length - 1]}. Copy fewer columns, or start further left.`); return; }
      if (/^[=+@]/.test(text)) odd.push(`${where} (${heads[left + right]}): “${text.slice(0, 60)}” is a formula. It will be shown as a fault; paste its value instead.`);
      const target = own[top + down] && cells(own[top + down])[left + right];
      if (text !== (target ? target.value : "")) count += 1;
      sets.push([top + down, left + right, text]);
    }));
    const added = Math.max(0, top + data.length - own.length);
    if (added && !room(added)) outside.push(tooMany(added));
    return { cell, list, sets, added, count, outside, odd, rows: data.length, isHeaded: false };
  };
  const ask = (cell, data) => {
    plan = lay(cell, data);
    const stops = plan.outside.length > 0;
    const extra = plan.added ? `, ${plan.added} ${plan.added === 1 ? "row is" : "rows are"} added` : "";
    preview.querySelector("[data-text]").textContent = stops ? "Nothing was pasted: not everything fits." : `Paste ${plan.rows} ${plan.rows === 1 ? "row" : "rows"}${plan.isHeaded ? " by their heads" : ""}: ${plan.count} ${plan.count === 1 ? "cell changes" : "cells change"}${extra}.`;
    preview.querySelector("[data-list]").replaceChildren(...[...plan.outside, ...plan.odd].slice(0, 20).map((text) => { const item = doc.createElement("li"); item.textContent = text; return item; }));
    preview.classList.toggle("bad", stops);
    tools("paste").hidden = stops;
    preview.hidden = false;
    (stops ? tools("cancel") : tools("paste")).focus();
  };
  const close = () => { preview.hidden = true; const { cell } = plan || {}; plan = null; if (cell) go(cell); };
  const paste = () => {
    if (!plan) return;
    remember();
    for (let n = 0; n < plan.added; n += 1) plan.list.append(fresh(plan.list));
    const own = [...plan.list.querySelectorAll("tr[data-row]")];
    plan.sets.forEach(([down, right, text]) => { cells(own[down])[right].value = text; });
    const text = `${plan.count} cells pasted${plan.added ? `, ${plan.added} rows added` : ""}. Ctrl+Z takes it back.`;
    close();
    came = here.value; before = snapshot();
    changed();
    say(text);
  };
  table.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text");
    if (!isCell(event.target) || !/[\t\n]/.test(text.replace(/\r?\n$/, ""))) return;
    event.preventDefault();
    ask(event.target, split(text));
  });
  table.addEventListener("copy", (event) => {
    if (marked.length < 2) return;
    event.preventDefault();
    event.clipboardData.setData("text/plain", marked.map((cell) => cell.value).join("\n"));
  });

  // ---- keys and presses -------------------------------------------------------------------------------------------
  table.addEventListener("focusin", (event) => {
    if (!isCell(event.target)) return;
    if (here !== event.target) { here = event.target; came = here.value; before = snapshot(); }
    if (!marked.includes(here)) mark([]);
    here.closest("tr").querySelector("input[type=radio]").checked = true;
    hint.setAttribute("aria-hidden", "true");
    hint.removeAttribute("role");
    const said = here.scrollWidth > here.clientWidth ? here.value : `${doc.getElementById(`hint-${columnOf(here)}`).textContent}.`;
    hint.textContent = `${heads[cells(here.closest("tr")).indexOf(here)]}: ${said}`;
  });
  table.addEventListener("change", (event) => { if (isCell(event.target) && before && event.target.value !== came) { remember(before); came = event.target.value; before = snapshot(); tidy(); } });
  table.addEventListener("input", (event) => { if (isCell(event.target)) { tidy(); recheck(500); } });

  const onCell = (event, cell) => {
    const { key, shiftKey: shift } = event;
    const mod = event.ctrlKey || event.metaKey;
    const at = cells(cell.closest("tr")).indexOf(cell);
    const whole = cell.selectionStart === 0 && cell.selectionEnd === cell.value.length;
    const atStart = cell.selectionEnd === 0 || whole;
    const atEnd = cell.selectionStart === cell.value.length || whole;
    if (mod && key.toLowerCase() === "d") { fill(); return true; }
    if (mod && key.toLowerCase() === "z" && cell.value === came) { undo(); return true; }
    if (mod && key === "Enter") { act(shift ? "copy" : "add", cell.closest("tr"), shift ? at : 0); return true; }
    if (event.altKey && key === "ArrowUp") { act("up", cell.closest("tr"), at); return true; }
    if (event.altKey && key === "ArrowDown") { act("down", cell.closest("tr"), at); return true; }
    if (event.altKey && key === "Delete") { act("remove", cell.closest("tr"), at); return true; }
    if (mod || event.altKey) return false;
    if (shift && (key === "ArrowDown" || key === "ArrowUp")) { if (!marked.length) mark([cell]); if (key === "ArrowDown") extend(cell, 1); else if (marked.length > 1) mark(marked.slice(0, -1)); return true; }
    if (key === "ArrowDown" || (key === "Enter" && !shift)) { go(above(cell, 1)); return true; }
    if (key === "ArrowUp" || key === "Enter") { go(above(cell, -1)); return true; }
    if (key === "ArrowLeft" && !shift && atStart) return go(beside(cell, -1));
    if (key === "ArrowRight" && !shift && atEnd) return go(beside(cell, 1));
    if (key === "F2") { cell.setSelectionRange(cell.value.length, cell.value.length); return true; }
    if (key === "Escape") { mark([]); if (cell.value !== came) { cell.value = came; tidy(); recheck(500); } cell.select(); return true; }
    return false;
  };
  doc.addEventListener("keydown", (event) => {   // also from the words above the rows after a refusal
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    form.requestSubmit(form.querySelector("[name=act][value=save]"));
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "F6") {   // between the rows and the case, whatever lies in the way of Tab
      event.preventDefault();
      if (event.target.closest("#case")) go(here && here.isConnected ? here : cells(rows()[0])[0]); else form.elements.amount.focus();
      return;
    }
    if (!preview.hidden && event.key === "Escape") { event.preventDefault(); close(); return; }
    if (isCell(event.target)) { if (onCell(event, event.target)) event.preventDefault(); return; }
    if (event.key === "Enter" && event.target.matches("#case input")) { event.preventDefault(); test(); }
    if (event.key === "Enter" && event.target.matches("input[type=radio]")) { event.preventDefault(); go(cells(event.target.closest("tr"))[0]); }
  });

  const example = (query) => {
    const told = new URLSearchParams(query);
    form.querySelectorAll("#case input, #case select").forEach((field) => {
      if (field.type === "checkbox") field.checked = told.getAll(field.name).includes(field.value || "on");
      else if (told.has(field.name)) field.value = told.get(field.name);
      else if (field.tagName === "SELECT") field.selectedIndex = 0;
    });
    test();
  };
  form.addEventListener("click", (event) => {
    const link = event.target.closest("#grid-findings a[href^='#'], #error-summary a[href^='#c-']");
    if (link) {
      const target = doc.getElementById(link.hash.slice(1));
      const cell = target && (isCell(target) ? target : cells(target)[0]);
      if (cell) { event.preventDefault(); go(cell); }
      return;
    }
    const button = event.target.closest("button");
    if (!button) return;
    const verb = button.name === "act" ? button.value : button.dataset.grid;
    const jobs = {
      fill, undo, paste, cancel: close, test, check: () => recheck(0),
      example: () => example(verb.slice("example:".length)),
    };
    const job = verb === "paste" && button.name === "act" ? null : jobs[verb && verb.split(":")[0]];
    if (job) { event.preventDefault(); job(); return; }
    if (/^(add|add_extra|copy|up|down|remove)$/.test(verb)) { event.preventDefault(); act(verb, picked(), 0); button.focus({ preventScroll: true }); if (/^(add|add_extra|copy)$/.test(verb)) go(cells(picked())[0]); }
  });
  form.addEventListener("submit", () => { sending = true; doc.getElementById("grid-state").textContent = "Saving..."; });
  addEventListener("beforeunload", (event) => { if (unsaved && !sending) event.preventDefault(); });
  addEventListener("pageshow", () => { sending = false; tidy(); });
  doc.getElementById("case").addEventListener("change", () => { if (form.elements.amount.value.trim()) recheck(300); });
  tidy();
})();
