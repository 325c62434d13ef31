// The list: pages fetched ahead, rows opened in place, new mail merged without a jump.
import { piece, page } from "./net.js";
import { say, words, tell, counted } from "./words.js";
import { renewReading } from "./reading.js";

let watcher, asked = 0, address = location.pathname + location.search, isRenewing = null;

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
  document.getElementById("list").addEventListener("click", (event) => { if (event.target.id === "news") goToTop(); });
  document.getElementById("scroll")?.addEventListener("scroll", (event) => { if (event.target.scrollTop < 4) hideNews(); }, { passive: true });
  document.getElementById("reading").addEventListener("click", (event) => {
    const link = event.target.closest(".notice.images a, .message .back");
    if (!link || event.defaultPrevented || link.closest(".letter.part") || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    link.matches(".back") ? goBack(link) : show(link.href, true);
  });
  addEventListener("popstate", () => { if (location.pathname + location.search !== address) show(location.href, false); });
}

async function goBack(link) {
  const row = currentRow();
  document.body.classList.remove("opened");
  await showNothing(link.href);
  if (row) focusRow(row);
}

export function rows() { return [...document.querySelectorAll("#rows > .row")]; }
export function currentRow() { return document.querySelector("#rows > .row.current"); }
export function focusRow(row) { row.querySelector("a").focus({ preventScroll: true }); row.scrollIntoView({ block: "nearest" }); }

export async function openRow(row) {
  const path = row.querySelector("a").href;
  // A draft is opened to be written on.
  if (page.drafts && new URL(path).pathname.startsWith(`${page.drafts}/`)) {
    location.assign(`/compose?${new URLSearchParams({ box: page.box, folder: page.folder, draft: row.dataset.id })}`);
    return;
  }
  const wasUnread = row.classList.contains("unread");
  mark(row);
  row.classList.remove("unread");
  if (!await show(path, true) && wasUnread) row.classList.add("unread");
}

// Shows what an address names: a message beside the list, or nothing.
export async function show(path, isNew) {
  const url = new URL(path, location.href), number = ++asked;
  const isOfList = `${url.pathname}/`.startsWith(`${page.list.split("?")[0]}/`) || url.searchParams.get("q") || /^\/mail\/\w+\/\d+\/\d+$/.test(url.pathname);
  if (!isNew && !isOfList) { location.reload(); return true; }
  if (isNew && url.href !== location.href) history.pushState(null, "", url);
  address = url.pathname + url.search;
  const reading = document.getElementById("reading");
  const slow = setTimeout(() => { reading.classList.add("busy"); tell(words("loading")); }, 200);
  reading.setAttribute("aria-busy", "true");
  try {
    const html = await piece(url, "message");
    if (number !== asked) return true;
    reading.innerHTML = html;
  } catch (error) {
    if (number !== asked) return false;
    fail(reading, error.message || words("list_failed"), () => show(path, false));
    document.body.classList.add("opened");
    return false;
  } finally {
    clearTimeout(slow);
    if (number === asked) { reading.classList.remove("busy"); reading.removeAttribute("aria-busy"); }
  }
  const message = reading.querySelector(".message");
  markMail();
  document.body.classList.toggle("opened", !!message);
  mark(message && rowOf(message.dataset));
  const brand = document.querySelector(".brand-name").textContent;
  if (message) {
    const subject = message.querySelector("#subject");
    document.title = `${subject.textContent.trim()} · ${brand}`;
    tell(subject.textContent.trim());
    // Where the list is no longer seen, the focus goes along.
    if (!document.getElementById("list").getClientRects().length) { subject.tabIndex = -1; subject.focus({ preventScroll: true }); }
  } else document.title = `${document.querySelector("#list h1").firstChild.textContent.trim()} · ${brand}`;
  renewReading();
  return true;
}

export async function showNothing(path = page.list) {
  mark(null);
  await show(path, true);
}

// What could not be loaded says so in its place, with a button.
function fail(place, text, again) {
  const blank = document.getElementById("failure").content.cloneNode(true);
  blank.querySelector(".why").textContent = text;
  blank.querySelector("button").addEventListener("click", again);
  place.replaceChildren(blank);
}

// The row of a message: its own, or where rows are conversations, its conversation's.
export function rowOf({ id, thread }) {
  return rows().find((row) => row.dataset.id === id) || (isThreaded() && rows().find((row) => row.dataset.thread === thread)) || null;
}

export function isThreaded() { return !!document.querySelector("#bulk [name=threads]"); }

// What was opened from the bar, a form or the settings, has made place for mail.
function markMail() {
  for (const [number, link] of document.querySelectorAll(".bottom a").entries()) {
    if (number === 0) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
  }
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
  const link = item.querySelector("a"), text = link.textContent;
  try {
    link.textContent = words("loading");
    item.insertAdjacentHTML("afterend", await piece(link.href, "rows"));
    item.remove();
    watchNext();
  } catch (error) {
    // It stays a link: the next try is a click away.
    link.textContent = text;
    item.classList.add("failed");
    watcher.unobserve(item);
    delete item.dataset.busy;
    say(error.message || words("list_failed"));
  }
}

// The first page again: new rows come in, changed ones are replaced, and what is looked at stays where it is.
export function renewList() {
  isRenewing = (isRenewing ?? Promise.resolve()).catch(() => {}).then(renew);
  return isRenewing;
}

function signature(row) {
  const link = row.querySelector("a");
  return `${link.href}|${link.innerHTML}|${row.matches(".unread")}|${row.matches(".removed")}|${row.dataset.starred}`;
}

// A row that changed stays the element that it was: what has the focus, or will have it back from a dialog, is not lost.
function update(row, fresh) {
  row.className = fresh.className;
  Object.assign(row.dataset, fresh.dataset);
  const link = row.querySelector("a"), made = fresh.querySelector("a");
  link.href = made.getAttribute("href");
  link.innerHTML = made.innerHTML;
  link.removeAttribute("aria-current");
  row.querySelector(".avatar").replaceWith(fresh.querySelector(".avatar"));
  row.querySelector("input").setAttribute("aria-label", fresh.querySelector("input").getAttribute("aria-label"));
}

async function renew() {
  const scroll = document.getElementById("scroll"), list = document.getElementById("rows");
  if (!list) return;
  const made = document.createElement("template");
  made.innerHTML = await piece(page.list, "list");
  const counts = document.getElementById("counts"), fresher = made.content.getElementById("counts")?.textContent ?? "";
  if (counts) { if (counts.dataset.text) counts.dataset.text = fresher; else counts.textContent = fresher; }
  const first = made.content.getElementById("rows");
  // The first row in sight holds the place: headings of groups come and go.
  const top = scroll.scrollTop, edge = scroll.getBoundingClientRect().top;
  const anchor = rows().find((row) => !row.hidden && row.getBoundingClientRect().bottom > edge);
  const place = anchor ? anchor.getBoundingClientRect().top : 0;
  const current = currentRow()?.dataset, focused = document.activeElement?.closest?.("#rows > .row");
  const focus = focused && { id: focused.dataset.id, on: document.activeElement.matches("input") ? "input" : "a" };
  const known = new Map(rows().map((row) => [row.dataset.id, row]));
  const fresh = [...first.children].filter((item) => !item.classList.contains("next"));
  const checked = new Set(rows().filter((row) => row.querySelector("input").checked).map((row) => row.dataset.id));
  const ids = new Set(fresh.map((item) => item.dataset.id).filter(Boolean));
  const arrived = fresh.filter((item) => item.matches(".row.unread") && !known.has(item.dataset.id)).length;
  const last = fresh.filter((item) => item.dataset.id && known.has(item.dataset.id)).pop();
  const end = last ? known.get(last.dataset.id) : null;
  // What the new first page covers is replaced; what lies below it stays.
  if (end) { while (list.firstChild && list.firstChild !== end) list.firstChild.remove(); end.remove(); }
  else list.replaceChildren(...first.querySelectorAll(".next"));
  for (const row of rows()) if (ids.has(row.dataset.id)) row.remove();
  list.prepend(...fresh.map((item) => {
    const old = known.get(item.dataset.id);
    if (!old?.classList.contains("row")) return item;
    if (signature(old) !== signature(item)) update(old, item);
    old.hidden = false;
    return old;
  }));
  const groups = new Set();
  for (const group of list.querySelectorAll(".group")) {
    if (groups.has(group.dataset.group)) group.remove(); else groups.add(group.dataset.group);
  }
  for (const row of rows()) if (checked.has(row.dataset.id)) row.querySelector("input").checked = true;
  const shown = current && rowOf(current);
  if (shown) {
    shown.classList.add("current");
    shown.querySelector("a").setAttribute("aria-current", "true");
    announce(shown);
  }
  const blank = scroll.querySelector(".blank"), empty = made.content.querySelector("#scroll .blank");
  if (blank && rows().length) blank.remove();
  if (!blank && empty && !rows().length) scroll.append(empty);
  const same = anchor?.dataset.id && list.querySelector(`.row[data-id="${anchor.dataset.id}"]`);
  if (same && top > 4) scroll.scrollTop += same.getBoundingClientRect().top - place;
  if (focus && !document.activeElement?.closest?.("#rows")) {
    list.querySelector(`.row[data-id="${focus.id}"] ${focus.on === "input" ? "input" : "a"}`)?.focus({ preventScroll: true });
  }
  if (arrived && known.size) { tell(counted("news", arrived)); if (top > 4) showNews(arrived); }
  watchNext();
}

// What came into the conversation that is read is said there; it opens when it is asked for, as that makes it read.
function announce(row) {
  const message = document.querySelector("#reading .message"), id = row.dataset.id;
  if (!isThreaded() || message?.dataset.thread !== row.dataset.thread) return;
  if (message.querySelector(`.letter[data-id="${id}"], .arrived[data-id="${id}"]`)) return;
  message.querySelector(".arrived")?.remove();
  const button = document.createElement("button");
  button.className = "arrived";
  button.type = "button";
  button.dataset.id = id;
  button.textContent = words("conversation_grew");
  button.addEventListener("click", () => { const fresh = rowOf({ id, thread: message.dataset.thread }); if (fresh) openRow(fresh); });
  message.querySelector(".answer").before(button);
  tell(button.textContent);
}

function showNews(count) {
  const news = document.getElementById("news"), all = Number(news.dataset.count || 0) + count;
  news.dataset.count = all;
  news.textContent = `↑ ${counted("news", all)}`;
  news.hidden = false;
}

function hideNews() {
  const news = document.getElementById("news");
  if (!news || news.hidden) return;
  news.hidden = true;
  delete news.dataset.count;
}

function goToTop() {
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  document.getElementById("scroll").scrollTo({ top: 0, behavior: isCalm ? "auto" : "smooth" });
  hideNews();
  rows()[0]?.querySelector("a").focus({ preventScroll: true });
}

export async function renewFolders(force = false) {
  const html = await piece(page.list, "folders"), pane = document.getElementById("folders");
  if (!force && pane.querySelector("details[open]")) return;
  const focused = pane.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  pane.innerHTML = html;
  if (focused) [...pane.querySelectorAll("a")].find((link) => link.getAttribute("href") === focused)?.focus({ preventScroll: true });
}
