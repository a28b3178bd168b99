"""The shell of a data-quality page: one file, nothing from outside, a strict content policy."""

from __future__ import annotations

import base64
import hashlib
from html import escape

# Tokens of shared/VISUAL.md, the same as the report's.
CSS = """\
:root { color-scheme: light dark;
  --paper: #ffffff; --ink: #1f2328; --muted: #57606a; --rule: #848b93; --guide: #d3d8dd;
  --wash: #f6f7f8; --link: #12436d; --focus: #f46a25;
  --counts: #12436d; --twice: #848b93; --out: #f46a25; }
@media screen and (prefers-color-scheme: dark) { :root {
  --paper: #14181d; --ink: #e4e7eb; --muted: #a9b1ba; --rule: #7d858e; --guide: #3a424b;
  --wash: #1b2128; --link: #8fbfe6; --counts: #4f87b8; --twice: #79828c; } }
*, *::before, *::after { box-sizing: border-box; }
html { text-size-adjust: 100%; scroll-padding-top: 1.5rem; }
html { border-top: 8px solid var(--counts); }
body { margin: 0 auto; max-width: 66rem; padding: 2rem 1.25rem 5rem; background: var(--paper);
  color: var(--ink); font: 400 1rem/1.5 "Source Sans Pro", "Segoe UI", sans-serif;
  font-variant-numeric: lining-nums tabular-nums; overflow-wrap: break-word; }
h1, h2, h3 { font-weight: 600; line-height: 1.2; margin: 0; text-wrap: balance; }
h1 { font-size: clamp(1.5rem, 7.5vw, 2.0625rem); margin-top: 1rem; }
h2 { font-size: 1.4375rem; margin-top: 3.5rem; }
h3 { font-size: 1.1875rem; margin-top: 2.25rem; }
p, ul, dl { margin: .75rem 0 0; max-width: 34rem; }
ul { padding-left: 1.25rem; }
li + li { margin-top: .25rem; }
strong { font-weight: 600; }
a { color: var(--link); text-underline-offset: .15em; }
a:hover { text-decoration-thickness: 2px; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 2px; }
main:focus { outline: none; }
.hopp { position: absolute; left: 1rem; top: -5rem; padding: .5rem 1rem; background: var(--paper); }
.hopp:focus { top: .5rem; }
.vag { margin: 0 0 1rem; font-size: .875rem; color: var(--muted); }
.ingress { font-size: 1.1875rem; line-height: 1.45; }
.not { color: var(--muted); font-size: .8125rem; }
.andel { margin-top: 2rem; max-width: 44rem; }
.andel svg { display: block; width: 100%; height: .875rem; }
.raknas { fill: var(--counts); } .dubbletter { fill: var(--twice); } .karantan { fill: var(--out); }
.nyckel { display: flex; flex-wrap: wrap; gap: .25rem 2rem; list-style: none; padding: 0;
  margin-top: .625rem; max-width: none; font-size: .875rem; }
.nyckel li { margin: 0; display: flex; align-items: center; gap: .5rem; }
.nyckel svg { width: .75rem; height: .75rem; flex: none; }
table { border-collapse: collapse; width: 100%; margin-top: 1.25rem; font-size: .875rem;
  line-height: 1.4; }
table + table { margin-top: 2.25rem; }
caption { text-align: left; font-weight: 600; font-size: 1rem; padding-bottom: .5rem; }
th, td { padding: .5rem 1.25rem .5rem 0; text-align: left; vertical-align: top; font-weight: 400;
  border-bottom: 1px solid var(--guide); }
th:last-child, td:last-child { padding-right: .25rem; }
thead th { font-weight: 600; vertical-align: bottom; border-bottom-color: var(--rule); }
tbody th { min-width: 9rem; max-width: 22rem; }
.tal { text-align: right; white-space: nowrap; }
.summa > * { font-weight: 600; border-top: 1px solid var(--rule); }
.smal { width: auto; min-width: min(100%, 34rem); }
.dold { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.fel { font-weight: 600; }
.orsak { display: block; font-weight: 400; font-size: 1rem; line-height: 1.5; margin-top: .25rem;
  max-width: 34rem; text-wrap: wrap; }
h3 + p { margin-top: 0; }
.grad { white-space: nowrap; }
.celler { border-left: 3px solid var(--guide); padding-left: 1rem; margin-top: .75rem; }
.celler p { margin-top: .25rem; }
.celler p:first-child { margin-top: 0; }
details { margin-top: 1rem; }
summary { cursor: pointer; color: var(--link); width: max-content; max-width: 100%;
  padding: .25rem 0; }
dt { font-weight: 600; margin-top: .75rem; }
dd { margin: 0; }
@media screen and (max-width: 40rem) {
  body { padding: 1.25rem 1rem 4rem; }
  h1 { font-size: 1.75rem; }
  table, caption, tbody, tr, th, td { display: block; }
  table { width: auto; min-width: 0; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr { padding: .75rem 0; border-bottom: 1px solid var(--guide); }
  th, td, th:last-child, td:last-child { border: 0; padding: .125rem 0; }
  tbody th { font-weight: 600; max-width: none; }
  td::before { content: attr(data-rubrik); color: var(--muted); display: block; font-weight: 400; }
  td.tal { display: flex; justify-content: space-between; gap: 1.5rem; }
  .grad, .tal { white-space: normal; }
  .summa > * { border: 0; }
}
@media print {
  @page { size: A4; margin: 20mm; }
  :root { color-scheme: light; font-size: 9.5pt; }
  html { border: 0; }
  body { max-width: none; padding: 0; }
  .hopp, .vag { display: none; }
  h2 { margin-top: 2rem; }
  th, td { padding-block: .25rem; }
  h2, h3, caption, thead { break-after: avoid; } tr, .celler { break-inside: avoid; }
}
"""


def page(title: str, body: str, path: str = "", font_face: str = "") -> bytes:
    """A whole page. `body` is HTML; `path` leads back to the pages above; `font_face` is CSS
    that embeds the report's typeface, if the caller has it."""
    css = font_face + CSS
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    fonts = "; font-src data:" if font_face else ""
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'{fonts}; base-uri 'none'; "
        "form-action 'none'"
    )
    return f"""\
<!DOCTYPE html>
<html lang="sv">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>{escape(title)}</title>
<style>{css}</style>
</head>
<body>
<a class="hopp" href="#innehall">Till innehållet</a>
{path}<main id="innehall" tabindex="-1">
{body}
</main>
</body>
</html>
""".encode()
