// What is done with messages: the row answers at once, the server follows, and a failure puts the row back and says why.
import { piece, page, send, fields } from "./net.js";
import { say, words } from "./words.js";
import { rows, currentRow, openRow, renewList, renewFolders } from "./list.js";

const removing = new Set(["trash", "move", "spam", "notspam"]);

export function startActions() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.ask && !confirm(form.dataset.ask)) { event.preventDefault(); return; }
    if (form.getAttribute("action") !== "/actions") return;
    event.preventDefault();
    const button = event.submitter;
    const values = new FormData(form, button);
    const ids = values.getAll("message");
    act(values.get("action") || button?.dataset.action, ids, { to: values.get("to"), folder: values.get("folder") });
  });
  document.addEventListener("click", (event) => {
    for (const open of document.querySelectorAll("details.menu[open]")) if (!open.contains(event.target)) open.open = false;
    const does = event.target.closest("[data-do]")?.dataset.do;
    if (does === "print") print();
    if (does === "keys") document.getElementById("keys").showModal();
    if (does === "save-all") saveAll();
  });
}

export async function act(action, ids, { to, folder } = {}) {
  if (!ids.length) return;
  for (const open of document.querySelectorAll("details.menu[open]")) open.open = false;
  const touched = rows().filter((row) => ids.includes(row.dataset.id));
  const shown = document.querySelector("#reading .message");
  const isShown = shown && ids.includes(shown.dataset.id);
  const following = touched.length ? nextOf(touched) : null;
  for (const row of touched) {
    if (removing.has(action)) row.hidden = true;
    if (action === "read") row.classList.remove("unread");
    if (action === "unread") row.classList.add("unread");
  }
  if (removing.has(action) && isShown) following ? openRow(following) : leave();
  if (action === "unread" && isShown) leave();
  try {
    const result = await send("/actions", fields({ csrf: page.csrf, box: page.box, action, to, folder: folder || page.folder, message: ids }));
    const back = result.back && (() => act("move", result.messages, { to: result.back, folder: to }));
    if (removing.has(action)) say(result.text, back);
    if (action === "star" || action === "unstar") await renewShown(shown);
    await Promise.all([renewList(), renewFolders()]);
  } catch (error) {
    for (const row of touched) row.hidden = false;
    if (error.message) say(error.message);
    renewList().catch(() => {});
  }
}

async function renewShown(shown) {
  if (shown) document.getElementById("reading").innerHTML = await piece(location.href, "message");
}

function nextOf(touched) {
  const all = rows().filter((row) => !row.hidden), last = all.indexOf(touched[touched.length - 1]);
  return all.slice(last + 1).find((row) => !touched.includes(row)) || all.slice(0, Math.max(0, last)).reverse().find((row) => !touched.includes(row));
}

export async function leave() {
  document.body.classList.remove("opened");
  const row = currentRow();
  row?.classList.remove("current");
  history.pushState(null, "", page.list);
  document.getElementById("reading").innerHTML = await piece(page.list, "message").catch(() => "");
}

function saveAll() {
  for (const link of document.querySelectorAll("#reading a.file")) link.click();
}
