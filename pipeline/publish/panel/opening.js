// Opening and closing. Without scripts every number still leads to its entry in the register.

const WIDE = matchMedia("(min-width: 68.75rem)");
const panel = document.getElementById("spar");
const content = document.getElementById("spar-innehall");
const back = document.getElementById("spar-tillbaka");
let opener = null;
let trail = []; // facts opened one from the other; the last is shown

async function show() {
  const asked = trail.at(-1);
  const { id, text, part, block } = asked;
  let fact;
  let found;
  try {
    fact = await factOf(id);
    found = fact && await cellsOf(fact);
  } catch {
    fact = undefined; // the files beside the page are gone: the register still knows
  }
  if (asked !== trail.at(-1)) return; // another number was chosen meanwhile
  if (!fact) { location.hash = `f-${id}`; return; }
  const { cell, places } = made(fact, block);
  const title = el("h2", { id: "spar-titel", tabindex: "-1" }, fact.title);
  content.replaceChildren(title,
    el("p", { class: "spar-varde" }, text || fact.text, PARTS[part] ? el("span", { class: "not" }, ` ${PARTS[part]}`) : null),
    basis(fact), ...[definition(fact), parents(fact), cell, cells(fact, found), places].filter(Boolean),
    el("p", { class: "spar-slut" }, el("a", { href: `#f-${id}` }, "Talet i faktaregistret"),
      el("span", { class: "not" }, el("code", null, fact.name), " ", el("code", null, id))));
  back.hidden = trail.length < 2;
  reveal();
  content.scrollTop = 0;
  title.focus({ preventScroll: true });
}

// A side panel leaves the page in use; on a small screen it stands before the page.
function reveal() {
  if (panel.open) return;
  const before = opener.getBoundingClientRect().top;
  document.body.classList.toggle("har-spar", WIDE.matches);
  if (WIDE.matches) {
    panel.show();
    scrollBy(0, opener.getBoundingClientRect().top - before); // the text may have moved aside
  } else panel.showModal();
}

function close(focus = true) {
  if (!panel.open) return;
  const before = opener.getBoundingClientRect().top;
  panel.close();
  document.body.classList.remove("har-spar");
  opener.classList.remove("spar-vald");
  scrollBy(0, opener.getBoundingClientRect().top - before);
  if (focus) opener.focus({ preventScroll: true });
  trail = [];
}

function follow(id, text) {
  trail.push({ id, text, part: "value" });
  show();
}

function open(link) {
  const mark = link.querySelector("[data-fakta]");
  const id = mark.dataset.fakta;
  const drawn = link.closest("svg")?.querySelector(`text[data-fakta="${CSS.escape(id)}"]`);
  const text = (drawn && mark.localName !== "text" ? drawn : mark).textContent.trim();
  const block = link.closest("[id^='b-']")?.id ?? link.closest("h2, h3, h4, h5, h6")?.id;
  opener?.classList.remove("spar-vald");
  opener = mark.localName === "data" || mark.localName === "text" ? link : drawn?.closest("a") ?? link;
  opener.classList.add("spar-vald");
  trail = [{ id, text, part: mark.dataset.del ?? "value", block: block?.replace(/-(tabell|svg)$/, "") }];
  show();
}

const NUMBER = "a[href^='#f-']:has(> [data-fakta])";
for (const link of document.querySelectorAll(NUMBER)) {
  link.setAttribute("aria-haspopup", "dialog");
  // The bar beside its number stays for the mouse alone.
  if (link.namespaceURI.endsWith("svg") && !link.hasAttribute("aria-hidden")) link.setAttribute("tabindex", "0");
}
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (link.matches(NUMBER) && !panel.contains(link)) {
    event.preventDefault();
    open(link);
  } else if (panel.contains(link) && !WIDE.matches && link.getAttribute("href").startsWith("#")) close(false);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && panel.open) { event.preventDefault(); close(); }
});
panel.addEventListener("cancel", (event) => { event.preventDefault(); close(); });
document.getElementById("spar-stang").addEventListener("click", () => close());
back.addEventListener("click", () => { trail.pop(); show(); });
WIDE.addEventListener("change", () => {
  if (panel.open) { panel.close(); reveal(); }
});
