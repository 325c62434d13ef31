// Starts what a page can do with scripts; without them every part works as plain pages and forms.
import "./zone.js";
import { say, words } from "./words.js";
import { startPanes } from "./panes.js";
import { startList, openRow } from "./list.js";
import { startActions } from "./actions.js";
import { startKeys } from "./keys.js";
import { startLive } from "./live.js";
import { startReading } from "./reading.js";
import { startCompose } from "./compose.js";

document.documentElement.classList.add("scripted");
startPanes();
startList();
startActions();
startReading();
startCompose();
startKeys({ openRow });
startLive();

export { say, words };
