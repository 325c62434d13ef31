// Sentences from the page's language, and the line at the bottom that says what was done.
const source = document.getElementById("words");

export function words(key, values = {}) {
  const text = source?.getAttribute(`data-${key.replaceAll("_", "-")}`) ?? key;
  return text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}

export function say(text, undo) {
  const toasts = document.getElementById("toasts");
  const toast = document.createElement("div");
  toast.className = "toast";
  const line = document.createElement("span");
  line.textContent = text;
  toast.append(line);
  if (undo) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = words("undo");
    button.addEventListener("click", () => { toast.remove(); undo(); });
    toast.append(button);
  }
  toasts.replaceChildren(toast);
  setTimeout(() => toast.remove(), 10000);
  return toast;
}
