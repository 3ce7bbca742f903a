"""The bench report as one HTML page."""

from html import escape

from headroom.cli.account import by_path, by_reason
from headroom.cli.bench import tables
from headroom.cli.charts import Bar, bar_chart, html_table, page, section
from headroom.cli.measure import Bench
from headroom.cli.tables import Table

__all__ = ["as_html"]

_LONGEST_CHART = 40
_LONGEST_LIST = 25
_SPOKEN = ("JSON with indent=2", "json.dumps by default", "compact JSON")


def as_html(result: Bench) -> str:
    """Return the whole page; the same result gives the same bytes."""
    parts = [_hero(result)]
    if result.measured:
        parts += [_files(result), _losses(result)]
        text = "Tokens, and the share saved against each of the three."
        for table in tables(result):
            parts.append(
                section(table.title or "Every figure", text, html_table(table))
            )
            text = "What each payload costs, and what is saved."
    problems = [(one.name, "broken", one.broken or "") for one in result.broken]
    problems += [
        (one.name, "unchanged", one.skipped) for one in result.measured if one.skipped
    ]
    if problems:
        text = (
            "The figures above do not count broken files. They count unchanged files "
            "at their full size."
        )
        table = Table(("payload", "", "why"), problems, texts=(0, 1, 2))
        parts.append(section("Not compressed", text, html_table(table)))
    note = (
        "Token counts are estimates, because tiktoken's table could not be loaded."
        if result.estimated
        else "Tokens are counted with tiktoken, o200k_base."
    )
    title = f"{result.total.saved[1]:.0%} fewer tokens: Headroom bench"
    note += " A percentage is the share of tokens saved over all payloads together."
    return page(title, "Headroom bench", parts, note)


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


def _files(result: Bench) -> str:
    """Return the chart of each payload against json.dumps."""
    files = sorted(result.measured, key=lambda one: -one.before[1])
    largest = max([*(one.before[1] for one in files), 1])
    bars = [
        Bar(
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
    return section(
        "Payload by payload",
        f"Tokens against json.dumps, largest first.{rest}",
        key + bar_chart("Tokens of each payload", bars, largest),
    )


def _losses(result: Bench) -> str:
    """Return what was dropped: by reason as a chart, by path as a table."""
    total = result.total
    if not total.dropped:
        said = "Nothing: JSONMinifier.decode gives back every value."
        return section("What was dropped", said)
    leaves, gone = max(total.leaves, total.dropped_leaves), total.dropped_leaves
    bars = [Bar("kept", _part(leaves - gone, leaves), leaves - gone, leaves)]
    bars += [
        Bar(reason, _part(count, leaves), count, leaves, "lost")
        for reason, count in by_reason(total.dropped)
    ]
    places = sorted(
        (-count, one.name, path, reason)
        for one in result.measured
        for path, reason, count in by_path(one.dropped)
    )
    rows = [
        (path, name, reason, f"{-count:,}")
        for count, name, path, reason in places[:_LONGEST_LIST]
    ]
    table = Table(("where", "payload", "why", "values"), rows, texts=(0, 1, 2))
    more = len(places) - _LONGEST_LIST
    note = f'<p class="note">and {more:,} more places</p>' if more > 0 else ""
    return section(
        "What was kept, what was dropped",
        f"{gone:,} of {leaves:,} values are not in the minified text. "
        "JSONMinifier.decode gives back all the others.",
        bar_chart("Values kept and dropped, by reason", bars, leaves)
        + html_table(table)
        + note,
    )


def _part(count: int, whole: int) -> str:
    """Return a count and its share of the whole."""
    return f"{count:,} · {count / whole:.1%}"


def _share(saved: float) -> str:
    """Return a saving as the change that it is: −72 % for 0.72."""
    text = f"{abs(saved):.0%}"
    return text if text == "0%" else f"{'+' if saved < 0 else '−'}{text}"
