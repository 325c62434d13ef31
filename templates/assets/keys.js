// Keys as in the mail programs that people know.
import { rows, currentRow, focusRow, isThreaded } from "./list.js";
import { stepLetter } from "./reading.js";
import { act, leave, closeMenus, clearSelection, showSelection } from "./actions.js";

export function startKeys({ openRow }) {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.defaultPrevented) return;
    const menu = event.target.closest?.("details.menu[open]");
    if (menu && moveInMenu(menu, event)) { event.preventDefault(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") { escape(event); return; }
    if (event.target.closest?.("input:not([type=checkbox],[type=radio]), textarea, select, dialog[open]")) return;
    if (press(event.key, openRow)) event.preventDefault();
  });
}

function escape(event) {
  const closed = closeMenus();
  if (closed) { closed.querySelector("summary")?.focus(); return; }
  if (document.activeElement?.id === "search") { document.activeElement.blur(); return; }
  if (event.target.closest?.("#compose, dialog")) return;
  if (clearSelection()) return;
  if (location.hash === "#folders") history.back();
}

// Arrows walk through an open menu, as in menus of programs.
function moveInMenu(menu, event) {
  const step = { ArrowDown: 1, ArrowUp: -1, Home: "first", End: "last" }[event.key];
  if (!step || event.target.matches("input:not([type=radio]), select")) return false;
  if (event.target.matches("input[type=radio]")) return false;
  const items = [...menu.querySelectorAll(".menu-items :is(a, button, summary, input, select)")].filter((item) => item.getClientRects().length);
  const place = items.indexOf(document.activeElement);
  const next = step === "first" ? 0 : step === "last" ? items.length - 1 : (place + step + items.length) % items.length;
  items[place < 0 && step === -1 ? items.length - 1 : next]?.focus();
  return items.length > 0;
}

function press(key, openRow) {
  const message = document.querySelector("#reading .message");
  const row = cursor(), id = message?.dataset.id ?? row?.dataset.id;
  const selected = rows().filter((row) => row.querySelector("input").checked).map((row) => row.dataset.id);
  const chosen = selected.length ? selected : id ? [id] : [];
  // In a message of a conversation, keys that answer mean that message.
  const letter = document.activeElement?.closest?.(".letter.part");
  const threads = (selected.length || !message ? isThreaded() : !!message.querySelector(".buttons [name=threads]")) ? "1" : null;
  switch (key) {
    case "j": return step(1, openRow, message);
    case "k": return step(-1, openRow, message);
    case "o": if (!row) return false; openRow(row); return true;
    case "u": return leaveOrGo(message);
    case "n": return stepLetter(1);
    case "p": return stepLetter(-1);
    case "r": case "a": case "f": return follow((letter?.querySelector(".own") ?? message)?.querySelector(`[data-key="${key}"]`));
    case "#": case "Delete": if (!chosen.length) return false; act("trash", chosen, { threads }); return true;
    case "s": if (!row && !message) return false; act(isStarred(row, message) ? "unstar" : "star", chosen, { threads }); return true;
    case "x": return toggle(row);
    case "e": return menu(selected.length || !message ? document.querySelector("#bulk .menu") : message.querySelector(".moves"));
    case "t": return menu(message?.querySelector(".tagging"));
    case ".": return menu(message ? message.querySelector(".more") : document.getElementById("list-more"));
    case "z": return follow(document.querySelector("#toasts button"));
    case "c": return follow(document.querySelector("#folders .new"));
    case "/": document.getElementById("search").focus(); return true;
    case "?": document.getElementById("keys").showModal(); return true;
    default: return false;
  }
}

function isStarred(row, message) {
  return message ? !!message.querySelector(".tool.star.on") : row.dataset.starred === "true";
}

function toggle(row) {
  const box = row?.querySelector("input");
  if (!box) return false;
  box.checked = !box.checked;
  showSelection();
  return true;
}

function leaveOrGo(message) {
  if (message) { leave(); return true; }
  return follow(document.querySelector("#reading .back"));
}

function cursor() { return document.activeElement?.closest?.(".row") || currentRow() || null; }

function step(by, openRow, message) {
  const all = rows().filter((row) => !row.hidden), row = cursor();
  const next = all[Math.min(all.length - 1, Math.max(0, row ? all.indexOf(row) + by : 0))];
  if (!next) return false;
  focusRow(next);
  if (message && next !== row) openRow(next);
  return true;
}

function follow(link) { link?.click(); return !!link; }

function menu(details) {
  if (!details || !details.getClientRects().length) return false;
  details.open = true;
  details.querySelector(".menu-items :is(a, button)")?.focus();
  return true;
}
