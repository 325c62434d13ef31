// Sentences from the page's language, and the lines that say what was done: one that is seen, one that is only heard.
const source = document.getElementById("words");
let fading;

export function words(key, values = {}) {
  const text = source?.getAttribute(`data-${key.replaceAll("_", "-")}`) ?? key;
  return text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}

export function counted(key, n) { return words(`${key}_${n === 1 ? "one" : "many"}`, { n }); }

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
  // It stays while one is about to use it.
  clearTimeout(fading);
  const fade = () => { fading = setTimeout(() => (toast.matches(":hover,:focus-within") ? fade() : toast.remove()), 10000); };
  fade();
  return toast;
}

// For screen readers alone.
export function tell(text) {
  const spoken = document.getElementById("spoken");
  if (spoken) spoken.textContent = text;
}
