"""Models that answer questions, through endpoints that speak as OpenAI's."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from headroom.cli.files import WrittenFile
from headroom.cli.options import with_options
from headroom.cli.screen import progress
from headroom.errors import InputError
from headroom.tokens import default_counter
from headroom.verification import Reply, StopAsking

__all__ = ["MODEL_OPTIONS", "Budget", "address", "asked", "model_options"]

Ask = Callable[[str], Reply]

_OPENAI_KEY = "OPENAI_API_KEY"
# Where the models of a vendor are asked, by how their names start, and whose key is
# sent. Anthropic and Google answer OpenAI's chat completions, too.
_VENDORS = {
    "claude": ("https://api.anthropic.com/v1", "ANTHROPIC_API_KEY"),
    "gemini": (
        "https://generativelanguage.googleapis.com/v1beta/openai",
        "GEMINI_API_KEY",
    ),
    "": ("https://api.openai.com/v1", _OPENAI_KEY),
}
_TRIES = 6
# Too many requests, and what a service says when it is busy or restarts.
_PASSING = [408, 409, 425, 429, 500, 502, 503, 504, 529]
_SECONDS = (10, 600)  # to connect, and to answer
# What an answer is thought to cost before it is there.
_USUAL_ANSWER_TOKENS = 100


_LOG = "headroom-verify.jsonl"
_OPTIONS = (
    click.option(
        "--model",
        metavar="NAME",
        help="The model to ask, at --base-url. Without it, claude-… is asked at "
        "Anthropic, gemini-… at Google, others at OpenAI.",
    ),
    click.option("--base-url", metavar="URL", help="An OpenAI-compatible endpoint."),
    click.option(
        "--concurrency",
        type=click.IntRange(min=1),
        default=8,
        show_default=True,
        help="Questions asked at a time.",
    ),
    click.option(
        "--price",
        type=click.FloatRange(min=0),
        help="Money per million input tokens.",
    ),
    click.option(
        "--price-out",
        type=click.FloatRange(min=0),
        help="Money per million output tokens.  [four times --price]",
    ),
    click.option(
        "--max-cost",
        type=click.FloatRange(min=0),
        help="Stop before more money is spent; needs --price.",
    ),
    click.option(
        "--log",
        type=WrittenFile(),
        help="Keeps each answer as it comes; a later run goes on from there.  "
        f"[{_LOG}]",
    ),
)


# The names of these options' values.
MODEL_OPTIONS = (
    "model",
    "base_url",
    "concurrency",
    "price",
    "price_out",
    "max_cost",
    "log",
)


# The options that say which model is asked, and what it may cost.
model_options = with_options(*_OPTIONS)


@contextmanager
def asked(options: dict[str, Any], prompts: int) -> Iterator[dict[str, Any]]:
    """Show a bar of progress; gives what `headroom.verify` takes to ask the model.

    Args:
        options: The values of MODEL_OPTIONS.
        prompts: How many prompts there will be.

    Raises:
        click.UsageError: If --max-cost comes without a price.
        InputError: As `address`.
    """
    price, out = options["price"], options["price_out"]
    if options["max_cost"] is not None and price is None:
        raise click.UsageError("--max-cost needs --price.")
    prices = price or 0.0, 4 * (price or 0.0) if out is None else out
    model, base_url = options["model"], options["base_url"]
    reader = model_reader(model, base_url, options["concurrency"])
    ask = Budget(reader, prices, options["max_cost"])
    log = options["log"] or Path(_LOG)
    click.echo(f"Answers are kept in {log}.", err=True)
    with progress("asking", prompts) as step:
        yield {
            "ask": ask,
            "concurrency": options["concurrency"],
            "log": log,
            "reader": f"{base_url or ''} {model}".strip(),
            "on_answer": lambda _: step(
                f"asking, {ask.spent:.3f} spent" if price else None
            ),
        }


def address(model: str, base_url: str | None) -> tuple[str, str | None]:
    """Return where a model is asked, and the key for it, None if there is none.

    Args:
        model: Without a base URL its name tells the vendor: "claude…" Anthropic,
            "gemini…" Google, all others OpenAI.
        base_url: An OpenAI-compatible endpoint, such as http://localhost:11434/v1.

    Raises:
        InputError: If a vendor's key is not in the environment.
    """
    url, name = next(
        place for start, place in _VENDORS.items() if model.startswith(start)
    )
    if name == _OPENAI_KEY:
        base_url = base_url or os.environ.get("OPENAI_BASE_URL")
    if base_url:
        return base_url, os.environ.get(_OPENAI_KEY)
    if not os.environ.get(name):
        raise InputError(f"{model} is asked at {url}: set {name}, or pass --base-url")
    return url, os.environ[name]


class Budget:
    """An `ask` that stops before it costs more than it may.

    Args:
        ask: The function that costs.
        prices: Money per million input tokens and per million output tokens.
        most: The most to spend, None for no limit.
    """

    def __init__(self, ask: Ask, prices: tuple[float, float], most: float | None):
        self._ask, self._prices, self._most = ask, prices, most
        self._lock = threading.Lock()
        self._count = default_counter()
        self._reserved = 0.0
        self.spent = 0.0

    def __call__(self, prompt: str) -> Reply:
        """Return the answer to a prompt.

        Raises:
            StopAsking: If it could cost more than is left.
        """
        expected = self.cost(Reply("", self._count(prompt), _USUAL_ANSWER_TOKENS))
        with self._lock:
            if self._most is not None and (
                self.spent + self._reserved + expected > self._most
            ):
                raise StopAsking(
                    f"the next answer could cost more than --max-cost {self._most:g}; "
                    f"{self.spent:.4f} is spent"
                )
            self._reserved += expected
        try:
            reply = self._ask(prompt)
        finally:
            with self._lock:
                self._reserved -= expected
        with self._lock:
            self.spent += self.cost(reply)
        return reply

    def cost(self, reply: Reply) -> float:
        """Return the money that a reply costs."""
        tokens = reply.input_tokens, reply.output_tokens
        return (
            sum(n * price for n, price in zip(tokens, self._prices, strict=True)) / 1e6
        )


def model_reader(model: str, base_url: str | None, concurrency: int) -> Ask:
    """Return the function that asks a model through OpenAI's chat completions.

    Args:
        model: A name that the endpoint knows.
        base_url: As in `address`.
        concurrency: How many connections to keep.

    Raises:
        InputError: As `address`.
    """
    import requests
    from requests.adapters import HTTPAdapter
    from urllib3.util import Retry

    url, key = address(model, base_url)
    retries = Retry(
        total=_TRIES,
        connect=2,
        backoff_factor=1,
        status_forcelist=_PASSING,
        allowed_methods=None,
        raise_on_status=False,
    )
    session = requests.Session()
    for scheme in ("http://", "https://"):
        adapter = HTTPAdapter(max_retries=retries, pool_maxsize=concurrency)
        session.mount(scheme, adapter)
    if key:
        session.headers["Authorization"] = f"Bearer {key}"

    def ask(prompt: str) -> Reply:
        body: dict[str, Any] = {
            "model": model,
            "messages": [{"role": "user", "content": prompt}],
        }
        response = session.post(
            url.rstrip("/") + "/chat/completions", json=body, timeout=_SECONDS
        )
        if not response.ok:
            raise RuntimeError(f"HTTP {response.status_code}: {response.text[:300]}")
        said: dict[str, Any] = response.json()
        usage = said.get("usage") or {}
        return Reply(
            said["choices"][0]["message"].get("content") or "",
            usage.get("prompt_tokens") or 0,
            usage.get("completion_tokens") or 0,
        )

    return ask
