// An open message: its frame is as high as its mail, and the messages of its conversation open and close in place.
import { piece } from "./net.js";
import { say, words } from "./words.js";

export function startReading() {
  document.getElementById("reading").addEventListener("click", (event) => {
    const link = event.target.closest(".letter .fold[aria-expanded], .letter .notice.images a");
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const letter = link.closest(".letter");
    if (!letter.matches(".part")) return;
    event.preventDefault();
    if (link.matches(".fold") && letter.querySelector(".content")) fold(letter, letter.matches(".open"));
    else open(letter, link.href);
  });
  renewReading();
}

function fold(letter, isFolded) {
  letter.classList.toggle("open", !isFolded);
  letter.querySelector(".fold").setAttribute("aria-expanded", String(!isFolded));
  if (!isFolded) for (const frame of letter.querySelectorAll("iframe.frame")) fit(frame);
}

// A message that was only a line comes whole.
async function open(letter, path) {
  if (letter.getAttribute("aria-busy")) return;
  letter.setAttribute("aria-busy", "true");
  const hadFocus = letter.contains(document.activeElement);
  try {
    const made = document.createElement("template");
    made.innerHTML = await piece(path, "letter");
    const fresh = made.content.querySelector(".letter");
    letter.replaceWith(fresh);
    if (hadFocus) fresh.querySelector(".fold").focus({ preventScroll: true });
    renewReading();
  } catch (error) {
    letter.removeAttribute("aria-busy");
    say(error.message || words("failed"));
  }
}

// To the next message of the conversation, or the one before.
export function stepLetter(by) {
  const heads = [...document.querySelectorAll("#reading .letter .fold")].filter((head) => head.getClientRects().length);
  if (!heads.length) return false;
  const at = document.activeElement.closest?.(".letter"), place = heads.findIndex((head) => head.closest(".letter") === at);
  const first = Math.max(0, heads.findIndex((head) => head.closest(".letter").matches(".open")));
  const head = heads[place < 0 ? first : Math.min(heads.length - 1, Math.max(0, place + by))];
  head.focus({ preventScroll: true });
  head.closest(".letter").scrollIntoView({ block: "nearest" });
  return true;
}

function fit(frame) {
  const root = frame.contentDocument?.documentElement;
  if (!root || !frame.contentDocument.body || !frame.getClientRects().length) return;
  frame.style.height = "0";
  frame.style.height = `${Math.max(40, root.scrollHeight)}px`;
  frame.classList.add("measured");
}

export function renewReading() {
  for (const frame of document.querySelectorAll("#reading iframe.frame:not([data-known])")) {
    frame.dataset.known = "1";
    const loaded = () => {
      fit(frame);
      for (const image of frame.contentDocument?.images ?? []) image.addEventListener("load", () => fit(frame));
      new ResizeObserver(() => requestAnimationFrame(() => fit(frame))).observe(frame.parentElement);
      // Our keys work while the focus is in the mail: it has no scripts of its own that could want them.
      frame.contentDocument?.addEventListener("keydown", (event) => {
        const copy = new KeyboardEvent("keydown", { key: event.key, ctrlKey: event.ctrlKey, metaKey: event.metaKey, altKey: event.altKey, bubbles: true, cancelable: true });
        if (!frame.dispatchEvent(copy)) event.preventDefault();
      });
    };
    frame.addEventListener("load", loaded);
    if (frame.contentDocument?.readyState === "complete" && frame.contentDocument.URL !== "about:blank") loaded();
  }
}
