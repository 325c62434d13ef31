// An open message: its frame is as high as its mail.
export function startReading() { renewReading(); }

export function renewReading() {
  for (const frame of document.querySelectorAll("#reading iframe.frame")) {
    const fit = () => {
      const root = frame.contentDocument?.documentElement;
      if (!root || !frame.contentDocument.body) return;
      frame.style.height = "0";
      frame.style.height = `${Math.max(40, root.scrollHeight)}px`;
      frame.classList.add("measured");
    };
    const loaded = () => {
      fit();
      for (const image of frame.contentDocument?.images ?? []) image.addEventListener("load", fit);
      new ResizeObserver(() => requestAnimationFrame(fit)).observe(frame.parentElement);
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
