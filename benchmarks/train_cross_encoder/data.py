"""The data: (query, sentences, gold) lines as tokens, and queries said otherwise."""

import json
import random
from dataclasses import dataclass
from pathlib import Path

import torch
from network import UNKNOWN
from tokenizers import Tokenizer
from torch import Tensor

from headroom.scorers.stop_words import STOP_WORDS

MOST_TOKENS = 64  # of a training sentence; the rest of longer ones is not read
BLANKED = 0.05  # the share of a training sentence's tokens that become [UNK]


@dataclass(frozen=True)
class Item:
    """A query and the sentences around those that answer it."""

    query: str
    sentences: list[str]
    gold: frozenset[int]


@dataclass(frozen=True)
class Pairs:
    """Pairs to score: rows of queries and of sentences, which goes with whose."""

    queries: Tensor
    sentences: Tensor
    which: Tensor
    whose: Tensor
    labels: Tensor

    def by_length(self) -> list["Pairs"]:
        """Return the same pairs in two parts, of short and long sentences.

        Most of a batch is padding otherwise.
        """
        lengths = (self.sentences != 0).sum(1)
        middle = lengths.float().quantile(0.7)
        parts = []
        for mine in (lengths <= middle, lengths > middle):
            if not mine.any():
                continue
            new = mine.cumsum(0) - 1
            pairs = mine[self.whose]
            rows = self.sentences[mine][:, : int(lengths[mine].max())]
            parts.append(
                Pairs(
                    self.queries,
                    rows,
                    self.which[pairs],
                    new[self.whose[pairs]],
                    self.labels[pairs],
                )
            )
        return parts


def items(path: Path) -> list[Item]:
    """Return the items of a file of JSON lines that have an answer."""
    found = []
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["gold"]:
            found.append(Item(row["query"], row["sentences"], frozenset(row["gold"])))
    return found


def said_otherwise(query: str, chance: random.Random) -> str:
    """Return the query, or as keywords, or without some of its words.

    People who look at the text write questions that repeat its words; others do
    not, so some words go.
    """
    words = query.split()
    draw = chance.random()
    if draw < 0.2:
        words = [w for w in words if w.strip("?,.'").lower() not in STOP_WORDS["en"]]
    elif draw < 0.45 and len(words) > 4:
        words = [w for w in words if chance.random() > 0.2]
    text = " ".join(words) or query
    return text.rstrip("?") if chance.random() < 0.3 else text


def asked_together(
    chosen: list[Item], share: float, chance: random.Random
) -> list[Item]:
    """Return the items, a share of them with the next but eight one's question too.

    Many questions need two facts, and a sentence that has one of them meets half of
    the words.
    """
    found = []
    for i, item in enumerate(chosen):
        other = chosen[(i + 8) % len(chosen)]
        if chance.random() < share and not set(item.sentences) & set(other.sentences):
            first, second = chance.sample([item.query, other.query], 2)
            item = Item(
                f"{first.rstrip('?. ')} {chance.choice(['and', 'of', 'that', ''])} {second}",
                item.sentences + other.sentences,
                item.gold | {g + len(item.sentences) for g in other.gold},
            )
        found.append(item)
    return found


class Tokens:
    """Texts as rows of token ids; each text is cut once."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        tokenizer.no_padding()
        tokenizer.no_truncation()
        self._tokenizer = tokenizer
        self._known: dict[str, list[int]] = {}

    def rows(self, texts: list[str]) -> Tensor:
        """Return ids (texts, longest), 0 is padding."""
        new = [t for t in dict.fromkeys(texts) if t not in self._known]
        for text, cut in zip(
            new,
            self._tokenizer.encode_batch(new, add_special_tokens=False),
            strict=True,
        ):
            self._known[text] = cut.ids[:MOST_TOKENS] or [100]
        ids = [self._known[t] for t in texts]
        rows = torch.zeros(len(ids), max(map(len, ids)), dtype=torch.long)
        for row, known in zip(rows, ids, strict=True):
            row[: len(known)] = torch.tensor(known)
        return rows


def batch(
    chosen: list[Item], tokens: Tokens, chance: random.Random, others: int
) -> Pairs:
    """Pair each item's query with its sentences and `others` of the other items."""
    numbers: dict[str, int] = {}
    for item in chosen:
        for sentence in item.sentences:
            numbers.setdefault(sentence, len(numbers))
    which, whose, labels = [], [], []
    for i, item in enumerate(chosen):
        own = {numbers[s] for s in item.sentences}
        gold = {numbers[item.sentences[g]] for g in item.gold}
        rest = [n for n in range(len(numbers)) if n not in own]
        row = [*own, *chance.sample(rest, min(others, len(rest)))]
        which += [i] * len(row)
        whose += row
        labels += [float(n in gold) for n in row]
    texts = tokens.rows(list(numbers))
    # Some words go here too, so that no single one decides.
    seed = torch.Generator().manual_seed(chance.randrange(2**31))
    gone = (torch.rand(texts.shape, generator=seed) < BLANKED) & (texts != 0)
    return Pairs(
        tokens.rows([said_otherwise(item.query, chance) for item in chosen]),
        texts.masked_fill(gone, UNKNOWN),
        torch.tensor(which),
        torch.tensor(whose),
        torch.tensor(labels),
    )
