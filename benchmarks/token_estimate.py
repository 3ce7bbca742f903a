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
    smile = "😀😂🔥🎉👍🚀🙏😭✨💯✅🤖📦🐛"

    def lines(make: object, count: int = 300) -> str:
        return "\n".join(make() for _ in range(count))  # type: ignore[operator]

    return {
        "emoji": lines(lambda: "done " + "".join(seeded.choices(smile, k=3))),
        "base64": lines(lambda: base64.b64encode(seeded.randbytes(60)).decode()),
        "UUID": lines(lambda: str(uuid.UUID(int=seeded.getrandbits(128)))),
        "hex digests": lines(lambda: seeded.randbytes(20).hex()),
        "URLs": lines(
            lambda: (
                "https://api.example.com/v1/projects/"
                f"{seeded.randint(1, 9999)}/builds/{seeded.randint(1, 99)}"
                f"?page={seeded.randint(1, 9)}&sort=created_at"
            )
        ),
        "digits": lines(lambda: str(seeded.getrandbits(40))),
        "timestamps": lines(
            lambda: (
                f"2026-{seeded.randint(1, 12):02}-{seeded.randint(1, 28):02}"
                f"T{seeded.randint(0, 23):02}:{seeded.randint(0, 59):02}:00Z"
            )
        ),
        "whitespace": lines(lambda: " " * seeded.randint(1, 60) + "x"),
    }


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
