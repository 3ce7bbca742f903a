"""Copies of OpenAI and Anthropic clients whose requests are wrapped."""

import copy
import inspect
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from headroom.errors import InputError
from headroom.fields import field_of
from headroom.payloads.shapes import asks_for_an_answer, has_messages

if TYPE_CHECKING:
    from headroom.payloads.room import Headroom, Wrapped

__all__ = ["attach"]

_INSTEAD = (
    "Use `with room.wrap(payload) as slim:` around each call, or give its HTTP client "
    "`transport=headroom.httpx_transport(room)`."
)


def attach(room: "Headroom", client: Any) -> Any:
    """Return a copy of the client whose requests go through `room.wrap`.

    All that these SDKs send passes the client's method `request`, once for each call,
    around its retries: so each call is one wrap, and every attempt sends the same
    bytes. The copy has that method, and the two that make further copies, replaced
    on the instance. A subclass would not do: Anthropic's client looks for credentials
    only if its class is its own.

    Raises:
        InputError: It is no such client, or its calls don't pass `request`.
    """
    kind = type(client)
    for name in ("copy", "with_options", "request", "post"):
        if isinstance(client, type) or not callable(getattr(kind, name, None)):
            raise InputError(
                "attach takes an OpenAI or Anthropic client, sync or async, got "
                f"{client!r:.100}, which has no {name}(). {_INSTEAD}"
            )
    code = getattr(kind.post, "__code__", None)
    if code is None or "request" not in code.co_names:
        raise InputError(
            f"{kind.__module__}.{kind.__name__} of this version doesn't send through "
            f"its request(), so its calls cannot be wrapped. {_INSTEAD}"
        )
    return _attached(room, kind.copy(client))


def _attached(room: "Headroom", client: Any) -> Any:
    """Make a fresh copy of a client send wrapped requests; return it."""
    kind, send = type(client), client.request

    def request(cast_to: Any, options: Any, *args: Any, **named: Any) -> Any:
        wrapped = _wrapped(room, options)
        if wrapped is None:
            return send(cast_to, options, *args, **named)
        with wrapped as slim:
            result = send(cast_to, _with_body(options, slim), *args, **named)
            _observe(slim, result)
        return result

    async def arequest(cast_to: Any, options: Any, *args: Any, **named: Any) -> Any:
        wrapped = _wrapped(room, options)
        if wrapped is None:
            return await send(cast_to, options, *args, **named)
        async with wrapped as slim:
            result = await send(cast_to, _with_body(options, slim), *args, **named)
            _observe(slim, result)
        return result

    def copied(*args: Any, **named: Any) -> Any:
        return _attached(room, kind.copy(client, *args, **named))

    client.request = arequest if inspect.iscoroutinefunction(send) else request
    client.copy = client.with_options = copied
    return client


def _wrapped(room: "Headroom", options: Any) -> "Wrapped | None":
    """Return the wrap for a call's body; None if the call asks no model."""
    body = options.json_data
    if options.method.lower() != "post" or not asks_for_an_answer(str(options.url)):
        return None
    return room.wrap(body) if has_messages(body) else None


def _with_body(options: Any, slim: Any) -> Any:
    """Return a call's options with another body."""
    options = copy.copy(options)
    options.json_data = dict(slim)
    return options


def _observe(slim: Any, result: Any) -> None:
    """Pass on the usage in a parsed response; streams and raw ones have none yet."""
    # A gateway's usage of another form is no reason to fail its call.
    with suppress(InputError):
        slim.observe(field_of(result, "usage"))
