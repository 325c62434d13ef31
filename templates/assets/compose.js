// Writing: saved as one goes, files with their progress, people suggested, sending with Undo.
import { page, send, fields } from "./net.js";
import { say, words } from "./words.js";
import { startPeople, commitPeople } from "./people.js";

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
  // Typed while the scripts were on their way: a change as any other.
  const isTyped = [...form.elements].some((field) => "defaultValue" in field && field.value !== field.defaultValue);
  startPeople(form);
  const touch = () => {
    changed = true;
    state(words("not_saved"));
    clearTimeout(timer);
    timer = setTimeout(() => save(form), 3000);
  };
  for (const kind of ["input", "people"]) form.addEventListener(kind, (event) => { if (event.target.type !== "file") touch(); });
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
  const body = document.getElementById("body");
  if (isTyped) touch();
  else if (form.kind.value === "reply" || form.kind.value === "replyall") { body.focus(); body.setSelectionRange(0, 0); body.scrollTop = 0; }
  addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
}

function state(text) { document.getElementById("saved").textContent = text; }

function values(form, does) {
  const data = new FormData(form);
  data.delete("file");
  data.set("do", does);
  return new URLSearchParams(data);
}

// The address is the draft's, so that loading the page again goes on with it.
function goOn(form, draft) {
  form.draft.value = draft;
  history.replaceState(null, "", `/compose?${new URLSearchParams({ box: page.box, folder: form.folder.value, draft })}`);
}

async function save(form) {
  if (busy || !changed) return;
  busy = true;
  changed = false;
  state(words("saving"));
  try {
    const result = await send("/compose", values(form, "save"));
    goOn(form, result.draft);
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
  if (form.querySelector("#uploads progress")) { state(words("file_is_sent")); setTimeout(() => finish(form, does), 300); return; }
  commitPeople();
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
    // It was saved before it was refused.
    if (error.draft) goOn(form, error.draft);
    const problem = document.getElementById("compose-problem");
    problem.hidden = false;
    problem.querySelector("span").textContent = error.message;
    problem.scrollIntoView({ block: "nearest" });
    (form.querySelector(".chip.bad .who-is") ?? document.getElementById(form.querySelector(".chip") ? "body" : "to")).focus();
  }
}

async function takeBack(sent) {
  try {
    const result = await send("/compose/undo", fields({ csrf: page.csrf, sent }));
    if (result.path) location.assign(result.path); else say(result.text, result.sent && (() => takeBack(result.sent)));
  } catch (error) { say(error.message, () => takeBack(sent)); }
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
  kind.setAttribute("aria-hidden", "true");
  bar.setAttribute("aria-label", file.name);
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
    remove.className = "tool"; remove.title = words("remove"); remove.name = "remove"; remove.value = result.id; remove.textContent = "×";
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
