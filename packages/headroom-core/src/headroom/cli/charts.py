"""Pages and charts of the commands: inline SVG, no script, no network."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import headroom
from headroom.cli.screen import shortened
from headroom.cli.tables import Table

__all__ = [
    "Bar",
    "Curve",
    "bar_chart",
    "html_table",
    "page",
    "scatter_chart",
    "section",
    "standalone",
]

# One palette for pages and charts; the curves' colours are told apart by lightness
# and, for people who see no colours, by the markers.
_COLOURS = """
:root { color-scheme: light dark;
  --page: #f6f7f9; --card: #fff; --ink: #16202c; --soft: #5b6776; --line: #e3e7ec;
  --track: #d5dbe3; --kept: #1f7a5c; --plain: #8b98a8; --lost: #c2571a;
  --c1: #1f7a5c; --c2: #c2571a; --c3: #2f6fb7; --c4: #8a4fb0; --c5: #8a6d00;
  --c6: #6b7683; --c7: #b8336a; --c8: #3b8a99; }
@media (prefers-color-scheme: dark) { :root {
  --page: #10151b; --card: #18202a; --ink: #e8edf3; --soft: #9aa7b6; --line: #2a3541;
  --track: #36424f; --kept: #46c096; --plain: #73818f; --lost: #f0955a;
  --c1: #46c096; --c2: #f0955a; --c3: #6fb1f5; --c4: #c79bea; --c5: #d9b83c;
  --c6: #9aa7b6; --c7: #f07aa6; --c8: #6cc3d1; } }
"""
_STYLE = (
    _COLOURS
    + """* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
header p { color: var(--soft); margin: 0; }
h1 { font-size: 1rem; font-weight: 600; margin: 0 0 1.5rem; letter-spacing: .02em; }
h2 { font-size: 1.15rem; margin: 0 0 .25rem; }
h2 + p, .note { color: var(--soft); margin: 0 0 1.1rem; font-size: .92rem; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 14px;
  padding: 1.5rem; margin-top: 1.25rem; }
.hero div { display: grid; gap: 1.25rem 2rem;
  grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); }
.hero div + div { margin-top: 1.5rem; padding-top: 1.25rem;
  border-top: 1px solid var(--line); }
.hero p { margin: 0; color: var(--soft); font-size: .92rem; line-height: 1.4; }
.hero strong { display: block; font-size: clamp(2.6rem, 8vw, 4.25rem); line-height: 1;
  font-weight: 700; letter-spacing: -.03em; color: var(--kept); margin-bottom: .4rem; }
.hero b { display: block; font-size: 1.35rem; line-height: 1.3; font-weight: 650;
  color: var(--ink); letter-spacing: -.01em; }
svg { display: block; width: 100%; overflow: visible; }
svg + .scroll { margin-top: 1rem; }
svg text { fill: var(--ink); font-size: 14px; font-variant-numeric: tabular-nums; }
svg .value { text-anchor: end; }
svg .soft { fill: var(--soft); }
.track { fill: var(--track); } .plain { fill: var(--plain); }
.kept { fill: var(--kept); } .lost { fill: var(--lost); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem;
  font-variant-numeric: tabular-nums; }
th { text-align: right; font-weight: 600; color: var(--soft); white-space: nowrap; }
td { text-align: right; white-space: pre; }
th, td { padding: .4rem .6rem; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
th:last-child, td:last-child { padding-right: 0; }
.name { text-align: left; }
td.name { white-space: normal; overflow-wrap: anywhere; min-width: 10rem; }
tr.total td { font-weight: 650; border-bottom: 0; }
.key i { display: inline-block; width: .8em; height: .8em; border-radius: 3px;
  margin: 0 .35em 0 0; vertical-align: -.05em; }
.key span { margin-right: 1.2em; }
footer { color: var(--soft); font-size: .88rem; margin-top: 1.5rem; }
"""
)
# What a chart needs where there is no page around it.
_ALONE = """
svg { font: 14px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
svg text { fill: var(--ink); } svg .soft { fill: var(--soft); }
"""

_MARKERS = (
    '<circle cx="{x:.1f}" cy="{y:.1f}" r="5" {paint}/>',
    '<rect x="{a:.1f}" y="{b:.1f}" width="9" height="9" {paint}/>',
    '<path d="M{x:.1f} {top:.1f}l6 10.4h-12z" {paint}/>',
    '<path d="M{x:.1f} {up:.1f}l6.5 6.5l-6.5 6.5l-6.5 -6.5z" {paint}/>',
)


@dataclass(frozen=True)
class Bar:
    """One bar: `part` is drawn over `whole`, both in the chart's unit."""

    label: str
    value: str
    part: float
    whole: float
    style: str = "kept"


@dataclass(frozen=True)
class Curve:
    """Points of one kind.

    Attributes:
        label: What the legend says.
        points: `(x, y, what it is)`, x and y as shares; a line runs through them.
    """

    label: str
    points: Sequence[tuple[float, float, str]]


def page(title: str, heading: str, parts: Sequence[str], note: str) -> str:
    """Return a whole HTML page that loads nothing; the note is at its end."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<main>\n<header><h1>{escape(heading)}</h1></header>\n"
        + "\n".join(parts)
        + f"\n<footer>{escape(note)} Made by headroom {escape(headroom.__version__)} "
        "on this machine; the page loads nothing.</footer>\n</main>\n</body>\n</html>\n"
    )


def section(title: str, text: str, body: str = "") -> str:
    """Return a card."""
    return f"<section><h2>{escape(title)}</h2>\n<p>{escape(text)}</p>\n{body}</section>"


def html_table(table: Table) -> str:
    """Return a table without its title."""

    def row(tag: str, cells: Sequence[str], style: str = "") -> str:
        kinds = [
            'class="name"' if at in table.texts else "" for at in range(len(cells))
        ]
        inside = "".join(
            f"<{tag} {kind}>{escape(cell)}</{tag}>"
            for kind, cell in zip(kinds, cells, strict=True)
        )
        return f'<tr class="{style}">{inside}</tr>'

    body = "".join(
        row("td", cells, "total" if "bold" in table.styles.get(at, "") else "")
        for at, cells in enumerate(table.rows)
    )
    return (
        f'<div class="scroll"><table><thead>{row("th", table.heads)}</thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def bar_chart(title: str, bars: Sequence[Bar], largest: float) -> str:
    """Return horizontal bars as SVG that keeps its text size at any width.

    Args:
        title: What a screen reader says.
        bars: From top to bottom.
        largest: The value that is as long as the chart is wide.
    """
    step, thick = 46, 12
    parts = []
    for at, bar in enumerate(bars):
        top = at * step
        whole, part = (100 * n / (largest or 1) for n in (bar.whole, bar.part))
        parts.append(
            f"<g><title>{escape(bar.label)}: {escape(bar.value)}</title>"
            f'<text x="0" y="{top + 15}">{escape(shortened(bar.label, 44))}</text>'
            f'<text class="value soft" x="100%" y="{top + 15}">{escape(bar.value)}'
            "</text>"
            f'<rect class="track" x="0" y="{top + 23}" width="{whole:.2f}%" '
            f'height="{thick}" rx="4"/>'
            f'<rect class="{bar.style}" x="0" y="{top + 23}" width="{part:.2f}%" '
            f'height="{thick}" rx="4"/></g>'
        )
    return (
        f'<svg role="img" aria-label="{escape(title)}" height="{len(bars) * step}">'
        f"{''.join(parts)}</svg>"
    )


def scatter_chart(title: str, curves: Sequence[Curve], across: str, up: str) -> str:
    """Return points over two shares as SVG: better is higher and further left.

    Args:
        title: What a screen reader says.
        curves: At most 16 of them can be told apart.
        across: Name of the x axis; from 0 to 1, or to the largest x if that is more.
        up: Name of the y axis; from the tenth below the smallest y, to 1.
    """
    points = [point for curve in curves for point in curve.points]
    right = max([1.0, *(x for x, _, _ in points)])
    low = min([0.9, *(math.floor(y * 10) / 10 for _, y, _ in points)])
    low = max(0.0, low)
    left, top, width, height = 56, 30, 640, 280

    def at(x: float, y: float) -> tuple[float, float]:
        return left + width * x / right, top + height * (1 - (y - low) / (1 - low))

    parts = [f'<text class="soft" x="0" y="14">{escape(up)}</text>']
    for tick in _ticks(low, 1.0):
        _, y = at(0, tick)
        parts.append(
            f'<path d="M{left} {y:.1f}h{width}" stroke="var(--line)" fill="none"/>'
            f'<text class="soft" x="{left - 8}" y="{y + 5:.1f}" text-anchor="end">'
            f"{tick:.0%}</text>"
        )
    for tick in _ticks(0.0, right):
        x, _ = at(tick, 1)
        parts.append(
            f'<text class="soft" x="{x:.1f}" y="{top + height + 20}" '
            f'text-anchor="middle">{tick:.0%}</text>'
        )
    parts.append(
        f'<text class="soft" x="{left + width}" y="{top + height + 40}" '
        f'text-anchor="end">{escape(across)}</text>'
    )
    for i, curve in enumerate(curves):
        parts.append(_curve(i, curve, [at(x, y) for x, y, _ in curve.points]))
    bottom = top + height + 64
    for i, curve in enumerate(curves):
        x, y = left + 330 * (i % 2), bottom + 22 * (i // 2)
        parts.append(
            f'{_marker(i, x, y - 5)}<text x="{x + 14}" y="{y}">'
            f"{escape(shortened(curve.label, 40))}</text>"
        )
    tall = bottom + 22 * ((len(curves) + 1) // 2)
    return (
        f'<svg role="img" aria-label="{escape(title)}" viewBox="0 0 720 {tall}">'
        f"{''.join(parts)}</svg>"
    )


def standalone(chart: str) -> str:
    """Return a chart as an SVG file of its own, readable in light and dark."""
    opened = '<svg xmlns="http://www.w3.org/2000/svg" '
    style = f"<style>{_COLOURS}{_ALONE}</style>"
    start, rest = chart.removeprefix("<svg ").split(">", 1)
    # Room around the chart, which a page has by itself.
    found = re.search(r'viewBox="0 0 (\d+) (\d+)"', start)
    if found:
        wide, tall = int(found[1]) + 48, int(found[2]) + 24
        start = start.replace(found[0], f'viewBox="-24 -12 {wide} {tall}"')
        style += (
            f'<rect x="-24" y="-12" width="{wide}" height="{tall}" rx="14" '
            'fill="var(--card)"/>'
        )
    return f"{opened}{start}>{style}{rest}\n"


def _curve(i: int, curve: Curve, places: Sequence[tuple[float, float]]) -> str:
    """Return the line and the markers of one curve."""
    parts = []
    if len(places) > 1:
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(
            f'<polyline points="{line}" fill="none" stroke-width="2" '
            f'stroke="var(--c{i % 8 + 1})"/>'
        )
    for (x, y), (_, _, what) in zip(places, curve.points, strict=True):
        said = escape(f"{curve.label}: {what}")
        parts.append(f"<g><title>{said}</title>{_marker(i, x, y)}</g>")
    return "".join(parts)


def _marker(i: int, x: float, y: float) -> str:
    """Return the marker of the i-th curve; the second eight are hollow."""
    colour = f"var(--c{i % 8 + 1})"
    paint = f'fill="{colour}"' if i < 8 else f'fill="none" stroke="{colour}"'
    return _MARKERS[i % 4].format(
        x=x, y=y, a=x - 4.5, b=y - 4.5, top=y - 6, up=y - 6.5, paint=paint
    )


def _ticks(low: float, high: float) -> list[float]:
    """Return multiples of 5, 10 or 20 % from low to high, at most seven or so."""
    step = next(s for s in (5, 10, 20, 50, 100, 10_000) if (high - low) * 100 / s <= 7)
    first = math.ceil(low * 100 / step - 1e-9)
    last = math.floor(high * 100 / step + 1e-9)
    return [n * step / 100 for n in range(first, last + 1)]
