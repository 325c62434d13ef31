// Requests to our own server.
import { words } from "./words.js";

export const page = document.body.dataset;

function unreachable() { throw new Error(words(navigator.onLine ? "err_unavailable" : "no_connection")); }

export async function piece(path, fragment) {
  const url = new URL(path, location.href);
  url.searchParams.set("fragment", fragment);
  const answer = await fetch(url, { headers: { Accept: "text/html" } }).catch(unreachable);
  if (answer.status === 401) { location.assign("/login?ended=expired"); throw new Error("logged out"); }
  if (!answer.ok) throw new Error((await answer.text()).slice(0, 300) || words("failed"));
  return await answer.text();
}

export async function send(path, fields) {
  const answer = await fetch(path, {
    method: "POST", body: fields, headers: { Accept: "application/json", "X-CSRF-Token": page.csrf },
  }).catch(unreachable);
  if (answer.redirected || answer.status === 401) { location.assign("/login?ended=expired"); throw new Error(""); }
  const result = await answer.json().catch(() => ({}));
  if (!answer.ok) throw Object.assign(new Error(result.error || words("failed")), { draft: result.draft });
  return result;
}

export function fields(values) {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one != null) form.append(name, one);
  }
  return form;
}
