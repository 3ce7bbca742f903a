"""Fit and measure the shipped model: python calibrate.py --data FOLDER [--fit].

On selqa_validation.jsonl: hit@1 of the network, the table, BM25 and of what ships, and
what passes which floor. The irrelevant are a question's other sentences, and sentences
of other questions. With --fit: the weights of the table's likenesses, by logistic
regression on the training files (`_FOUND` and the next three of `shipped.py`).
"""

import argparse
import random
from pathlib import Path

import numpy as np
import torch
from data import Item, items
from torch.nn import functional

from headroom.scorers import BM25Scorer, CrossEncoderScorer
from headroom.scorers.shipped import meaning, shipped_logits

STRANGERS = 24  # sentences of other questions beside each question's own


def with_strangers(item: Item, chosen: list[Item], chance: random.Random) -> list[str]:
    """Return the item's sentences and those of some other questions."""
    others = [each for each in chance.sample(chosen, 5) if each is not item]
    return [
        *item.sentences,
        *[s for each in others for s in each.sentences][:STRANGERS],
    ]


def fit(data: Path) -> None:
    """Print the weights: listwise softmax plus 0.5 BCE, as the network is trained."""
    chance = random.Random(1)
    chosen = [
        item
        for name in ("selqa", "squad_train_windows")
        for item in chance.sample(items(data / f"{name}.jsonl"), 500)
    ]
    rows, labels, which = [], [], []
    for number, item in enumerate(chosen):
        texts = with_strangers(item, chosen, chance)
        rows.append(np.stack(meaning().likeness(item.query, texts), 1))
        labels += [float(i in item.gold) for i in range(len(texts))]
        which += [number] * len(texts)
    x, y = torch.tensor(np.concatenate(rows)).double(), torch.tensor(labels).double()
    group = torch.tensor(which)
    weights = torch.zeros(4, dtype=torch.double, requires_grad=True)
    optimiser = torch.optim.LBFGS([weights], max_iter=100)

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        logits = x @ weights[:3] + weights[3]
        scores = logits.exp()
        wrong = scores.new_zeros(len(chosen)).index_add(0, group, scores * (1 - y))
        listwise = ((wrong[group] / scores).log1p() * y).sum() / y.sum()
        total = listwise + 0.5 * functional.binary_cross_entropy_with_logits(logits, y)
        total.backward()
        return total

    optimiser.step(loss)
    print("found, asked, whole, offset:", np.round(weights.detach().numpy(), 2))


def main() -> None:
    """Print the figures."""
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--data", type=Path, required=True)
    p.add_argument("--fit", action="store_true")
    a = p.parse_args()
    if a.fit:
        fit(a.data)
    chosen = items(a.data / "selqa_validation.jsonl")
    chance = random.Random(1)
    hits: dict[str, list[bool]] = {}
    shipped, labels, own = [], [], []
    for item in chosen:
        texts = with_strangers(item, chosen, chance)
        likeness = meaning().likeness(item.query, texts)
        scores = {
            "network alone": shipped_logits(item.query, texts),
            "table alone": np.sum(likeness, 0),
            "BM25": BM25Scorer().score(item.query, texts),
            "as shipped": CrossEncoderScorer().score(item.query, texts),
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
