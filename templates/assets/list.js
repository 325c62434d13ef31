// The list: pages fetched ahead, rows opened in place, new mail merged without a jump.
import { piece, page } from "./net.js";
import { say, words } from "./words.js";
import { renewReading } from "./reading.js";

let watcher;

export function startList() {
  watcher = new IntersectionObserver((seen) => {
    for (const entry of seen) if (entry.isIntersecting) fetchNext(entry.target);
  }, { root: document.getElementById("scroll"), rootMargin: "2400px" });
  watchNext();
  document.getElementById("list").addEventListener("click", (event) => {
    const link = event.target.closest(".row > a");
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    openRow(link.closest(".row"));
  });
  addEventListener("popstate", () => show(location.href, false));
}

export function rows() { return [...document.querySelectorAll("#rows > .row")]; }
export function currentRow() { return document.querySelector("#rows > .row.current"); }

export async function openRow(row) {
  const path = row.querySelector("a").href;
  // A draft is opened to be written on.
  if (page.drafts && new URL(path).pathname.startsWith(`${page.drafts}/`)) {
    location.assign(`/compose?${new URLSearchParams({ box: page.box, draft: row.dataset.id })}`);
    return;
  }
  const wasUnread = row.classList.contains("unread");
  mark(row);
  row.classList.remove("unread");
  if (!await show(path, true) && wasUnread) row.classList.add("unread");
}

// Shows what an address names: a message beside the list, or nothing.
export async function show(path, isNew) {
  const url = new URL(path, location.href);
  const sameList = `${url.pathname}/`.startsWith(`${document.body.dataset.list.split("?")[0]}/`) || url.searchParams.get("q");
  if (!isNew && !sameList) { location.reload(); return true; }
  const reading = document.getElementById("reading");
  try {
    const html = await piece(url, "message");
    reading.innerHTML = html;
  } catch (error) {
    say(error.message || words("list_failed"));
    return false;
  }
  if (isNew && url.href !== location.href) history.pushState(null, "", url);
  const message = reading.querySelector(".message");
  document.body.classList.toggle("opened", !!message);
  mark(message && document.querySelector(`#rows > .row[data-id="${message.dataset.id}"]`));
  if (message) document.title = `${message.querySelector("#subject").textContent.trim()} · ${document.querySelector(".brand-name").textContent}`;
  renewReading();
  return true;
}

function mark(row) {
  for (const other of document.querySelectorAll("#rows > .row.current")) {
    other.classList.remove("current");
    other.querySelector("a").removeAttribute("aria-current");
  }
  if (!row) return;
  row.classList.add("current");
  row.querySelector("a").setAttribute("aria-current", "true");
  row.scrollIntoView({ block: "nearest" });
}

function watchNext() {
  watcher.disconnect();
  const next = document.querySelector("#rows > .next");
  if (next) watcher.observe(next);
}

async function fetchNext(item) {
  if (item.dataset.busy) return;
  item.dataset.busy = "1";
  try {
    const html = await piece(item.querySelector("a").href, "rows");
    item.insertAdjacentHTML("afterend", html);
    item.remove();
    watchNext();
  } catch {
    delete item.dataset.busy;
  }
}

// The first page again: new rows come in, changed ones are replaced, and what is looked at stays where it is.
export async function renewList() {
  const scroll = document.getElementById("scroll"), list = document.getElementById("rows");
  if (!list) return;
  const made = document.createElement("template");
  made.innerHTML = await piece(page.list, "list");
  const counts = document.getElementById("counts");
  if (counts) counts.textContent = made.content.getElementById("counts")?.textContent ?? "";
  const first = made.content.getElementById("rows");
  // The first row in sight holds the place: headings of groups come and go.
  const top = scroll.scrollTop, edge = scroll.getBoundingClientRect().top;
  const anchor = rows().find((row) => row.getBoundingClientRect().bottom > edge);
  const place = anchor ? anchor.getBoundingClientRect().top : 0;
  const current = currentRow()?.dataset.id, fresh = [...first.children].filter((item) => !item.classList.contains("next"));
  const checked = new Set(rows().filter((row) => row.querySelector("input").checked).map((row) => row.dataset.id));
  const ids = new Set(fresh.map((item) => item.dataset.id).filter(Boolean));
  const known = new Map(rows().map((row) => [row.dataset.id, row]));
  const last = fresh.filter((item) => item.dataset.id && known.has(item.dataset.id)).pop();
  const end = last ? known.get(last.dataset.id) : null;
  // What the new first page covers is replaced; what lies below it stays.
  if (end) { while (list.firstChild && list.firstChild !== end) list.firstChild.remove(); end.remove(); }
  else list.replaceChildren(...first.querySelectorAll(".next"));
  for (const row of rows()) if (ids.has(row.dataset.id)) row.remove();
  list.prepend(...fresh);
  const groups = new Set();
  for (const group of list.querySelectorAll(".group")) {
    if (groups.has(group.dataset.group)) group.remove(); else groups.add(group.dataset.group);
  }
  for (const row of rows()) {
    if (checked.has(row.dataset.id)) row.querySelector("input").checked = true;
    if (row.dataset.id === current) { row.classList.add("current"); row.querySelector("a").setAttribute("aria-current", "true"); }
  }
  const blank = scroll.querySelector(".blank");
  if (blank && rows().length) blank.remove();
  const same = anchor?.dataset.id && list.querySelector(`.row[data-id="${anchor.dataset.id}"]`);
  if (same && top > 4) scroll.scrollTop += same.getBoundingClientRect().top - place;
  watchNext();
}

export async function renewFolders() {
  const html = await piece(page.list, "folders"), pane = document.getElementById("folders");
  if (pane.querySelector("details[open]")) return;
  pane.innerHTML = html;
}
