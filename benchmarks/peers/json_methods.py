"""Ways to write a tool output: text in, text out."""

import json
from collections.abc import Callable
from typing import Any

from methods import Pair

from headroom.verification.cases import parsed as read


def _format(
    write: Callable[[Any], str], back: Callable[[str], Any]
) -> Callable[[], Pair]:
    """Return the method of a format that knows nothing but values."""

    def work(task: dict[str, Any]) -> str:
        try:
            value = read(task["text"])
        except ValueError:
            return str(task["text"])
        return write(value)

    def finish(task: dict[str, Any], text: str) -> dict[str, Any]:
        return read_back(task, text, back)

    return lambda: (work, finish)


def read_back(
    task: dict[str, Any], text: str, back: Callable[[str], Any]
) -> dict[str, Any]:
    """Return a text with the values that its own reader finds in it, if it does."""
    out = {"text": text, "decoded": None, "unreadable": False}
    if text != task["text"]:
        try:
            out["decoded"] = back(text)
        except Exception:  # noqa: BLE001 - that it cannot be read is the result
            out["unreadable"] = True
    return out


def columnar(value: Any) -> Any:
    """Return a value whose lists of objects are one object of columns and rows."""
    if isinstance(value, dict):
        return {key: columnar(one) for key, one in value.items()}
    if not isinstance(value, list):
        return value
    if len(value) < 2 or not all(isinstance(one, dict) for one in value):
        return [columnar(one) for one in value]
    names = list(dict.fromkeys(name for one in value for name in one))
    rows = [[columnar(one.get(name)) for name in names] for one in value]
    return {"columns": names, "rows": rows}


def uncolumnar(value: Any) -> Any:
    """Return the value of `columnar`; a missing member comes back as null."""
    if isinstance(value, list):
        return [uncolumnar(one) for one in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"columns", "rows"}:
        return [
            dict(zip(value["columns"], map(uncolumnar, row), strict=True))
            for row in value["rows"]
        ]
    return {key: uncolumnar(one) for key, one in value.items()}


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _yaml() -> Pair:
    import yaml

    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    options = {"Dumper": dumper, "allow_unicode": True, "sort_keys": False}

    def write(value: Any) -> str:
        return str(yaml.dump(value, width=10**9, **options))

    return _format(write, lambda text: yaml.load(text, Loader=loader))()


def _toon() -> Pair:
    import toons

    return _format(toons.dumps, toons.loads)()


def _gcf() -> Pair:
    import gcf

    return _format(gcf.encode_generic, gcf.decode_generic)()


def _headroom(**options: Any) -> Callable[[], Pair]:
    """Return the method of a JSONMinifier; `lossless` is not an option of its own."""

    def make() -> Pair:
        from headroom import JSONMinifier
        from headroom.tokens import default_counter

        # Its table is loaded once per process, whatever the method does.
        default_counter()("a")
        chosen = dict(options)
        lossless = chosen.pop("lossless", False)
        made = JSONMinifier.lossless if lossless else JSONMinifier
        minifier = made(**chosen)

        def finish(task: dict[str, Any], text: str) -> dict[str, Any]:
            return read_back(task, text, JSONMinifier.decode)

        return lambda task: minifier.compress(task["text"]), finish

    return make


METHODS: dict[str, Callable[[], Pair]] = {
    "JSON, indent=2": _format(
        lambda value: json.dumps(value, ensure_ascii=False, indent=2), json.loads
    ),
    "json.dumps": _format(json.dumps, json.loads),
    "compact JSON": _format(_compact, json.loads),
    "YAML": _yaml,
    "TOON": _toon,
    "GCF": _gcf,
    "columnar JSON": _format(
        lambda value: _compact(columnar(value)),
        lambda text: uncolumnar(json.loads(text)),
    ),
    "Headroom, lossless": _headroom(lossless=True),
    "Headroom, valid JSON": _headroom(format="json"),
    "Headroom": _headroom(),
}
