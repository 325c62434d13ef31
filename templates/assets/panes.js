// Widths of the panes: dragged, or moved with the arrow keys, and remembered.
const limits = { folders: [180, 420], list: [280, 760] };

export function startPanes() {
  for (const grip of document.querySelectorAll(".grip")) {
    const name = grip.dataset.pane;
    const stored = Number(localStorage.getItem(`width-${name}`));
    if (stored) set(name, stored); else tell(name, current(name));
    grip.addEventListener("pointerdown", (event) => {
      grip.setPointerCapture(event.pointerId);
      grip.classList.add("dragging");
      const start = event.clientX, width = current(name);
      const move = (event) => set(name, width + event.clientX - start);
      grip.addEventListener("pointermove", move);
      grip.addEventListener("pointerup", () => {
        grip.removeEventListener("pointermove", move);
        grip.classList.remove("dragging");
        localStorage.setItem(`width-${name}`, current(name));
      }, { once: true });
    });
    grip.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -16, ArrowRight: 16 }[event.key];
      if (!step) return;
      set(name, current(name) + step);
      localStorage.setItem(`width-${name}`, current(name));
      event.preventDefault();
    });
  }
}

function current(name) { return document.querySelector(name === "list" ? "#list" : "#folders").getBoundingClientRect().width; }

function set(name, width) {
  const [least, most] = limits[name], chosen = Math.round(Math.min(most, Math.max(least, width)));
  document.body.style.setProperty(`--${name}`, `${chosen}px`);
  tell(name, chosen);
}

// A separator that can be moved says where it stands.
function tell(name, width) {
  const grip = document.querySelector(`.grip[data-pane=${name}]`), [least, most] = limits[name];
  for (const [key, value] of [["valuemin", least], ["valuemax", most], ["valuenow", Math.round(width)]]) grip.setAttribute(`aria-${key}`, value);
}
