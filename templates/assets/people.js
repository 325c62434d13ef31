// Recipients as chips: typed, suggested, pasted, dragged from field to field, and changed with the keyboard. What is sent is the plain
// text of a hidden field, the same that a page without scripts sends.
import { words, tell, counted } from "./words.js";

const fields = new Map();
let dragged;

export function startPeople(form) {
  for (const name of ["to", "cc", "bcc"]) fields.set(name, peopleField(form, document.getElementById(name)));
}

// Before the form is sent: what stands in the fields becomes recipients.
export function commitPeople() { for (const field of fields.values()) field.commit(); }

export function parse(text) {
  const entries = [];
  let entry = "", quoted = false;
  for (const letter of text.replace(/[\r\n]+/g, ",")) {
    if (letter === '"') quoted = !quoted;
    if (!quoted && (letter === "," || letter === ";")) { entries.push(entry); entry = ""; } else entry += letter;
  }
  return [...entries, entry].map((one) => one.trim()).filter(Boolean).map(person);
}

function person(entry) {
  const match = entry.match(/^(.*)<([^<>]*)>$/s);
  if (!match) return { name: "", address: entry };
  return { name: match[1].trim().replace(/^"(.*)"$/s, "$1").replaceAll('\\"', '"'), address: match[2].trim() };
}

export function write({ name, address }) {
  if (!name || name === address) return address;
  return `${/[,;<>"@]/.test(name) ? `"${name.replaceAll('"', "")}"` : name} <${address}>`;
}

const isAddress = (text) => /^("[^"]+"|[^\s@<>"(),:;\\]+)@(\[[^\]]+\]|[^\s@<>"(),:;\\]+)$/.test(text);

// The same colour and letters as the server gives (Avatar.swift).
function avatar({ name, address }) {
  let hash = 2166136261;
  for (const octet of new TextEncoder().encode(address.toLowerCase())) hash = Math.imul(hash ^ octet, 16777619) >>> 0;
  const parts = name.split(/[^\p{L}\p{N}]+/u).filter((word) => /^\p{L}/u.test(word));
  const letters = parts.length > 1 ? parts[0][0] + parts.at(-1)[0] : parts[0]?.[0] ?? address.match(/\p{L}/u)?.[0] ?? "?";
  return { color: ((hash ^ (hash >>> 15)) >>> 0) % 8, initials: letters.toUpperCase().slice(0, 2) };
}

function picture(someone, size) {
  const span = document.createElement("span");
  const { color, initials } = someone.initials ? someone : avatar(someone);
  span.className = `avatar ${size} c${color}`;
  span.textContent = initials;
  span.setAttribute("aria-hidden", "true");
  return span;
}

function peopleField(form, input) {
  const box = input.closest(".field"), list = box.querySelector(".chips"), hidden = document.createElement("input");
  hidden.type = "hidden";
  hidden.name = input.name;
  input.removeAttribute("name");
  input.before(hidden);
  list.setAttribute("role", "list");
  list.setAttribute("aria-label", box.querySelector("label").textContent);

  const chips = () => [...list.children];
  const field = { add, commit, input, list };
  const label = (someone) => someone.name || someone.address;

  function changed() {
    const value = [...chips().map((chip) => write(chip.person)), input.value.trim()].filter(Boolean).join(", ");
    if (value === hidden.value) return;
    hidden.value = value;
    input.dispatchEvent(new Event("people", { bubbles: true }));
  }

  function add(someone, before = null) {
    if (!someone.address && !someone.name) return;
    const chip = document.createElement("div"), who = document.createElement("button"), name = document.createElement("span");
    const remove = document.createElement("button"), isBad = !isAddress(someone.address);
    chip.className = `chip${isBad ? " bad" : ""}`;
    chip.person = { name: someone.name, address: someone.address };
    chip.draggable = true;
    chip.setAttribute("role", "listitem");
    who.type = remove.type = "button";
    who.tabIndex = remove.tabIndex = -1;
    who.className = "who-is";
    who.title = isBad ? words("not_an_address") : write(someone);
    who.setAttribute("aria-label", `${write(someone)}. ${isBad ? `${words("not_an_address")} ` : ""}${words("people_help")}`);
    name.textContent = label(someone);
    if (!isBad) who.append(picture(someone, "tiny"));
    who.append(name);
    remove.className = "remove";
    remove.textContent = "×";
    remove.title = words("remove");
    remove.setAttribute("aria-label", `${words("remove")}: ${label(someone)}`);
    remove.addEventListener("click", () => { take(chip); input.focus(); });
    who.addEventListener("dblclick", () => edit(chip));
    chip.append(who, remove);
    chip.addEventListener("dragstart", (event) => {
      dragged = { chip, field, drop: () => take(chip, true) };
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", write(chip.person));
      requestAnimationFrame(() => chip.classList.add("dragged"));
    });
    chip.addEventListener("dragend", () => { chip.classList.remove("dragged"); dragged = null; });
    list.insertBefore(chip, before);
    changed();
  }

  function take(chip, isQuiet) {
    const all = chips(), next = all[all.indexOf(chip) + 1];
    chip.remove();
    changed();
    if (!isQuiet) tell(words("recipient_removed", { name: label(chip.person) }));
    return next;
  }

  // A chip becomes text again.
  function edit(chip) {
    commit();
    input.value = write(chip.person);
    take(chip, true);
    input.focus();
    input.select();
  }

  function commit() {
    const people = parse(input.value);
    input.value = "";
    for (const someone of people) add(someone);
    if (people.length) tell(words("recipient_added", { name: people.map(label).join(", ") }));
    changed();
  }

  // MARK: Keys

  const atStart = () => input.selectionStart === 0 && input.selectionEnd === 0;
  const focus = (chip) => { (chip?.querySelector(".who-is") ?? input).focus(); return true; };

  input.addEventListener("keydown", (event) => {
    const last = chips().at(-1);
    if (event.isComposing || event.defaultPrevented) return;
    if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) { commit(); event.preventDefault(); }
    else if ((event.key === "," || event.key === ";") && input.value.split('"').length % 2 && input.value.trim()) { commit(); event.preventDefault(); }
    else if (event.key === " " && isAddress(input.value.trim())) { commit(); event.preventDefault(); }
    else if ((event.key === "Backspace" || event.key === "ArrowLeft") && atStart() && last) { focus(last); event.preventDefault(); }
  });
  list.addEventListener("keydown", (event) => {
    const chip = event.target.closest(".chip"), all = chips(), place = all.indexOf(chip);
    if (!chip || event.ctrlKey || event.metaKey || event.altKey) return;
    switch (event.key) {
      case "ArrowLeft": focus(all[Math.max(0, place - 1)]); break;
      case "ArrowRight": focus(all[place + 1]); break;
      case "Home": focus(all[0]); break;
      case "End": case "Escape": focus(null); break;
      case "Backspace": take(chip); focus(all[place - 1] ?? all[place + 1]); break;
      case "Delete": focus(take(chip)); break;
      case "Enter": case "F2": case " ": edit(chip); break;
      default:
        if (event.key.length === 1) { input.focus(); return; }
        return;
    }
    event.preventDefault();
  });
  input.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text");
    if (!/[,;\n]/.test(text.trim()) || !text.includes("@")) return;
    event.preventDefault();
    for (const someone of parse(text)) add(someone);
  });
  input.addEventListener("input", changed);
  input.addEventListener("blur", () => setTimeout(() => { if (document.activeElement !== input) commit(); }));
  box.addEventListener("pointerdown", (event) => { if (event.target === box || event.target === list) { event.preventDefault(); input.focus(); } });

  // MARK: Dragging

  box.addEventListener("dragover", (event) => {
    if (!dragged) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "move";
    box.classList.add("target");
  });
  box.addEventListener("dragleave", (event) => { if (!box.contains(event.relatedTarget)) box.classList.remove("target"); });
  box.addEventListener("drop", (event) => {
    box.classList.remove("target");
    if (!dragged) return;
    event.preventDefault();
    const { chip, drop } = dragged, before = event.target.closest(".chip");
    dragged = null;
    if (before === chip) return;
    drop();
    add(chip.person, before?.parentElement === list ? before : null);
  });

  suggest(box, input, (someone) => { input.value = ""; add(someone); tell(words("recipient_added", { name: label(someone) })); });
  const initial = input.value;
  input.value = "";
  for (const someone of parse(initial)) add(someone);
  return field;
}

// A combobox with a list (ARIA authoring practices): arrows choose, Enter or Tab takes, Escape closes.
function suggest(field, input, take) {
  const box = document.createElement("ul");
  box.className = "suggestions";
  box.id = `${input.id}-people`;
  box.hidden = true;
  box.setAttribute("role", "listbox");
  box.setAttribute("aria-label", field.querySelector("label").textContent);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", box.id);
  input.setAttribute("aria-expanded", "false");
  field.append(box);
  let asked = 0, place = -1;
  const choose = (index) => {
    place = index;
    [...box.children].forEach((item, number) => item.setAttribute("aria-selected", String(number === place)));
    if (place < 0) input.removeAttribute("aria-activedescendant");
    else { input.setAttribute("aria-activedescendant", box.children[place].id); box.children[place].scrollIntoView({ block: "nearest" }); }
  };
  const close = () => { asked++; box.hidden = true; choose(-1); input.setAttribute("aria-expanded", "false"); };
  const pick = (item) => { const someone = item.person; close(); take(someone); };
  input.addEventListener("input", async () => {
    const text = input.value.trim(), number = ++asked;
    if (!text || text.includes("<")) { close(); return; }
    const answer = await fetch(`/people?q=${encodeURIComponent(text)}`, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok || number !== asked || document.activeElement !== input) return;
    const people = await answer.json();
    if (number !== asked || input.value.trim() !== text) return;
    box.replaceChildren(...people.map((someone, index) => {
      const item = document.createElement("li"), name = document.createElement("span"), address = document.createElement("small");
      item.setAttribute("role", "option");
      item.id = `${box.id}-${index}`;
      item.person = someone;
      name.textContent = someone.name || someone.address;
      address.textContent = (someone.name ? someone.address : "") + (someone.isGroup ? ` · ${words("group")}` : "");
      name.append(address);
      item.append(picture(someone, "small"), name);
      item.addEventListener("pointerdown", (event) => { event.preventDefault(); pick(item); });
      return item;
    }));
    box.hidden = !people.length;
    input.setAttribute("aria-expanded", String(!!people.length));
    choose(people.length ? 0 : -1);
    if (people.length) tell(counted("people_found", people.length));
  });
  input.addEventListener("keydown", (event) => {
    if (box.hidden || event.isComposing) return;
    const count = box.children.length;
    if (event.key === "ArrowDown") choose((place + 1) % count);
    else if (event.key === "ArrowUp") choose((place - 1 + count) % count);
    else if ((event.key === "Enter" || event.key === "Tab") && place >= 0 && !event.ctrlKey && !event.shiftKey) pick(box.children[place]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  input.addEventListener("blur", close);
}
