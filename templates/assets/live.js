// New mail appears by itself.
import { page } from "./net.js";
import { renewList, renewFolders } from "./list.js";

let waiting;

export function startLive() {
  if (!page.box) return;
  const events = new EventSource(`/events/${page.box}`);
  const offline = document.getElementById("offline");
  events.addEventListener("open", () => { offline.hidden = true; });
  events.addEventListener("error", () => { if (!navigator.onLine) offline.hidden = false; });
  events.addEventListener("changed", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => Promise.all([renewList(), renewFolders()]).catch(() => {}), 120);
  });
  events.addEventListener("logged-out", () => { events.close(); location.assign("/"); });
  addEventListener("pagehide", () => events.close());
}
