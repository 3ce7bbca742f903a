"""ConversationCompressor for compaction-conformance-kit, a third-party benchmark.

    pip install compaction-conformance-kit
    compaction-kit benchmark --spec benchmarks/compaction_kit_adapter.py:HeadroomCompactor

The kit plants rules, facts and preferences in made sessions, compacts five times over,
each time to a fixed share of the characters, and counts what is still there and which
values stayed that were changed later.
"""

import re

from compaction_kit.compacted import CompactedContext

from headroom import BudgetError, ConversationCompressor


class HeadroomCompactor:
    """Keeps the session's turns under the budget by their characters."""

    name = "headroom"

    def compact(self, turns, round_num=1, budget_chars=None):
        """Return the compacted text of the session."""
        messages = []
        for turn in turns:
            messages += _messages(turn)
        text = _text(messages)
        budget = budget_chars or len(text) // 4
        for limit in (budget, int(0.94 * budget), int(0.85 * budget)):
            compressor = ConversationCompressor(
                limit, keep_turns=1, trigger=1.0, target=1.0, count_tokens=len
            )
            try:
                out = _text(compressor.compress(messages))
            except BudgetError:
                break
            if len(out) <= budget:
                break
        return CompactedContext(text=out, compactor_name=self.name, round_num=round_num)


_TURN = re.compile(r"^\[(system|user|assistant|tool)\] ", re.MULTILINE)


def _messages(turn):
    """Return a turn as messages; what an earlier round made is several."""
    parts = _TURN.split(turn.text)
    if len(parts) < 3:
        role = turn.role if turn.role in ("user", "assistant", "system") else "user"
        return [{"role": role, "content": turn.text}]
    return [
        {"role": role, "content": text.strip()}
        for role, text in zip(parts[1::2], parts[2::2], strict=True)
    ]


def _text(messages):
    return "\n".join(f"[{m['role']}] {m['content']}" for m in messages)
