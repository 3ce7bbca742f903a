"""The bench report as one HTML page: inline SVG, no script, no network."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import headroom
from headroom.cli.account import by_path, by_reason
from headroom.cli.measure import BASELINES, Bench, Payload

__all__ = ["as_html"]

_LONGEST_CHART = 40
_LONGEST_LIST = 25
_SPOKEN = ("JSON with indent=2", "json.dumps by default", "compact JSON")

_STYLE = """
:root { color-scheme: light dark;
  --page: #f6f7f9; --card: #fff; --ink: #16202c; --soft: #5b6776; --line: #e3e7ec;
  --track: #d5dbe3; --kept: #1f7a5c; --plain: #8b98a8; --lost: #c2571a;
  --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root {
  --page: #10151b; --card: #18202a; --ink: #e8edf3; --soft: #9aa7b6; --line: #2a3541;
  --track: #36424f; --kept: #46c096; --plain: #73818f; --lost: #f0955a;
  --bad: #ff8a80; } }
* { box-sizing: border-box; }
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
td { text-align: right; white-space: nowrap; }
th, td { padding: .4rem .6rem; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
th:last-child, td:last-child { padding-right: 0; }
td.name { white-space: normal; overflow-wrap: anywhere; min-width: 10rem; }
td.why { text-align: left; } th.why { text-align: left; }
tr.total td { font-weight: 650; border-bottom: 0; }
code { font: .88em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.bad { color: var(--bad); }
.key i { display: inline-block; width: .8em; height: .8em; border-radius: 3px;
  margin: 0 .35em 0 0; vertical-align: -.05em; }
.key span { margin-right: 1.2em; }
footer { color: var(--soft); font-size: .88rem; margin-top: 1.5rem; }
"""


@dataclass(frozen=True)
class _Bar:
    """One bar: `part` is drawn over `whole`, both in the chart's unit."""

    label: str
    value: str
    part: float
    whole: float
    style: str = "kept"


def as_html(result: Bench) -> str:
    """Return the whole page; the same result gives the same bytes."""
    sections = [_hero(result)]
    if result.measured:
        sections += [_baselines(result), _files(result), _losses(result)]
    sections += [_table(result), _problems(result)]
    total = result.total
    title = f"{total.saved[1]:.0%} fewer tokens: Headroom bench"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        "<main>\n<header><h1>Headroom bench</h1></header>\n"
        + "\n".join(filter(None, sections))
        + _footer(result)
        + "\n</main>\n</body>\n</html>\n"
    )


def _hero(result: Bench) -> str:
    """Return the figures to read first."""
    total = result.total
    if not result.measured:
        return "<section><h2>No payload could be measured</h2></section>"
    how = "estimated" if result.estimated else "counted with o200k_base"
    figures = [
        (
            f"{total.before[1]:,} → {total.after:,}",
            f"tokens, json.dumps → Headroom, {how}",
        ),
        (f"{len(result.measured):,}", "payloads measured"),
        (
            f"{total.dropped_leaves:,} of {total.leaves:,}",
            "values dropped, for the reasons below",
        ),
    ]
    if result.price is not None:
        calls = len(result.measured)
        before = result.per_thousand(total.before[1] / calls)
        after = result.per_thousand(total.after / calls)
        figures.append(
            (
                f"{before:,.2f} → {after:,.2f}",
                f"for 1,000 calls with the mean payload, at {result.price:g} per "
                "million tokens",
            )
        )
    savings = "".join(
        f"<p><strong>{share:.0%}</strong>fewer tokens than {escape(name)}</p>"
        for name, share in zip(_SPOKEN, total.saved, strict=True)
    )
    cells = "".join(
        f"<p><b>{escape(big)}</b>{escape(small)}</p>" for big, small in figures
    )
    return f'<section class="hero"><div>{savings}</div>\n<div>{cells}</div></section>'


def _baselines(result: Bench) -> str:
    """Return the chart of all payloads together, plain in three ways and minified."""
    total = result.total
    largest = max(*total.before, total.after, 1)
    bars = [
        _Bar(
            name,
            f"{tokens:,} tokens · Headroom {_share(share)}",
            tokens,
            largest,
            "plain",
        )
        for name, tokens, share in zip(
            BASELINES, total.before, total.saved, strict=True
        )
    ]
    bars.append(_Bar("Headroom", f"{total.after:,} tokens", total.after, largest))
    return _section(
        "All payloads together",
        "What the same data costs as JSON with indent=2, as json.dumps writes it by "
        "default, as compact JSON, and minified.",
        _chart("Tokens of all payloads", bars, largest),
    )


def _files(result: Bench) -> str:
    """Return the chart of each payload against json.dumps."""
    files = sorted(result.measured, key=lambda one: -one.before[1])
    largest = max([*(one.before[1] for one in files), 1])
    bars = [
        _Bar(
            one.name,
            f"{one.before[1]:,} → {one.after:,} · {_share(one.saved[1])}",
            one.after,
            one.before[1],
        )
        for one in files[:_LONGEST_CHART]
    ]
    more = len(files) - len(bars)
    rest = f" The {more:,} smaller ones are in the table below." if more > 0 else ""
    key = (
        '<p class="note key"><span><i style="background:var(--kept)"></i>tokens that '
        'remain</span><span><i style="background:var(--track)"></i>saved</span></p>'
    )
    return _section(
        "Payload by payload",
        f"Tokens against json.dumps, largest first.{rest}",
        key + _chart("Tokens of each payload", bars, largest),
    )


def _losses(result: Bench) -> str:
    """Return what was dropped: by reason as a chart, by path as a table."""
    total = result.total
    if not total.dropped:
        return _section(
            "What was dropped",
            "Nothing: JSONMinifier.decode gives back every value.",
            "",
        )
    leaves, gone = max(total.leaves, total.dropped_leaves), total.dropped_leaves
    bars = [_Bar("kept", _part(leaves - gone, leaves), leaves - gone, leaves)]
    bars += [
        _Bar(reason, _part(count, leaves), count, leaves, "lost")
        for reason, count in by_reason(total.dropped)
    ]
    rows = sorted(
        (
            (count, one.name, path, reason)
            for one in result.measured
            for path, reason, count in by_path(one.dropped)
        ),
        key=lambda row: (-row[0], row[1:]),
    )
    body = "".join(
        f'<tr><td class="name"><code>{escape(path)}</code></td>'
        f'<td class="name why">{escape(name)}</td>'
        f'<td class="why">{escape(reason)}</td><td>{count:,}</td></tr>'
        for count, name, path, reason in rows[:_LONGEST_LIST]
    )
    more = len(rows) - _LONGEST_LIST
    note = f'<p class="note">and {more:,} more places</p>' if more > 0 else ""
    return _section(
        "What was kept, what was dropped",
        f"{gone:,} of {leaves:,} values are not in the minified text. "
        "JSONMinifier.decode gives back all the others.",
        _chart("Values kept and dropped, by reason", bars, leaves)
        + '<div class="scroll"><table><thead><tr><th>where</th>'
        '<th class="why">payload</th><th class="why">why</th><th>values</th></tr>'
        f"</thead><tbody>{body}</tbody></table></div>{note}",
    )


def _part(count: int, whole: int) -> str:
    """Return a count and its share of the whole."""
    return f"{count:,} · {count / whole:.1%}"


def _share(saved: float) -> str:
    """Return a saving as the change that it is: −72 % for 0.72."""
    text = f"{abs(saved):.0%}"
    return text if text == "0%" else f"{'+' if saved < 0 else '−'}{text}"


def _table(result: Bench) -> str:
    """Return the table of every measured file."""
    if not result.measured:
        return ""
    heads = ["payload", *BASELINES, "headroom", "saved, against each"]
    if result.price is not None:
        heads.append("1,000 calls")
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    rows = [_row(result, one) for one in result.measured]
    rows.append(_row(result, result.total, style="total"))
    return _section(
        "Every figure",
        "Tokens, and the share saved against each of the three"
        + (
            ""
            if result.price is None
            else f"; money from json.dumps to Headroom, at {result.price:g} per "
            "million tokens"
        )
        + ".",
        f'<div class="scroll"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>",
    )


def _row(result: Bench, one: Payload, style: str = "") -> str:
    """Return one row of the table."""
    cells = [f"{tokens:,}" for tokens in (*one.before, one.after)]
    cells.append(" · ".join(f"{share:.1%}" for share in one.saved))
    if result.price is not None:
        before, after = map(result.per_thousand, (one.before[1], one.after))
        cells.append(f"{before:,.2f} → {after:,.2f}")
    return (
        f'<tr class="{style}"><td class="name">{escape(one.name)}</td>'
        + "".join(f"<td>{cell}</td>" for cell in cells)
        + "</tr>"
    )


def _problems(result: Bench) -> str:
    """Return the files that are not in the figures, or are there unchanged."""
    rows = [(one.name, one.broken or "", "broken") for one in result.broken]
    rows += [
        (one.name, one.skipped, "unchanged") for one in result.measured if one.skipped
    ]
    if not rows:
        return ""
    body = "".join(
        f'<tr><td class="name">{escape(name)}</td><td class="why bad">{what}</td>'
        f'<td class="name why">{escape(why)}</td></tr>'
        for name, why, what in rows
    )
    return _section(
        "Not minified",
        "Broken files are in no figure above; unchanged ones are, as they are.",
        f'<div class="scroll"><table><tbody>{body}</tbody></table></div>',
    )


def _footer(result: Bench) -> str:
    """Return how the figures came about."""
    how = (
        "Token counts are estimates, because tiktoken's table could not be loaded."
        if result.estimated
        else "Tokens are counted with tiktoken, o200k_base."
    )
    return (
        f"<footer>{how} A percentage is the share of tokens saved over all payloads "
        "together. Made by headroom "
        f"{escape(headroom.__version__)} on this machine; the page loads nothing."
        "</footer>"
    )


def _section(title: str, text: str, body: str) -> str:
    """Return a card."""
    return f"<section><h2>{escape(title)}</h2>\n<p>{escape(text)}</p>\n{body}</section>"


def _chart(title: str, bars: Sequence[_Bar], largest: float) -> str:
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
            f'<text x="0" y="{top + 15}">{escape(_short(bar.label))}</text>'
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


def _short(label: str, limit: int = 44) -> str:
    """Cut a long file name in its middle."""
    if len(label) <= limit:
        return label
    return f"{label[: limit // 2 - 1]}…{label[-limit // 2 :]}"
