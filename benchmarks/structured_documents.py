"""Measure what SemanticCompressor keeps *with its context*, on documents made here.

    python benchmarks/structured_documents.py [--documents 40] [--scorer bm25]

Documents in ten languages with headings, tables, lists, questions and limits. Each part
knows which lines another line needs: a row its header rows and section row, an item its
introduction and parent, an answer its question, a rule its limit. Printed is the share
of kept lines that have all they need, beside a baseline: the same lines, best first by
BM25, each for itself, under the same ceiling.
"""

import argparse
import random
from collections.abc import Iterator
from typing import NamedTuple

from headroom.compressors import SemanticCompressor
from headroom.scorers import BM25Scorer
from headroom.tokens import default_counter
from headroom.types import RAGContext


class Need(NamedTuple):
    """A line that is not to be kept without others; each line is in one place only."""

    kind: str
    line: str
    needs: tuple[str, ...]


class Made(NamedTuple):
    """A document, a question about it, and what its lines need."""

    language: str
    query: str
    text: str
    needs: tuple[Need, ...]


# Subject, places, "costs", "allowed", "not allowed", "however", "question", list, year
WORDS = {
    "en": ("fee", "Fees by place", "The fee for {} is {} euros.", "You may not bring",
           "However, in {} it is lower.", "Is there a fee for {}?", "Yes, {} euros."),
    "de": ("Gebühr", "Gebühren nach Ort", "Die Gebühr für {} beträgt {} Euro.",
           "Nicht erlaubt sind:", "Jedoch ist sie in {} niedriger.",
           "Gibt es eine Gebühr für {}?", "Ja, {} Euro."),
    "fr": ("tarif", "Tarifs par ville", "Le tarif pour {} est de {} euros.",
           "Sont interdits :", "Cependant, à {} il est réduit.",
           "Y a-t-il un tarif pour {} ?", "Oui, {} euros."),
    "es": ("tarifa", "Tarifas por ciudad", "La tarifa para {} es de {} euros.",
           "No se permite:", "Sin embargo, en {} es menor.",
           "¿Hay una tarifa para {}?", "Sí, {} euros."),
    "it": ("tariffa", "Tariffe per luogo", "La tariffa per {} è di {} euro.",
           "Non sono ammessi:", "Tuttavia, a {} è ridotta.",
           "C'è una tariffa per {}?", "Sì, {} euro."),
    "pt": ("tarifa", "Tarifas por cidade", "A tarifa para {} é de {} euros.",
           "Não são permitidos:", "Porém, em {} é menor.",
           "Há uma tarifa para {}?", "Sim, {} euros."),
    "nl": ("tarief", "Tarieven per plaats", "Het tarief voor {} is {} euro.",
           "Niet toegestaan zijn:", "Echter, in {} is het lager.",
           "Is er een tarief voor {}?", "Ja, {} euro."),
    "ru": ("тариф", "Тарифы по местам", "Тариф для {} составляет {} евро.",
           "Не разрешается:", "Однако в {} он ниже.",
           "Есть ли тариф для {}?", "Да, {} евро."),
    "zh": ("费用", "各地费用", "{}的费用是{}欧元。", "不允许携带：",
           "但是，{}的较低。", "{}有费用吗？", "有，{}欧元。"),
    "ja": ("料金", "場所別の料金", "{}の料金は{}ユーロです。", "持ち込み禁止：",
           "しかし、{}ではもっと安いです。", "{}に料金はありますか？", "はい、{}ユーロです。"),
}  # fmt: skip
PLACES = [
    "Alda", "Brun", "Corva", "Dalen", "Estro", "Fjell", "Gorna", "Hald", "Irsk", "Jorva",
    "Kelm", "Lunda", "Morvan", "Nessa", "Orla", "Prenn", "Quist", "Rovan", "Selm", "Tarn",
]  # fmt: skip
ITEMS = ["Helm 31", "Kiste 47", "Lampe 58", "Seil 62", "Anker 73", "Boje 86"]


def made(language: str, chance: random.Random) -> Made:
    """Return a document of some parts in any order, and what its lines need."""
    subject, title, rule, forbidden, however, question, answer = WORDS[language]
    places = chance.sample(PLACES, 14)
    parts: list[tuple[str, list[Need]]] = []
    number = iter(chance.sample(range(100, 999), 40))

    top = f"# {title} {chance.randint(1, 99)}"
    parts.append(_table(subject, places[:4], number))
    items = chance.sample(ITEMS, 4)
    bullet = chance.choice(["-", "*", "●", "▪", "➢", "1)"])
    rows = [f"{bullet.replace('1', str(i + 1))} {item}" for i, item in enumerate(items)]
    listed = [Need("item", row, (forbidden,)) for row in rows]
    parts.append((f"{forbidden}\n" + "\n".join(rows), listed))
    first, second = rule.format(places[4], next(number)), however.format(places[5])
    join = "" if language in {"zh", "ja"} else " "
    parts.append((f"{first}{join}{second}", [Need("limit", first, (second,)),
                                             Need("limit", second, (first,))]))  # fmt: skip
    faq, asked = [], []
    for place in places[6:9]:
        q, a = question.format(place), answer.format(next(number))
        faq.append(f"{q}\n{a}")
        asked.append(Need("answer", a, (q,)))
    parts.append(("\n\n".join(faq), asked))
    chance.shuffle(parts)
    texts, needs = [top], []
    for place, (text, found) in enumerate(parts):
        heading = f"## {place + 1}. {subject} {places[9 + place]}"
        texts += [heading, text]
        needs += [need._replace(needs=(*need.needs, heading, top)) for need in found]
    query = chance.choice(
        [
            question.format(chance.choice(places[4:9])),
            f"{subject} 2024 {places[0]} Y",
            f"{subject} 2023 {places[2]} X",
            f"{items[1]}?",
        ]
    )
    return Made(language, query, "\n\n".join(texts), tuple(needs))


def _table(
    subject: str, places: list[str], number: Iterator[int]
) -> tuple[str, list[Need]]:
    """Return a table of two header rows and two sections, and what its rows need."""
    headers = (f"| {subject} | 2023 | | 2024 | |", "| | A | B | A | B |")
    lines, needs = [*headers, "|---|---|---|---|---|"], []
    for at in range(0, 4, 2):
        section = f"| **{places[at]}** | | | | |"
        lines.append(section)
        for row in ("X", "Y"):
            values = " | ".join(str(next(number)) for _ in range(4))
            line = f"| {row} | {values} |"
            lines.append(line)
            needs.append(Need("row", line, (*headers, section)))
    return "\n".join(lines), needs


def baseline(query: str, text: str, ceiling: int) -> str:
    """Return the lines of `text` that BM25 likes best, each for itself."""
    count = default_counter()
    lines = [line for line in text.split("\n") if line.strip()]
    scores = BM25Scorer().score(query, lines)
    kept: list[int] = []
    for i in sorted(range(len(lines)), key=lambda i: -scores[i]):
        if scores[i] > 0 and count("\n".join(lines[j] for j in [*kept, i])) <= ceiling:
            kept.append(i)
    return "\n".join(lines[i] for i in sorted(kept))


def main() -> None:
    """Print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=40, help="per language")
    parser.add_argument("--scorer", default="bm25")
    options = parser.parse_args()
    count = default_counter()
    print("| lines | ratio | kept | with all they need | baseline |")
    print("|---|---|---|---|---|")
    names = {
        "row": "table rows: header rows, section row, headings",
        "item": "list items: introduction, headings",
        "answer": "answers: question, headings",
        "limit": "rules and their limits: each other, headings",
    }
    for ratio in (0.2, 0.4, 0.6):
        compressor = SemanticCompressor(ratio, scorer=options.scorer)
        found = {kind: [0, 0, 0, 0] for kind in names}
        for language in WORDS:
            chance = random.Random(f"{language} 7")
            for _ in range(options.documents):
                each = made(language, chance)
                ours = "\n".join(
                    compressor.compress(RAGContext(each.query, [each.text]))
                )
                ceiling = int(ratio * count(each.text))
                theirs = baseline(each.query, each.text, ceiling)
                for need in each.needs:
                    for at, kept in ((0, ours), (2, theirs)):
                        if need.line in kept:
                            found[need.kind][at] += 1
                            found[need.kind][at + 1] += all(
                                line in kept for line in need.needs
                            )
        for kind, (kept, whole, other, other_whole) in found.items():
            ours_share = f"{whole / kept:.1%}" if kept else "–"
            other_share = f"{other_whole / other:.1%}" if other else "–"
            print(
                f"| {names[kind]} | {ratio} | {kept} | {ours_share} | {other_share} |"
            )


if __name__ == "__main__":
    main()
