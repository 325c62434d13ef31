// The texts of the page that are harder to read than WCAG 2.2 §1.4.3 allows: [text, ratio, colour, ground, selector]. Evaluated in the
// page by a test; what is hidden, disabled or pure decoration is passed over.
(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const color = (text) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = "#000";
    canvas.fillStyle = text;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, below) => top.slice(0, 3).map((value, index) => value * top[3] + below[index] * (1 - top[3]));
  const light = (rgb) => {
    const [r, g, b] = rgb.map((value) => { const part = value / 255; return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, other) => { const [a, b] = [light(one), light(other)].sort((x, y) => y - x); return (a + 0.05) / (b + 0.05); };
  const ground = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) layers.push(color(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const seen = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !element.closest(".hidden,[hidden],[disabled]");
  const found = [];
  const walk = (root, view) => {
    const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let node = texts.nextNode(); node; node = texts.nextNode()) {
      const element = node.parentElement, text = node.textContent.trim();
      if (!text || !seen(element) || element.closest("script,style,template,option")) continue;
      const style = view.getComputedStyle(element), size = parseFloat(style.fontSize), isLarge = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
      const below = ground(element), value = ratio(over(color(style.color), below), below);
      if (value < (isLarge ? 3 : 4.5)) found.push([text.slice(0, 40), Math.round(value * 100) / 100, style.color, below.join(), element.className || element.tagName]);
    }
  };
  walk(document.body, window);
  for (const field of document.querySelectorAll("input,textarea,select")) {
    if (!seen(field) || field.matches("[type=checkbox],[type=radio],[type=file],[type=hidden]")) continue;
    const below = ground(field), value = ratio(over(color(getComputedStyle(field).color), below), below);
    if (value < 4.5) found.push([`field ${field.name || field.id}`, value, getComputedStyle(field).color, below.join(), field.className]);
  }
  for (const frame of document.querySelectorAll("iframe")) {
    try { if (frame.contentDocument?.body) walk(frame.contentDocument.body, frame.contentWindow); } catch { /* not ours */ }
  }
  return found;
})()
