// Starts what a page can do with scripts; without them every part works as plain pages and forms.
import { say, words } from "./words.js";
import { startPanes } from "./panes.js";
import { startList, openRow } from "./list.js";
import { startActions } from "./actions.js";
import { startKeys } from "./keys.js";
import { startLive } from "./live.js";
import { startReading } from "./reading.js";
import { startCompose } from "./compose.js";

document.documentElement.classList.add("scripted");
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const cookie = `malaposta-zone=${encodeURIComponent(zone || "UTC")}`;
if (!document.cookie.includes(cookie)) {
  document.cookie = `${cookie}; Path=/; Max-Age=31536000; SameSite=Lax`;
  // The first page was made without the zone; its times are made again.
  if (zone && document.querySelector("#rows time") && !sessionStorage.getItem("zoned")) {
    sessionStorage.setItem("zoned", "1");
    location.reload();
  }
}
startPanes();
startList();
startActions();
startReading();
startCompose();
startKeys({ openRow });
startLive();
addEventListener("offline", () => { document.getElementById("offline").hidden = false; });
addEventListener("online", () => { document.getElementById("offline").hidden = true; });
export { say, words };
