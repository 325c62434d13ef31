// New mail appears by itself; a server that does not answer is said, and tried again.
import { page } from "./net.js";
import { words } from "./words.js";
import { renewList, renewFolders } from "./list.js";

let waiting, missing;

export function startLive() {
  const line = document.getElementById("offline");
  const hide = () => { clearTimeout(missing); missing = null; line.hidden = true; };
  const renew = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => Promise.all([renewList(), renewFolders()]).catch(() => {}), 120);
  };
  addEventListener("offline", () => show(line, words("offline")));
  addEventListener("online", () => { hide(); renew(); });
  if (!page.box) return;
  let events, pause = 2000, hasBegun = false;
  const listen = () => {
    events = new EventSource(`/events/${page.box}`);
    events.addEventListener("open", () => { if (!line.hidden || hasBegun) renew(); hasBegun = true; pause = 2000; hide(); });
    events.addEventListener("error", () => {
      // A restart of the server is not worth a word.
      missing ??= setTimeout(() => show(line, words(navigator.onLine ? "connecting" : "offline")), 6000);
      if (events.readyState !== EventSource.CLOSED) return;
      setTimeout(listen, pause);
      pause = Math.min(60000, pause * 2);
    });
    events.addEventListener("changed", renew);
    events.addEventListener("logged-out", () => { events.close(); location.assign("/"); });
  };
  listen();
  addEventListener("pagehide", () => events.close());
  addEventListener("pageshow", (event) => { if (event.persisted) { listen(); renew(); } });
}

function show(line, text) {
  line.querySelector("span").textContent = text;
  line.hidden = false;
}
