// A number as the panel tells it. Raw values come from other people's files: they reach the page as
// text nodes, never as markup.

const STEP = 200;
const PARTS = { n: "antal (n)", numerator: "täljare", denominator: "nämnare" };
const VERDICTS = ["tömd", "flaggad", "karantän", "dubblett", "oläslig"]; // each with its own reason

function el(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name === "onclick") made.addEventListener("click", value);
    else made.setAttribute(name, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== ""));
  return made;
}

const section = (title, ...children) =>
  children.flat().some(Boolean) ? el("section", null, el("h3", null, title), ...children) : null;
const size = (list) => list.reduce((sum, cell) => sum + cell.size, 0);
const many = (n, one, more) => `${n.toLocaleString("sv-SE")} ${n === 1 ? one : more}`;

function basis(fact) {
  const rows = [
    ["Antal (n)", fact.n], ["Täljare", fact.numerator], ["Nämnare", fact.denominator],
    ["Period", fact.period], ["Status", fact.status ?? "ok"],
  ].filter(([, value]) => value !== undefined);
  return el("dl", { class: "spar-fakta" }, rows.map(([term, value]) =>
    el("div", null, el("dt", null, term), el("dd", null, value))));
}

function definition(fact) {
  const conditions = (fact.conditions ?? []).map(([label, sql]) => [el("p", { class: "not" }, label), code(sql)]);
  return section("Definition", el("p", null, fact.words), fact.sql ? code(fact.sql) : null, conditions.flat());
}

const code = (text) =>
  el("pre", { role: "group", tabindex: "0", "aria-label": "Kod" }, el("code", null, text));

function parents(fact) {
  if (!fact.parents) return null;
  const items = fact.parents.map(([letter, id, title, text]) => el("li", null,
    el("button", { type: "button", class: "spar-del", onclick: () => follow(id, text) },
      el("span", { class: "spar-bokstav" }, letter),
      el("span", null, title), el("strong", null, text))));
  const formula = fact.formula
    ? el("p", null, "Formel: ", el("code", null, fact.formula)) : null;
  return section("Bygger på", formula, el("ul", { class: "spar-lista" }, items));
}

function made(fact, block) {
  const places = fact.places.map((k) => data().places[k]);
  places.sort((a, b) => (b[0] === block) - (a[0] === block));
  const seen = new Set();
  const cells = places.filter(([, , , book, cell]) => !seen.has(book + cell) && seen.add(book + cell));
  const items = cells.map(([, chapter, , book, cell]) => el("div", { class: "spar-cell" },
    el("p", null, `${chapter}, cell ${cell} `, el("a",
      { href: `notebooks/${encodeURIComponent(book)}.html#cell-${encodeURIComponent(cell)}` }, "Se cellen i kapitlet")),
    data().code[`${book}#${cell}`] === undefined ? null
      : el("details", null, el("summary", null, "Visa koden"), code(data().code[`${book}#${cell}`]))));
  const shown = places.map(([anchor, chapter, kind]) =>
    el("li", null, el("a", { href: `#${anchor}` }, `${chapter}, ${kind}`)));
  return {
    cell: section("Framräknat i", items.length ? items
      : el("p", null, "Talet är ett mellanled: det visas inte självt, men andra tal bygger på det.")),
    places: section("Visas i", shown.length ? el("ul", { class: "spar-platser" }, shown) : null),
  };
}

function cells(fact, found) {
  if (!fact.cells_total) return section("Källceller", el("p", null, fact.withheld || "Talet vilar inte på några celler."));
  const held = size([...found.values()].flat());
  const whole = fact.cells.every(([, , letter]) => letter === "");
  const sheets = [...found].map(([number, list]) => new Sheet(data().sources[number], list));
  const more = el("button", { type: "button", class: "spar-knapp", onclick: () => fill() });
  const count = el("p", { class: "not", role: "status" });
  let shown = 0;

  function fill() {
    let left = STEP;
    for (const sheet of sheets) {
      const added = sheet.add(left);
      left -= added.length;
      shown += size(added);
    }
    const rest = (fact.cells_total > held ? Math.min(STEP, held) : held) - shown;
    count.textContent = shown < fact.cells_total
      ? `De första ${shown} visas. Hela listan fås med make trace FACT=${fact.id}.` : "";
    more.hidden = rest <= 0;
    more.textContent = `Visa ${Math.min(STEP, rest)} till`;
  }

  fill();
  const files = new Set([...found.keys()].map((k) => data().sources[k].name)).size;
  return section("Källceller",
    el("p", null, `${whole ? many(fact.cells_total, "rad", "rader") : many(fact.cells_total, "cell", "celler")} i ${many(files, "blad", "blad")}${fact.parents ? ", genom de tal som det bygger på" : ""}.`),
    fact.withheld ? el("p", null, fact.withheld) : null,
    sheets.map((sheet) => sheet.element), count, more);
}

// The cells of one sheet: what its columns ask, and each cell with its raw value.
class Sheet {
  constructor(source, list) {
    this.source = source;
    this.list = list;
    this.at = 0;
    this.noted = list.some(({ row, column }) => column?.touched.has(row));
    this.body = el("tbody");
    this.element = el("div", { class: "spar-blad" },
      el("h4", null, source.name, el("span", { class: "not" }, ` ${source.year}`)), this.columns(),
      el("div", { class: "rulle", role: "group", tabindex: "0", "aria-label": `Celler i ${source.name}` },
        el("table", null, el("thead", null, el("tr", null, ["Cell", "Råvärde", ...(this.noted ? ["Rensning"] : [])]
          .map((head) => el("th", { scope: "col" }, head)))), this.body)),
      this.legend(), this.about());
    this.element.hidden = true;
  }

  columns() {
    const titles = new Map(this.list.map(({ letter, column }) => [letter, column?.title]));
    const items = [...titles].filter(([letter]) => letter).sort(([a], [b]) => byLetter(a, b))
      .map(([letter, title]) => el("div", null, el("dt", null, letter), el("dd", null, title ?? "")));
    return items.length ? el("dl", { class: "spar-kolumner" }, items) : null;
  }

  legend() {
    const rules = new Map(this.list.flatMap(({ row, column }) => column?.touched.get(row) ?? [])
      .filter(([rule]) => !VERDICTS.includes(rule)));
    return rules.size ? el("p", { class: "not" },
      [...rules].flatMap(([rule, words], k) => [k ? "; " : "", el("code", null, rule), `: ${words}`]), ".") : null;
  }

  about() {
    const rules = Object.entries(this.source.rules).map(([rule, n]) => `${rule} ${n}`).join(", ");
    return el("details", null, el("summary", null, "Om filen"),
      el("p", null, "Kontrollsumma (sha256): ", el("code", null, this.source.sha256)),
      rules ? el("p", null, "Rensning i hela bladet, regel och antal celler: ", el("code", null, rules)) : null,
      this.source.intact ? null : el("p", null, "Filen finns inte kvar som den var när den lästes. Råvärdena visas därför inte."));
  }

  add(limit) {
    const some = this.list.slice(this.at, this.at + limit);
    this.body.append(...some.map((cell) => this.row(cell)));
    this.at += some.length;
    if (some.length) this.element.hidden = false;
    return some;
  }

  row({ row, letter, column, size }) {
    const touched = column?.touched.get(row) ?? [];
    return el("tr", null,
      el("th", { scope: "row" }, el("span", { class: "dold" }, `${this.source.name}!`),
        letter ? `${letter}${row}` : `${row}:${row + size - 1}`),
      letter ? this.value(row, column) : el("td", { class: "svag-text" }, many(size, "hel rad", "hela rader")),
      this.noted ? el("td", null, touched.map(([rule, words]) => VERDICTS.includes(rule)
        ? el("span", { class: "spar-regel" }, `${rule}: ${words}`) : el("code", { class: "spar-regel" }, rule))) : null);
  }

  value(row, column) {
    if (column.withheld) return el("td", { class: "svag-text" }, "fritext, visas inte här");
    const raw = column.raw(row);
    return raw === undefined ? el("td", { class: "svag-text" }, "–")
      : raw === null ? el("td", { class: "svag-text" }, "(tom)")
      : el("td", { class: "spar-rad" }, raw);
  }
}
