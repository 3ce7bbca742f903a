"""The bench report as one HTML page."""

from html import escape

import headroom
from headroom.cli.account import by_path, by_reason
from headroom.cli.charts import Bar, bar_chart, page, section
from headroom.cli.measure import BASELINES, Bench, Payload

__all__ = ["as_html"]

_LONGEST_CHART = 40
_LONGEST_LIST = 25
_SPOKEN = ("JSON with indent=2", "json.dumps by default", "compact JSON")


def as_html(result: Bench) -> str:
    """Return the whole page; the same result gives the same bytes."""
    sections = [_hero(result)]
    if result.measured:
        sections += [_files(result), _losses(result)]
    sections += [_table(result), _problems(result)]
    total = result.total
    title = f"{total.saved[1]:.0%} fewer tokens: Headroom bench"
    return page(title, "Headroom bench", [*sections, _footer(result)])


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
        return section(
            "What was dropped",
            "Nothing: JSONMinifier.decode gives back every value.",
            "",
        )
    leaves, gone = max(total.leaves, total.dropped_leaves), total.dropped_leaves
    bars = [Bar("kept", _part(leaves - gone, leaves), leaves - gone, leaves)]
    bars += [
        Bar(reason, _part(count, leaves), count, leaves, "lost")
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
    return section(
        "What was kept, what was dropped",
        f"{gone:,} of {leaves:,} values are not in the minified text. "
        "JSONMinifier.decode gives back all the others.",
        bar_chart("Values kept and dropped, by reason", bars, leaves)
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
    return section(
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
    kind = f" ({escape(one.kind)})" if one.kind not in ("", "json") else ""
    if result.price is not None:
        before, after = map(result.per_thousand, (one.before[1], one.after))
        cells.append(f"{before:,.2f} → {after:,.2f}")
    return (
        f'<tr class="{style}"><td class="name">{escape(one.name)}{kind}</td>'
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
    return section(
        "Not compressed",
        "The figures above do not count broken files. They count unchanged files at "
        "their full size.",
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
