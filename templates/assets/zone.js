// Tells the server the browser's time zone, so that times are shown as people here read them.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
document.cookie = `malaposta-zone=${encodeURIComponent(zone)}; Path=/; Max-Age=31536000; SameSite=Lax`;
