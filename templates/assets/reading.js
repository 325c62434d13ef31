// An open message: its frame is as high as its mail.
export function startReading() { renewReading(); }

export function renewReading() {
  for (const frame of document.querySelectorAll("#reading iframe.frame")) {
    const fit = () => {
      const body = frame.contentDocument?.body;
      if (!body) return;
      frame.style.height = "0";
      frame.style.height = `${Math.max(60, body.ownerDocument.documentElement.scrollHeight)}px`;
    };
    frame.addEventListener("load", () => {
      fit();
      for (const image of frame.contentDocument?.images ?? []) image.addEventListener("load", fit);
      new ResizeObserver(() => requestAnimationFrame(fit)).observe(frame.parentElement);
    });
    if (frame.contentDocument?.readyState === "complete") fit();
  }
}
