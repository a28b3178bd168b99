// Contrast of texts and of pictures' marks against what is painted beneath them, by WCAG 2.2.
// A list of [what, ratio, demanded, colour, ground, words].
() => {
  const parsed = text => {
    const m = /rgba?\(([^)]+)\)/.exec(text || "");
    if (!m) return null;
    const [r, g, b, a = 1] = m[1].split(/[,/ ]+/).filter(Boolean).map(Number);
    return [r, g, b, a];
  };
  const over = (top, under) => {
    const a = top[3];
    return [0, 1, 2].map(i => top[i] * a + under[i] * (1 - a)).concat(1);
  };
  const luminance = c => {
    const [r, g, b] = c.slice(0, 3).map(v => v / 255)
      .map(v => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => {
    const [d, l] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (l + 0.05) / (d + 0.05);
  };
  const opacity = e => {
    let all = 1;
    for (let n = e; n && n.nodeType === 1; n = n.parentNode) all *= Number(getComputedStyle(n).opacity);
    return all;
  };
  const paper = parsed(getComputedStyle(document.body).backgroundColor);
  // The page's own ground beneath an element, each translucent layer laid on the next.
  const grounds = new Map();
  const ground = e => {
    if (!e || e === document) return paper;
    if (!grounds.has(e)) {
      const own = parsed(getComputedStyle(e).backgroundColor);
      const under = e === document.documentElement ? paper : ground(e.parentElement);
      grounds.set(e, own && own[3] ? over(own, under) : under);
    }
    return grounds.get(e);
  };
  const paint = (e, property) => {
    const style = getComputedStyle(e), colour = parsed(style[property]);
    if (!colour || style[property] === "none") return null;
    return [...colour.slice(0, 3),
      colour[3] * Number(style[property === "fill" ? "fillOpacity" : "strokeOpacity"]) * opacity(e)];
  };
  const found = new Map();
  const tell = (what, ink, under, demanded, words) => {
    const r = ratio(over(ink, under), under);
    const key = [what, ink, under].join();
    if (!found.has(key) || found.get(key)[1] > r) {
      found.set(key, [what, Math.round(r * 100) / 100, demanded, ink.join(), under.map(Math.round).join(), words]);
    }
  };
  const demanded = style => {
    const size = parseFloat(style.fontSize), heavy = Number(style.fontWeight) >= 700;
    return size >= 24 || (heavy && size >= 18.66) ? 3 : 4.5;
  };
  // Texts of the page. Hidden ones have no box.
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const seen = new Set();
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const e = node.parentElement;
    if (!node.data.trim() || seen.has(e) || e.closest("svg, script, style")) continue;
    seen.add(e);
    if (!e.getClientRects().length || !e.checkVisibility()) continue;
    const style = getComputedStyle(e), ink = parsed(style.color);
    const alpha = [...ink.slice(0, 3), ink[3] * opacity(e)];
    const shape = e.matches(".farg"); // a drawn shape, whose words stand beside it
    const under = ground(e);
    tell(shape ? "shape" : "text", shape && parsed(style.webkitTextStrokeColor) && parseFloat(style.webkitTextStrokeWidth)
      ? [...parsed(style.webkitTextStrokeColor)] : alpha, under, shape ? 3 : demanded(style), node.data.trim().slice(0, 40));
  }
  // Pictures: what lies beneath a point is what was painted there before.
  const beneath = (marks, x, y, page) => {
    let colour = page;
    for (const { e, box, fill } of marks) {
      if (!fill || x < box.left || x > box.right || y < box.top || y > box.bottom) continue;
      const p = new DOMPoint(x, y).matrixTransform(e.getScreenCTM().inverse());
      if (e.isPointInFill(p)) colour = over(fill, colour);
    }
    return colour;
  };
  for (const svg of document.querySelectorAll("svg")) {
    if (!svg.getClientRects().length) continue;
    const page = ground(svg.parentElement);
    const marks = [];
    for (const e of svg.querySelectorAll("rect, circle, ellipse, path, polygon, line, polyline, text")) {
      const box = e.getBoundingClientRect(), kind = e.getAttribute("class") || "";
      if (e.closest("defs, clipPath")) continue;
      if (e.tagName === "text") {
        const ink = paint(e, "fill"), words = e.textContent.slice(0, 40);
        for (const part of [0.04, 0.5, 0.96]) {
          const under = beneath(marks, box.left + box.width * part, box.top + box.height / 2, page);
          tell("label", ink, under, demanded(getComputedStyle(e)), words);
        }
        continue;
      }
      const fill = paint(e, "fill"), stroke = paint(e, "stroke");
      const name = kind.split(" ").find(k => /^(serie|linje|skala|band)-\d|^(mal|intervall|axel|grans|hjalp|spar)$/.test(k)) || "other";
      if (name !== "other" || !kind) {
        const ink = fill && fill[3] ? fill : stroke;
        let x = box.left + box.width / 2, y = box.top + box.height / 2;
        if (!(fill && fill[3]) && e.getPointAtLength) {
          const p = e.getPointAtLength(e.getTotalLength() / 2).matrixTransform(e.getScreenCTM());
          [x, y] = [p.x, p.y];
        }
        // Lines that cross and points on their line are told apart by where they lead.
        const tracks = marks.filter(m => m.name === "spar");
        if (ink) tell(`mark ${name}`, ink, beneath(tracks, x, y, page), 3, svg.getAttribute("aria-label") || "");
      }
      marks.push({ e, box, fill, name });
    }
  }
  return [...found.values()];
}
