"""Train the matching of the table's words: python matching.py --data DIR --into DIR.

The table's vectors stay as they are. What is learned from English questions is how
much a word counts, and which words answer which ("when", and a year): two projections
of a word with its neighbours, some 40,000 weights. Words of a hundred languages lie
in one space, so it holds for other languages too; to make sure, half of the training
batches have words exchanged for their nearest ones in another script. Two minutes of
one core.
"""

import argparse
import gzip
import random
import unicodedata
from functools import partial
from pathlib import Path

import numpy as np
import torch
from data import Item, items
from export import written
from torch import Tensor, nn
from torch.nn import functional
from tqdm import tqdm
from train import hits, ranking_loss

from headroom.scorers.meaning import Meaning

WIDTH, INNER = 112, 48
MOST_TOKENS = 48  # of a training sentence; the rest of longer ones is not read
SCRIPTS = ("CYRILLIC", "ARABIC", "CJK", "HANGUL", "THAI", "DEVANAGARI", "ACCENT")
LEAST_COSINE = 0.45  # to a word of another script that stands for a word
OTHERS = 10  # sentences of other questions beside each question's own

Rows = tuple[Tensor, Tensor, Tensor]  # vectors (n, t, d), rarity and mask (n, t)


class Matching(nn.Module):
    """Logits of relevance out of fixed word vectors, of pairs of a query and a sentence."""

    def __init__(self) -> None:
        super().__init__()
        self.query, self.sentence = (
            nn.Conv1d(WIDTH, INNER, 3, padding=1, bias=False) for _ in range(2)
        )
        self.query_weight, self.sentence_weight = (
            nn.Conv1d(WIDTH + 1, 1, 3, padding=1) for _ in range(2)
        )
        for projection in (self.query, self.sentence):
            nn.init.normal_(projection.weight, std=0.3 / WIDTH**0.5)
        for weight in (self.query_weight, self.sentence_weight):
            nn.init.zeros_(weight.weight)
        self.rarity, self.alike = (nn.Parameter(torch.tensor(1.0)) for _ in range(2))
        self.mix = nn.Parameter(torch.tensor([12.0, 4.0, 4.0, 0.0, 0.0, -7.0]))

    def side(
        self, project: nn.Conv1d, weigh: nn.Conv1d, rows: Rows
    ) -> tuple[Tensor, Tensor]:
        """Return each word's projection (n, t, INNER) and weight (n, t)."""
        vectors, rarity, mask = rows
        x = vectors.transpose(1, 2)
        weights = weigh(torch.cat([x, rarity[:, None]], 1))[:, 0]
        weights = functional.softplus(weights + self.rarity * (rarity - 2)) * mask
        return project(x).transpose(1, 2) * mask[..., None], weights

    def forward(
        self, queries: Rows, sentences: Rows, which: Tensor, whose: Tensor
    ) -> Tensor:
        """Return logits (p,) of the pairs (queries[which], sentences[whose])."""
        asked, asked_weights = self.side(self.query, self.query_weight, queries)
        said, said_weights = self.side(self.sentence, self.sentence_weight, sentences)
        near = self.alike * torch.matmul(
            queries[0][which], sentences[0][whose].transpose(1, 2)
        ) + torch.matmul(asked[which], said[whose].transpose(1, 2))
        both = queries[2][which][:, :, None] * sentences[2][whose][:, None, :]
        square = functional.relu(near * both) ** 2
        found = _mean(square.amax(2), asked_weights[which])
        back = _mean(square.amax(1), said_weights[whose])
        wholes = [
            functional.normalize((v * (r * m)[..., None]).sum(1), dim=1)
            for v, r, m in (queries, sentences)
        ]
        whole = functional.relu((wholes[0][which] * wholes[1][whose]).sum(1))
        length = (torch.log1p(sentences[2].sum(1)) - 3)[whose]
        parts = [found, back, whole, length, length**2, torch.ones_like(whole)]
        return torch.stack(parts, 1) @ self.mix


def _mean(numbers: Tensor, weights: Tensor) -> Tensor:
    """Return the weighted means of rows."""
    return (numbers * weights).sum(1) / weights.sum(1).clamp(1e-3)


class Words:
    """Texts as words of the table, and words as their nearest ones elsewhere."""

    def __init__(self, folder: Path) -> None:
        names = gzip.decompress((folder / "pieces.txt.gz").read_bytes()).decode()
        with np.load(folder / "vectors.npz") as table:
            self.meaning = Meaning(names, dict(table))
        self.names = names.split("\n")
        everything = np.arange(len(self.names))
        self.vectors = torch.tensor(self.meaning.vectors(everything))
        self.vectors[0] = 0
        self.rarity = torch.tensor(self.meaning.rarity)
        self._known: dict[str, list[int]] = {}

    def cut(self, text: str) -> list[int]:
        """Return the tokens of a text; each is cut once."""
        if text not in self._known:
            self._known[text] = self.meaning.pieces.tokens(text, MOST_TOKENS)
        return self._known[text]

    def rows(self, tokens: list[list[int]]) -> Rows:
        """Return rows of tokens, padded, as vectors, rarity and mask."""
        ids = torch.zeros(len(tokens), max(map(len, tokens)), dtype=torch.long)
        for row, known in zip(ids, tokens, strict=True):
            row[: len(known)] = torch.tensor(known)
        return self.vectors[ids], self.rarity[ids], (ids != 0).float()

    def read(self, texts: list[str], script: list[int] | None = None) -> Rows:
        """Return texts as rows; with `script`, all words exchanged for its."""
        cut = [self.cut(text) for text in texts]
        return self.rows([[script[t] for t in x] for x in cut] if script else cut)

    def elsewhere(self, used: list[int]) -> list[list[int]]:
        """Return, for each of SCRIPTS, every token's nearest one of that script.

        A token that is not in `used`, or near none, stands for itself.
        """
        kinds = np.array([_script(name) for name in self.names])
        mine = torch.tensor([t for t in used if kinds[t] == "LATIN"])
        found = []
        for script in SCRIPTS:
            pool = torch.tensor(np.nonzero(kinds == script)[0])
            exchanged = torch.arange(len(self.names))
            for part in mine.split(2_000):
                best = (self.vectors[part] @ self.vectors[pool].T).max(1)
                near = best.values > LEAST_COSINE
                exchanged[part[near]] = pool[best.indices[near]]
            found.append(exchanged.tolist())
        return found


def _script(name: str) -> str:
    """Return the script of a piece's first letter."""
    letter = next((c for c in name if c.isalpha()), "")
    script = unicodedata.name(letter, "-").split()[0] if letter else "-"
    if script == "LATIN" and not name.replace("▁", "").isascii():
        return "ACCENT"
    return "CJK" if script in {"HIRAGANA", "KATAKANA"} else script


def batch(
    chosen: list[Item], words: Words, other: list[list[int]], chance: random.Random
) -> tuple[Rows, Rows, Tensor, Tensor, Tensor]:
    """Return queries, sentences, which goes with whose, and labels."""
    script = chance.choice(other) if chance.random() < 0.5 else None
    share = chance.choice([0.3, 0.6, 1.0])

    def exchanged(
        tokens: list[int], by: list[int] | None, share: float = share
    ) -> list[int]:
        if by is None:
            return tokens
        return [by[t] if chance.random() < share else t for t in tokens]

    numbers: dict[str, int] = {}
    queries, which, whose, labels = [], [], [], []
    for item in chosen:
        for sentence in item.sentences:
            numbers.setdefault(sentence, len(numbers))
        query = words.cut(item.query)
        if chance.random() < 0.35 and len(query) > 4:
            query = [t for t in query if chance.random() > 0.2] or query
        if script is None and chance.random() < 0.3:
            query = exchanged(query, chance.choice(other), 0.3)
        queries.append(exchanged(query, script))
    for i, item in enumerate(chosen):
        own = {numbers[s] for s in item.sentences}
        gold = {numbers[item.sentences[g]] for g in item.gold}
        rest = [n for n in range(len(numbers)) if n not in own]
        row = [*sorted(own), *chance.sample(rest, min(OTHERS, len(rest)))]
        which += [i] * len(row)
        whose += row
        labels += [float(n in gold) for n in row]
    texts = [exchanged(words.cut(s), script) for s in numbers]
    pairs = torch.tensor(which), torch.tensor(whose)
    return words.rows(queries), words.rows(texts), *pairs, torch.tensor(labels)


def example(n: int, t: int, u: int) -> dict[str, Tensor]:
    """Return the inputs of matching.onnx: random words, the first sentence padded."""
    found = {}
    for name, size in {"query": (1, t), "sentences": (n, u)}.items():
        mask = torch.ones(size)
        if name == "sentences":
            mask[0, u // 2 + 1 :] = 0
        vectors = functional.normalize(torch.randn(*size, WIDTH), dim=2)
        found[f"{name}_vectors"] = vectors * mask[..., None]
        found[f"{name}_rarity"] = 4 * torch.rand(size) * mask
        found[f"{name}_mask"] = mask
    return found


def main() -> None:
    """Train, print hit@1, write matching.onnx."""
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--data", type=Path, required=True)
    p.add_argument("--into", type=Path, required=True)
    p.add_argument("--steps", type=int, default=1_500)
    p.add_argument("--rate", type=float, default=3e-3)
    a = p.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(1)
    words = Words(a.into)
    squad, selqa = (
        items(a.data / f"{name}.jsonl") for name in ("squad_train_windows", "selqa")
    )
    squad, held = squad[:-400], squad[-400:]
    valid = items(a.data / "selqa_validation.jsonl")
    texts = {t for i in squad + selqa for t in [i.query, *i.sentences]}
    other = words.elsewhere(sorted({t for text in texts for t in words.cut(text)}))
    model = Matching()
    optimiser = torch.optim.AdamW(model.parameters(), a.rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / 50, max(0.02, 1 - step / a.steps))
    )
    chance = random.Random(1)
    for step in tqdm(range(1, a.steps + 1), mininterval=10):
        # Neighbouring items of SQuAD share sentences.
        starts = [chance.randrange(len(squad) - 6) for _ in range(2)]
        chosen = [item for at in starts for item in squad[at : at + 6]]
        chosen += chance.sample(selqa, 6)
        *inputs, labels = batch(chosen, words, other, chance)
        loss = ranking_loss(model(*inputs), inputs[2], labels)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        if step % 250 == 0 or step == a.steps:
            foreign = np.mean(
                [hits(model, partial(words.read, script=s), held[::8]) for s in other]
            )
            tqdm.write(
                f"step {step} hit@1 of some: selqa_validation "
                f"{hits(model, words.read, valid[::3]):.3f} squad "
                f"{hits(model, words.read, held[::2]):.3f} in other scripts {foreign:.3f}"
            )
            written(model, a.into / "matching.onnx", example)


if __name__ == "__main__":
    main()
