"""Errors of the library, in the words of the command."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import click

from headroom.errors import HeadroomError

__all__ = ["in_options", "worded_errors"]

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


# How a scorer and its model are told, in most commands.
_SCORER = "--scorer {} --model MODEL"


def in_options(message: str, model: str = _SCORER) -> str:
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


@contextmanager
def worded_errors(model: str = _SCORER) -> Iterator[None]:
    """Turn errors of the library and of files into those of the command, status 1.

    Args:
        model: As for `in_options`.
    """
    try:
        yield
    except UnicodeDecodeError as error:
        raise click.ClickException(f"The input is not UTF-8: {error}") from error
    except (HeadroomError, ImportError) as error:
        raise click.ClickException(in_options(str(error), model)) from error
    except OSError as error:
        if error.filename is None:
            raise  # no file; click handles a closed pipe
        raise click.ClickException(f"{error.filename}: {error.strerror}") from error
