"""Measure the shipped model: python calibrate.py --data FOLDER.

On selqa_validation.jsonl: hit@1 of the network, the table, BM25 and of what ships, and
what passes which floor. The irrelevant are a question's other sentences, and sentences
of other questions; alone is without these.
"""

import argparse
import random
from pathlib import Path

import numpy as np
from data import Item, items

from headroom.scorers import BM25Scorer, CrossEncoderScorer
from headroom.scorers.shipped import shipped_logits

STRANGERS = 24  # sentences of other questions beside each question's own


def with_strangers(item: Item, chosen: list[Item], chance: random.Random) -> list[str]:
    """Return the item's sentences and those of some other questions."""
    others = [each for each in chance.sample(chosen, 5) if each is not item]
    return [
        *item.sentences,
        *[s for each in others for s in each.sentences][:STRANGERS],
    ]


def main() -> None:
    """Print the figures."""
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--data", type=Path, required=True)
    a = p.parse_args()
    chosen = items(a.data / "selqa_validation.jsonl")
    chance = random.Random(1)
    hits: dict[str, list[bool]] = {}
    shipped, labels, own = [], [], []
    for item in chosen:
        texts = with_strangers(item, chosen, chance)
        scores = {
            "network alone": shipped_logits("network", item.query, texts),
            "table alone": shipped_logits("matching", item.query, texts),
            "BM25": BM25Scorer().score(item.query, texts),
            "as shipped": CrossEncoderScorer().score(item.query, texts),
            "as shipped, alone": CrossEncoderScorer().score(item.query, item.sentences),
        }
        n = len(item.sentences)
        for name, found in scores.items():
            hit = int(np.argmax(found[:n])) in item.gold
            hits.setdefault(name, []).append(hit)
        shipped += scores["as shipped"]
        labels += [i in item.gold for i in range(len(texts))]
        own += [i < n for i in range(len(texts))]
    for name, found in hits.items():
        print(f"hit@1 {name:20} {100 * np.mean(found):.1f} % of {len(found)}")
    x, y, mine = np.array(shipped), np.array(labels), np.array(own)
    for floor in (0.02, 0.05, 0.1, 0.15, 0.2, 0.3):
        above = x >= floor
        print(
            f"at {floor}: {100 * above[y].mean():.1f} % of the relevant, "
            f"{100 * above[mine & ~y].mean():.1f} % of their neighbours, "
            f"{100 * above[~mine].mean():.1f} % of strangers"
        )


if __name__ == "__main__":
    main()
