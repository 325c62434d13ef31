// Writing: saved as one goes, files with their progress, people suggested, sending with Undo.
import { page, send, fields } from "./net.js";
import { say, words } from "./words.js";

let timer, busy = false, changed = false;

export function startCompose() {
  const undo = sessionStorage.getItem("sent");
  if (undo) {
    sessionStorage.removeItem("sent");
    const { text, sent } = JSON.parse(undo);
    say(text, sent && (() => takeBack(sent)));
  }
  const form = document.getElementById("compose");
  if (!form) return;
  form.addEventListener("input", (event) => {
    if (event.target.type === "file") return;
    changed = true;
    state(words("not_saved"));
    clearTimeout(timer);
    timer = setTimeout(() => save(form), 3000);
  });
  form.addEventListener("submit", (event) => {
    const does = event.submitter?.value ?? "send";
    if (event.submitter?.name === "remove") { event.preventDefault(); event.submitter.closest("li").remove(); changed = true; save(form); return; }
    event.preventDefault();
    finish(form, does);
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); finish(form, "send"); }
    else if (event.key === "Enter" && event.target.matches(".field input")) event.preventDefault();
  });
  form.querySelectorAll("[data-show]").forEach((button) => button.addEventListener("click", () => {
    const field = document.getElementById(button.dataset.show);
    field.closest(".field").classList.add("open");
    button.remove();
    field.focus();
  }));
  const file = document.getElementById("file");
  file.addEventListener("change", () => { for (const one of file.files) upload(form, one); file.value = ""; });
  for (const kind of ["dragover", "drop"]) form.addEventListener(kind, (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    form.classList.toggle("dropping", kind === "dragover");
    if (kind === "drop") for (const one of event.dataTransfer.files) upload(form, one);
  });
  form.addEventListener("dragleave", () => form.classList.remove("dropping"));
  for (const name of ["to", "cc", "bcc"]) suggest(document.getElementById(name));
  const body = document.getElementById("body");
  if (form.kind.value === "reply" || form.kind.value === "replyall") { body.focus(); body.setSelectionRange(0, 0); }
  addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
}

function state(text) { document.getElementById("saved").textContent = text; }

function values(form, does) {
  const data = new FormData(form);
  data.delete("file");
  data.set("do", does);
  return new URLSearchParams(data);
}

async function save(form) {
  if (busy || !changed) return;
  busy = true;
  changed = false;
  state(words("saving"));
  try {
    const result = await send("/compose", values(form, "save"));
    form.draft.value = result.draft;
    state(result.text);
  } catch (error) {
    changed = true;
    state(words("draft_failed"));
    clearTimeout(timer);
    timer = setTimeout(() => save(form), 15000);
  }
  busy = false;
}

async function finish(form, does) {
  if (busy) { setTimeout(() => finish(form, does), 150); return; }
  if (form.querySelector("#uploads progress")) { setTimeout(() => finish(form, does), 300); return; }
  busy = true;
  clearTimeout(timer);
  if (does === "send") state(words("sending"));
  try {
    const result = await send("/compose", values(form, does));
    changed = false;
    sessionStorage.setItem("sent", JSON.stringify({ text: result.text, sent: does === "send" ? result.sent : null }));
    location.assign(form.dataset.return);
  } catch (error) {
    busy = false;
    state("");
    const problem = document.getElementById("compose-problem");
    problem.hidden = false;
    problem.querySelector("span").textContent = error.message;
    problem.scrollIntoView({ block: "nearest" });
  }
}

async function takeBack(sent) {
  try {
    const result = await send("/compose/undo", fields({ csrf: page.csrf, sent }));
    if (result.path) location.assign(result.path); else say(result.text);
  } catch (error) { say(error.message); }
}

function upload(form, file) {
  const item = document.createElement("li");
  item.className = "file";
  const text = document.createElement("span"), name = document.createElement("span"), bar = document.createElement("progress");
  const kind = document.createElement("span");
  kind.className = "kind";
  kind.textContent = (file.name.split(".").pop() || "").slice(0, 4).toUpperCase();
  name.className = "name";
  name.textContent = file.name;
  bar.max = 1;
  bar.value = 0;
  text.append(name, bar);
  item.append(kind, text);
  document.getElementById("uploads").append(item);
  const request = new XMLHttpRequest();
  request.open("POST", `/uploads?name=${encodeURIComponent(file.name)}`);
  request.setRequestHeader("X-CSRF-Token", page.csrf);
  request.setRequestHeader("Accept", "application/json");
  request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
  request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) bar.value = event.loaded / event.total; });
  const fail = (sentence) => { item.classList.add("failed"); bar.replaceWith(line(sentence || words("err_file_failed", { name: file.name }))); };
  request.addEventListener("error", () => fail());
  request.addEventListener("load", () => {
    let result = {};
    try { result = JSON.parse(request.responseText); } catch { /* said below */ }
    if (request.status !== 200) { fail(result.error); return; }
    const hidden = document.createElement("input");
    hidden.type = "hidden"; hidden.name = "upload"; hidden.value = result.id;
    bar.replaceWith(line(result.size));
    const remove = document.createElement("button");
    remove.className = "tool"; remove.name = "remove"; remove.value = result.id; remove.textContent = "×";
    remove.setAttribute("aria-label", `${words("remove")}: ${file.name}`);
    item.append(hidden, remove);
    changed = true;
    save(form);
  });
  request.send(file);
}

function line(text) {
  const size = document.createElement("span");
  size.className = "size";
  size.textContent = text;
  return size;
}

// A combobox (ARIA authoring practices): arrows choose, Enter or Tab takes.
function suggest(input) {
  const field = input.closest(".field"), box = document.createElement("ul");
  box.className = "suggestions"; box.id = `${input.id}-people`; box.hidden = true;
  box.setAttribute("role", "listbox");
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-controls", box.id);
  input.setAttribute("aria-expanded", "false");
  field.append(box);
  let asked = 0, place = -1;
  const close = () => { box.hidden = true; place = -1; input.setAttribute("aria-expanded", "false"); };
  const typed = () => input.value.slice(0, input.selectionStart).split(/[,;]/).pop().trim();
  const take = (item) => {
    const end = input.selectionStart, before = input.value.slice(0, end).replace(/[^,;]*$/, "");
    const value = item.dataset.name ? `${/[,;<>"@]/.test(item.dataset.name) ? `"${item.dataset.name.replaceAll('"', "")}"` : item.dataset.name} <${item.dataset.address}>` : item.dataset.address;
    input.value = `${before}${before && !before.endsWith(" ") ? " " : ""}${value}, ${input.value.slice(end).trimStart()}`;
    close();
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };
  input.addEventListener("input", async () => {
    const text = typed(), number = ++asked;
    if (text.length < 1 || text.includes("<")) { close(); return; }
    const answer = await fetch(`/people?q=${encodeURIComponent(text)}`, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok || number !== asked) return;
    const people = await answer.json();
    box.replaceChildren(...people.map((person, index) => {
      const item = document.createElement("li"), avatar = document.createElement("span"), name = document.createElement("span"), address = document.createElement("small");
      item.setAttribute("role", "option"); item.id = `${box.id}-${index}`;
      item.dataset.name = person.name; item.dataset.address = person.address;
      avatar.className = `avatar small c${person.color}`; avatar.textContent = person.initials; avatar.setAttribute("aria-hidden", "true");
      name.textContent = person.name; address.textContent = person.address;
      name.append(address); item.append(avatar, name);
      item.addEventListener("pointerdown", (event) => { event.preventDefault(); take(item); });
      return item;
    }));
    box.hidden = !people.length;
    input.setAttribute("aria-expanded", String(!!people.length));
    place = -1;
  });
  input.addEventListener("keydown", (event) => {
    if (box.hidden) return;
    const items = [...box.children];
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      place = (place + (event.key === "ArrowDown" ? 1 : -1) + items.length) % items.length;
      items.forEach((item, index) => item.setAttribute("aria-selected", String(index === place)));
      input.setAttribute("aria-activedescendant", items[place].id);
      event.preventDefault();
    } else if ((event.key === "Enter" || event.key === "Tab") && items.length) {
      take(items[Math.max(0, place)]);
      event.preventDefault();
    } else if (event.key === "Escape") { close(); event.stopPropagation(); }
  });
  input.addEventListener("blur", close);
}
