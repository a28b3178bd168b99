// What the page holds about its numbers, and the cells of one of them.

const loaded = new Map(); // shard → promise of what it holds
const waiting = {}; // shard → how to hand over what it holds
let shared = null;

function data() {
  shared ??= JSON.parse(document.getElementById("spar-data").textContent);
  return shared;
}

function shard(name) {
  if (!loaded.has(name)) {
    loaded.set(name, new Promise((resolve, reject) => {
      waiting[name] = (text) => resolve(JSON.parse(text));
      const script = document.createElement("script");
      script.src = `${data().shards}/${name}.js`;
      script.onerror = () => { loaded.delete(name); reject(new Error(script.src)); };
      document.head.append(script);
    }));
  }
  return loaded.get(name);
}

window.spar = (name, text) => waiting[name](text); // called by the shards

async function factOf(id) {
  const part = data().shards ? await shard(`f-${id.slice(0, 2)}`) : data();
  const fact = part.facts[id];
  return fact && { ...fact, id, sets: part.sets };
}

// The cells of a fact: one list a source, in the order of the sheet.
async function cellsOf(fact) {
  const found = new Map();
  for (const [source, set, ...letters] of fact.cells) {
    if (!found.has(source)) found.set(source, []);
    const list = found.get(source);
    for (const letter of letters) {
      const column = letter && await columnOf(source, letter);
      if (letter) for (const row of numbers(fact.sets[set])) list.push({ row, letter, column, size: 1 });
      else list.push(...wholeRows(fact.sets[set]));
    }
  }
  for (const cells of found.values()) {
    cells.sort((a, b) => a.row - b.row || byLetter(a.letter, b.letter));
  }
  return found;
}

const byLetter = (a, b) => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0); // Z before AA

async function columnOf(source, letter) {
  const known = data().sources[source].columns[letter];
  const column = known ?? await shard(`k-${source}-${letter}`);
  column.raw ??= valueOf(column);
  column.touched ??= rulesByRow(column);
  return column;
}

// A row's value, looked up run by run: a column may have a million rows, and a number few of them.
function valueOf(column) {
  const starts = [];
  const places = [];
  for (let k = 0, row = 1, place = 0; k < column.rows.length; k += 2) {
    row += column.rows[k];
    starts.push(row);
    places.push(place);
    row += column.rows[k + 1];
    place += column.rows[k + 1];
  }
  return (row) => {
    let low = 0;
    for (let high = starts.length - 1; low < high;) {
      const middle = Math.ceil((low + high) / 2);
      if (starts[middle] <= row) low = middle;
      else high = middle - 1;
    }
    const place = places[low] + row - starts[low];
    return column.values ? column.values[place] : column.distinct?.[column.at[place]];
  };
}

// What cleaning and validation did, by row: [rule, explanation].
function rulesByRow(column) {
  const found = new Map();
  for (const [rule, runs] of Object.entries(column.rules ?? {})) {
    const [name, ...words] = rule.split(": ");
    for (const row of numbers(runs)) found.set(row, [...(found.get(row) ?? []), [name, words.join(": ")]]);
  }
  return found;
}

// A number that counts rows and reads no cell of them: the rows, run by run.
function wholeRows(runs) {
  const list = [];
  for (let k = 0, row = 1; k < runs.length; k += 2) {
    row += runs[k];
    list.push({ row, letter: "", size: runs[k + 1] });
    row += runs[k + 1];
  }
  return list;
}

// [left out, taken, left out, taken, …] → row numbers
function numbers(runs) {
  const rows = [];
  for (let k = 0, row = 1; k < runs.length; k += 2) {
    row += runs[k];
    for (const end = row + runs[k + 1]; row < end; row += 1) rows.push(row);
  }
  return rows;
}
