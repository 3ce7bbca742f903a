"""Print how far `estimate_tokens` is from tiktoken, kind by kind of text.

    python benchmarks/token_estimate.py [FILE OR FOLDER...]

The texts are written for this script (token_estimate.json) or generated from a seed;
none of them was used to fit the estimate. Files that are named are measured as further kinds.
Needs tiktoken's two tables (TIKTOKEN_CACHE_DIR, or network once).
"""

import base64
import json
import random
import sys
import uuid
from pathlib import Path

import tiktoken

from headroom.tokens import estimate_tokens

ROOT = Path(__file__).resolve().parent.parent
WRITTEN = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))


def generated() -> dict[str, str]:
    """Return texts that have no author: identifiers, digits, spaces, emoji."""
    seeded = random.Random(20)
    number, smile = seeded.randint, "😀😂🔥🎉👍🚀🙏😭✨💯✅🤖📦🐛"
    url = "https://api.example.com/v1/projects/{}/builds/{}?page={}&sort=created_at"
    time = "2026-{:02}-{:02}T{:02}:{:02}:00Z"
    line = {
        "emoji": lambda: "done " + "".join(seeded.choices(smile, k=3)),
        "base64": lambda: base64.b64encode(seeded.randbytes(60)).decode(),
        "UUID": lambda: str(uuid.UUID(int=seeded.getrandbits(128))),
        "hex digests": lambda: seeded.randbytes(20).hex(),
        "URLs": lambda: url.format(number(1, 9999), number(1, 99), number(1, 9)),
        "digits": lambda: str(seeded.getrandbits(40)),
        "timestamps": lambda: time.format(
            number(1, 12), number(1, 28), number(0, 23), number(0, 59)
        ),
        "whitespace": lambda: " " * number(1, 60) + "x",
    }
    return {name: "\n".join(make() for _ in range(300)) for name, make in line.items()}


def kinds(arguments: list[str]) -> dict[str, list[str]]:
    """Return the texts of each kind."""
    payloads = [
        json.loads(path.read_text(encoding="utf-8"))
        for path in sorted((ROOT / "examples" / "payloads").glob("*.json"))
    ]
    found = {
        "JSON, compact": [
            json.dumps(value, ensure_ascii=False, separators=(",", ":"))
            for value in payloads
        ],
        "JSON, indent=2": [
            json.dumps(value, ensure_ascii=False, indent=2) for value in payloads
        ],
    } | {name: [text] for name, text in (WRITTEN | generated()).items()}
    for argument in arguments:
        root = Path(argument)
        files = sorted(root.rglob("*")) if root.is_dir() else [root]
        found[root.name] = [
            path.read_text(encoding="utf-8", errors="replace")[:65_536]
            for path in files
            if path.is_file()
        ]
    return found


def main() -> None:
    """Print the mean and the worst error in percent."""
    o200k = tiktoken.get_encoding("o200k_base")
    cl100k = tiktoken.get_encoding("cl100k_base")
    print(f"{'kind':16} {'texts':>5} {'o200k':>8} {'error':>7} {'worst':>7}   cl100k")
    for name, texts in kinds(sys.argv[1:]).items():
        texts = [text for text in texts if text]
        estimates = [estimate_tokens(text) for text in texts]
        counts = [
            [len(encoding.encode(text, disallowed_special=())) for text in texts]
            for encoding in (o200k, cl100k)
        ]
        errors = [
            [100 * (e / n - 1) for e, n in zip(estimates, count, strict=True)]
            for count in counts
        ]
        print(
            f"{name:16} {len(texts):5} {sum(counts[0]):8} "
            f"{sum(errors[0]) / len(texts):+6.1f}% {max(errors[0], key=abs):+6.1f}% "
            f"{sum(errors[1]) / len(texts):+7.1f}%"
        )


if __name__ == "__main__":
    main()
