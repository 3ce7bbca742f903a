"""Errors of the library, in the words of the command."""

import re

__all__ = ["in_options"]

_MODEL = re.compile(r"scorer=(Embedding|CrossEncoder)Scorer\([^()]*\)")
_NAMES = {"Embedding": "embedding", "CrossEncoder": "cross-encoder"}
# What a person at a terminal can do, for what a program can.
_WORDS = (
    (re.compile(r"\b(scorer|device)=([\"'])([\w-]+)\2"), r"--\1 \3"),
    (re.compile(r"\bmodel=(?=[\"'])"), "the model "),
    (re.compile(r"\bmin_score="), "--min-score "),
    (re.compile(r"\bmax_tokens="), "--max-tokens "),
    (
        re.compile(r"(?s)\w+Scorer\.score\(\) raised (\w+)\((.*)\); mend the scorer"),
        r"the scorer failed: \1: \2",
    ),
    (re.compile(r"\bmarkup=([\"'])text\1"), "--markdown"),
    (re.compile(r"decode them first and pass the str"), "save the text as UTF-8"),
    (re.compile(r"pass the object, or json\.dumps it"), "write it by json.dumps"),
)


def in_options(message: str, model: str = "--scorer {} --model MODEL") -> str:
    """Return an error's text with options in the place of Python's arguments.

    Args:
        message: What a HeadroomError or ImportError says.
        model: How this command is told a scorer and its model.

    >>> in_options('Run: pip install "headroom-core[onnx]", or use scorer="bm25"')
    'Run: pip install "headroom-core[onnx]", or use --scorer bm25'
    """
    message = _MODEL.sub(lambda found: model.format(_NAMES[found[1]]), message)
    for pattern, words in _WORDS:
        message = pattern.sub(words, message)
    return message
