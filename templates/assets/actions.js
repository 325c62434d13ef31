// What is done with messages: the row answers at once, the server follows, and a failure puts the row back and says why.
import { piece, page, send, fields } from "./net.js";
import { say, counted } from "./words.js";
import { rows, rowOf, currentRow, openRow, focusRow, renewList, renewFolders, show, showNothing, isThreaded } from "./list.js";

const removing = new Set(["trash", "move", "spam", "notspam"]);
const ofTags = new Set(["/tags", "/tags/color", "/tags/delete"]);
let lastPicked;

export function startActions() {
  document.addEventListener("submit", (event) => {
    const form = event.target, path = form.getAttribute("action");
    if (path === "/actions") { event.preventDefault(); submitAction(new FormData(form, event.submitter)); }
    if (ofTags.has(path)) changeTags(event, form, path);
  });
  document.addEventListener("click", (event) => {
    closeMenus(event.target);
    const does = event.target.closest("[data-do]")?.dataset.do;
    if (does === "print") { closeMenus(); print(); }
    if (does === "keys") { closeMenus(); document.getElementById("keys").showModal(); }
    pick(event);
  });
  // A menu has one open at a time, and gives the focus back to its button.
  document.addEventListener("toggle", (event) => {
    const menu = event.target;
    if (!menu.matches?.("details.menu") || !menu.open) return;
    for (const other of document.querySelectorAll("details.menu[open]")) if (other !== menu && !other.contains(menu)) other.open = false;
    place(menu);
  }, true);
  document.addEventListener("change", (event) => { if (event.target.matches?.(".pick input")) showSelection(); });
}

// A menu that would leave the window is moved back in.
function place(menu) {
  const items = menu.querySelector(".menu-items");
  if (!items) return;
  if (menu.closest(".letter")) items.scrollIntoView({ block: "nearest" });
  items.style.translate = "";
  const box = items.getBoundingClientRect(), room = document.documentElement.clientWidth - 8;
  const by = box.left < 8 ? 8 - box.left : box.right > room ? room - box.right : 0;
  if (by) items.style.translate = `${by}px 0`;
}

export function closeMenus(target) {
  let closed = null;
  for (const open of document.querySelectorAll("details.menu[open]")) {
    if (target && open.contains(target)) continue;
    open.open = false;
    closed = open;
  }
  return closed;
}

function submitAction(values) {
  const action = values.get("action") || (values.get("untag") ? "untag" : values.get("tag") ? "tag" : "move");
  act(action, values.getAll("message"), {
    to: values.get("to"), folder: values.get("folder"), tag: values.get("untag") || values.get("tag"), threads: values.get("threads"),
  });
}

export async function act(action, ids, { to, folder, tag, threads } = {}) {
  if (!ids.length) return;
  closeMenus();
  // One message of a conversation leaves the row alone, which shows all of them.
  const isPart = isThreaded() && !threads;
  const touched = rows().filter((row) => ids.includes(row.dataset.id) && !(isPart && row.querySelector(".many")));
  const shown = document.querySelector("#reading .message"), letters = partsOf(ids);
  const isShown = shown && (ids.includes(shown.dataset.id) || letters.length > 0 || (threads && touched.some((row) => row.dataset.thread === shown.dataset.thread)));
  const staying = isShown && !threads && !(touched.length && ids.includes(shown.dataset.id)) ? lastBeside(ids) : null;
  const following = touched.length ? nextOf(touched) : null;
  const hadFocus = touched.some((row) => row.contains(document.activeElement)) || document.getElementById("reading").contains(document.activeElement);
  for (const row of touched) {
    if (removing.has(action)) row.hidden = true;
    if (action === "read") row.classList.remove("unread");
    if (action === "unread") row.classList.add("unread");
    row.querySelector("input").checked = false;
  }
  showSelection();
  if (removing.has(action) && staying) for (const letter of letters) letter.hidden = true;
  else if (removing.has(action) && isShown) following && wide() ? openRow(following) : leave();
  if (action === "unread" && isShown) leave();
  if (removing.has(action) && hadFocus && following && !staying) focusRow(following);
  try {
    const result = await send("/actions", fields({ csrf: page.csrf, box: page.box, action, to, tag, threads, folder: folder || page.folder, message: ids }));
    const back = result.back && (async () => {
      await act("move", result.messages, { to: result.back, folder: to });
      if (staying && document.querySelector("#reading .message")) await show(location.href, false);
    });
    if (removing.has(action)) say(result.text, back);
    if (!removing.has(action) && action !== "unread" && isShown) await renewShown(result.messages);
    await Promise.all([renewList(), renewFolders()]);
    if (removing.has(action) && staying) await stay(staying, hadFocus);
  } catch (error) {
    for (const letter of letters) letter.hidden = false;
    for (const row of touched) { row.hidden = false; row.classList.add("failed"); setTimeout(() => row.classList.remove("failed"), 2500); }
    if (error.message) say(error.message);
    renewList().catch(() => {});
  }
}

// MARK: Messages of an open conversation

function partsOf(ids) { return [...document.querySelectorAll("#reading .letter.part")].filter((letter) => ids.includes(letter.dataset.id)); }

// The last message of the open conversation that is not among these, nor a draft.
function lastBeside(ids) {
  const others = [...document.querySelectorAll("#reading .letter.part:has(.fold[aria-expanded])")].filter((letter) => !ids.includes(letter.dataset.id));
  const here = others.filter((letter) => letter.dataset.folder === page.folder);
  return (here.length ? here : others).at(-1) ?? null;
}

// The conversation is shown on without what was taken out of it.
async function stay(letter, hadFocus) {
  const gone = [...document.querySelectorAll("#reading .letter[hidden]")];
  for (const one of gone) one.remove();
  const shown = document.querySelector("#reading .message");
  if (!shown || !letter.isConnected) return;
  if (gone.some((one) => one.dataset.id === shown.dataset.id)) await show(letter.querySelector(".fold").href, true);
  else await renewShown();
  if (hadFocus) (document.querySelector(`#reading .letter[data-id="${letter.dataset.id}"] .fold`) ?? document.getElementById("reading")).focus({ preventScroll: true });
}

const wide = () => matchMedia("(min-width: 640px)").matches;

// The bar, the subject and the marks of the open messages anew; their texts stay as they are.
async function renewShown(changed = []) {
  const shown = document.querySelector("#reading .message");
  if (!shown) return;
  const fetched = async (path, fragment) => {
    const made = document.createElement("template");
    made.innerHTML = await piece(path, fragment);
    return made.content;
  };
  const renew = (old, fresh, parts) => {
    for (const part of parts) {
      const made = fresh?.querySelector(part), before = old.querySelector(part);
      if (made && before) before.replaceWith(made);
    }
  };
  const all = await fetched(shown.dataset.path, "message");
  renew(shown, all, [".bar", "#subject"]);
  for (const letter of shown.querySelectorAll(".letter.part")) {
    const fresh = all.querySelector(`.letter[data-id="${letter.dataset.id}"]`);
    renew(letter, fresh, [".marks", ".own"]);
    // What was opened by hand is only a line in a conversation that is opened anew.
    if (letter.querySelector(".own") && !fresh?.querySelector(".own") && changed.includes(letter.dataset.id)) {
      renew(letter, await fetched(letter.querySelector(".fold").href, "letter"), [".own"]);
    }
  }
}

function nextOf(touched) {
  const all = rows().filter((row) => !row.hidden), last = all.indexOf(touched[touched.length - 1]);
  return all.slice(last + 1).find((row) => !touched.includes(row)) || all.slice(0, Math.max(0, last)).reverse().find((row) => !touched.includes(row));
}

export async function leave() {
  const row = currentRow();
  document.body.classList.remove("opened");
  await showNothing();
  if (row?.isConnected && !row.hidden) focusRow(row);
}

// MARK: Tags

async function changeTags(event, form, path) {
  // The list of a tag that is deleted is no place to stay.
  if (path === "/tags/delete" && new URLSearchParams(page.list.split("?")[1]).get("tag") === form.tag.value) return;
  event.preventDefault();
  try {
    const result = await send(path, new URLSearchParams(new FormData(form, event.submitter)));
    closeMenus();
    if (path !== "/tags/color") say(result.text);
    await Promise.all([renewList(), renewFolders(true), renewShown()]);
  } catch (error) { if (error.message) say(error.message); }
}

// MARK: Picking rows

function pick(event) {
  const box = event.target.closest?.(".pick input");
  if (!box) return;
  if (event.shiftKey && lastPicked?.isConnected) {
    const all = rows(), ends = [all.indexOf(lastPicked.closest(".row")), all.indexOf(box.closest(".row"))].sort((a, b) => a - b);
    for (const row of all.slice(ends[0], ends[1] + 1)) row.querySelector("input").checked = box.checked;
  }
  lastPicked = box;
  showSelection();
}

export function showSelection() {
  const picked = rows().filter((row) => row.querySelector("input").checked).length;
  const counts = document.getElementById("counts");
  if (!counts) return;
  counts.dataset.text ??= counts.textContent;
  counts.textContent = picked ? counted("selected", picked) : counts.dataset.text;
  if (!picked) delete counts.dataset.text;
}

export function clearSelection() {
  const picked = rows().filter((row) => row.querySelector("input").checked);
  for (const row of picked) row.querySelector("input").checked = false;
  showSelection();
  return picked.length > 0;
}
