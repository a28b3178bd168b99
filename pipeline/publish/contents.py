"""Contents that follow: the entry of the section being read is marked, by the style sheet alone.

Each section drives an animation of its entry while it lies across a line in the upper part of the
window (CSS Scroll-driven Animations). A browser without them shows the contents unmarked.
"""

from __future__ import annotations

_LINE = "view-timeline-inset: 25% 74.9%"  # the line, as what is left of the window above and below
_RULES = """
@supports (animation-timeline: --a) and (timeline-scope: --a) {{
@media screen and (min-width: 64rem) {{
.sida {{ timeline-scope: {names}; }}
.innehall a {{ animation: las 1ms linear; }}
main > section {{ {line}; }}
{sections}
}}
}}
@keyframes las {{
  from, to {{ color: var(--ink); font-weight: 600; box-shadow: inset 3px 0 var(--cat-1); }}
}}
"""


def following(sections: int) -> str:
    """The style sheet of a page whose contents list so many sections, in the page's order."""
    if not sections:
        return ""
    places = range(1, sections + 1)
    rules = [
        f"main > section:nth-of-type({k}) {{ view-timeline-name: --d{k}; }}\n"
        f".innehall li:nth-child({k}) a {{ animation-timeline: --d{k}; }}"
        for k in places
    ]
    return _RULES.format(
        names=", ".join(f"--d{k}" for k in places), line=_LINE, sections="\n".join(rules)
    )
