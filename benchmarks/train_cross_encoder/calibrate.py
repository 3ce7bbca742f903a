"""Measure the shipped model: python calibrate.py --data FOLDER [--teacher FOLDER].

On selqa_validation.jsonl: hit@1 of the model, BM25 and both (and of the cosine of
the teacher's sentence vectors, if it is given); what other
shares of the model would give; and what passes which floor. The irrelevant are
a question's other sentences, and sentences of other questions.
"""

import argparse
import random
from pathlib import Path

import numpy as np
from data import items

from headroom.scorers import BM25Scorer, CrossEncoderScorer
from headroom.scorers.shipped import shipped_logits, sure

STRANGERS = 24  # sentences of other questions beside each question's own


def main() -> None:
    """Print the figures."""
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--data", type=Path, required=True)
    p.add_argument("--teacher", type=Path)
    a = p.parse_args()
    chosen = items(a.data / "selqa_validation.jsonl")
    chance = random.Random(1)
    hits: dict[str, list[bool]] = {}
    rows, labels, own, ends = [], [], [], []
    encode = None
    if a.teacher:
        from sentence_transformers import SentenceTransformer

        encode = SentenceTransformer(str(a.teacher), device="cpu").encode
    for item in chosen:
        others = [each for each in chance.sample(chosen, 5) if each is not item]
        strangers = [s for each in others for s in each.sentences][:STRANGERS]
        texts = [*item.sentences, *strangers]
        scores = {
            "model alone": shipped_logits(item.query, texts),
            "BM25": BM25Scorer().score(item.query, texts),
            "both, as shipped": CrossEncoderScorer().score(item.query, texts),
        }
        if encode:
            vectors = encode([item.query, *item.sentences], normalize_embeddings=True)
            scores["cosine of MiniLM"] = vectors[1:] @ vectors[0]
        n = len(item.sentences)
        for name, found in scores.items():
            hit = int(np.argmax(found[:n])) in item.gold
            hits.setdefault(name, []).append(hit)
        ends.append((len(rows), len(rows) + len(texts)))
        rows += zip(*list(scores.values())[:3], strict=True)
        labels += [i in item.gold for i in range(len(texts))]
        own += [i < n for i in range(len(texts))]
    for name, found in hits.items():
        print(f"hit@1 {name:20} {100 * np.mean(found):.1f} % of {len(found)}")
    x, y, mine = np.array(rows), np.array(labels), np.array(own)
    alone, by_words = np.array([sure(logit) for logit in x[:, 0]]), x[:, 1]
    for share in (0.1, 0.2, 0.3, 0.4, 0.5, 0.7):
        mixed = np.where(mine, share * alone + (1 - share) * by_words, -1.0)
        best = [start + int(np.argmax(mixed[start:end])) for start, end in ends]
        print(f"hit@1 with a constant share of {share}: {100 * y[best].mean():.1f} %")
    for floor in (0.02, 0.05, 0.1, 0.15, 0.2, 0.3):
        above = x[:, 2] >= floor
        print(
            f"at {floor}: {100 * above[y].mean():.1f} % of the relevant, "
            f"{100 * above[mine & ~y].mean():.1f} % of their neighbours, "
            f"{100 * above[~mine].mean():.1f} % of strangers"
        )


if __name__ == "__main__":
    main()
