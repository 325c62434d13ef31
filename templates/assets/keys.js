// Keys as in the mail programs that people know.
import { rows, currentRow } from "./list.js";
import { act, leave } from "./actions.js";

export function startKeys({ openRow }) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape") {
      for (const open of document.querySelectorAll("details.menu[open]")) open.open = false;
      if (document.activeElement?.id === "search") document.activeElement.blur();
      return;
    }
    if (event.target.closest("input:not([type=checkbox]), textarea, select, dialog[open]")) return;
    const done = press(event.key, openRow);
    if (done) event.preventDefault();
  });
}

function press(key, openRow) {
  const message = document.querySelector("#reading .message");
  const row = cursor(), id = message?.dataset.id ?? row?.dataset.id;
  const selected = rows().filter((row) => row.querySelector("input").checked).map((row) => row.dataset.id);
  const chosen = selected.length ? selected : id ? [id] : [];
  switch (key) {
    case "j": return step(1, openRow, message);
    case "k": return step(-1, openRow, message);
    case "o": case "Enter": if (!row || (key === "Enter" && document.activeElement !== document.body)) return false; openRow(row); return true;
    case "u": if (!message) return false; leave(); return true;
    case "r": case "a": case "f": return follow(message?.querySelector(`[data-key="${key}"]`));
    case "#": act("trash", chosen); return true;
    case "s": if (!row) return false; act(row.dataset.starred === "true" ? "unstar" : "star", chosen); return true;
    case "x": { const box = row?.querySelector("input"); if (box) box.checked = !box.checked; return !!box; }
    case "e": return menu(message?.querySelectorAll("details.menu")[0]);
    case ".": return menu(message ? message.querySelectorAll("details.menu")[1] : document.querySelector("#list .bar .menu:last-child"));
    case "c": return follow(document.querySelector("#folders .new"));
    case "/": document.getElementById("search").focus(); return true;
    case "?": document.getElementById("keys").showModal(); return true;
    default: return false;
  }
}

function cursor() { return document.activeElement?.closest?.(".row") || currentRow() || null; }

function step(by, openRow, message) {
  const all = rows().filter((row) => !row.hidden), row = cursor();
  const next = all[Math.min(all.length - 1, Math.max(0, row ? all.indexOf(row) + by : 0))];
  if (!next) return false;
  next.querySelector("a").focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
  if (message && next !== row) openRow(next);
  return true;
}

function follow(link) { link?.click(); return !!link; }

function menu(details) {
  if (!details) return false;
  details.open = true;
  details.querySelector(".menu-items a, .menu-items button")?.focus();
  return true;
}
