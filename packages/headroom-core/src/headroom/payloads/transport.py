"""An httpx transport that wraps the requests passing through it."""

import json
import re
import sys
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from headroom.errors import InputError
from headroom.payloads.shapes import asks_for_an_answer, has_messages

if TYPE_CHECKING:
    from headroom.payloads.room import Headroom, Wrapped

__all__ = ["httpx_transport"]

# A body under such a header must arrive as it was packed, summed up or signed:
# content-encoding, content-digest, content-md5, x-amz-content-sha256, signature-input.
_BODY_HEADER = re.compile(r"^content-encoding$|digest$|md5$|sha\d+$|^signature")
# AWS, Azure and Oracle sign the body's hash into this, whether or not a header tells
# the hash. A bearer's token is no signature of the request.
_SIGNED = re.compile(r"(?!bearer\b).*\b(?:hmac|signature)\b", re.IGNORECASE)
_LENGTH_HEADERS = ("content-length", "transfer-encoding")
_FLAVOURS = ("httpx", "httpx2")
_FIRST_ERROR_STATUS = 400


def httpx_transport(room: "Headroom", transport: Any = None) -> Any:
    """Return a transport for httpx clients that wraps requests to models.

    Every POST with a JSON body to a chat completions, responses, messages or
    generateContent address is wrapped; all else passes as it is, and so does a body
    that was signed or packed. An answer of status 400 and above books no savings.

    Args:
        room: The Headroom to use.
        transport: The transport that sends, sync or async, of httpx or httpx2; None
            is `HTTPTransport()` for a Client and `AsyncHTTPTransport()` for an
            AsyncClient, of the client's own flavour. A client that is given a
            transport doesn't read proxies from the environment: set them on this one.

    Raises:
        ImportError: No transport is given, and neither flavour is installed.
        InputError: `transport` can send neither way.
    """
    if transport is None:
        flavours = [import_module(name) for name in _FLAVOURS if find_spec(name)]
        if not flavours:
            raise ImportError(
                "httpx_transport needs httpx or httpx2: pip install httpx"
            )
        return _made(flavours, room, None, None)
    is_sync = hasattr(transport, "handle_request")
    is_async = hasattr(transport, "handle_async_request")
    if isinstance(transport, type) or not (is_sync or is_async):
        raise InputError(
            f"transport={transport!r} is no httpx transport; pass for example "
            "httpx.HTTPTransport()"
        )
    flavours = [
        module
        for name in _FLAVOURS
        if (module := sys.modules.get(name))
        and isinstance(transport, module.BaseTransport | module.AsyncBaseTransport)
    ]
    return _made(
        flavours, room, transport if is_sync else None, transport if is_async else None
    )


def _made(flavours: list[Any], room: "Headroom", sync: Any, asynchronous: Any) -> Any:
    """Return a transport that is one in the eyes of these flavours of httpx."""
    bases = [
        base
        for flavour in flavours
        for base in (flavour.BaseTransport, flavour.AsyncBaseTransport)
    ]
    kind = type("HeadroomTransport", (_Transport, *bases), {})
    return kind(room, sync, asynchronous)


def _flavour_of(request: Any) -> Any:
    """Return the flavour of httpx that a request is of."""
    return sys.modules[type(request).__module__.partition(".")[0]]


class _Transport:
    """What `httpx_transport` returns, whatever the flavour."""

    def __init__(self, room: "Headroom", sync: Any, asynchronous: Any) -> None:
        self._room = room
        # Without either, the default ones are made when they are first needed.
        self._makes_defaults = sync is None and asynchronous is None
        self._sync = sync
        self._async = asynchronous

    def handle_request(self, request: Any) -> Any:
        """Send a request, wrapped if it asks a model."""
        if self._sync is None and self._makes_defaults:
            self._sync = _flavour_of(request).HTTPTransport()
        if self._sync is None:
            raise InputError("this transport is async; use it in an AsyncClient")
        if not _is_for_a_model(request):
            return self._sync.handle_request(request)
        wrapped = _wrapped(self._room, request.read())
        if wrapped is None:
            return self._sync.handle_request(request)
        slim = wrapped.__enter__()
        try:
            response = self._sync.handle_request(_with_body(request, wrapped, slim))
        except BaseException:
            wrapped.__exit__(*sys.exc_info())
            raise
        wrapped.leave(booking=response.status_code < _FIRST_ERROR_STATUS)
        return response

    async def handle_async_request(self, request: Any) -> Any:
        """Send a request, wrapped if it asks a model."""
        if self._async is None and self._makes_defaults:
            self._async = _flavour_of(request).AsyncHTTPTransport()
        if self._async is None:
            raise InputError("this transport is sync; use it in a Client")
        if not _is_for_a_model(request):
            return await self._async.handle_async_request(request)
        wrapped = _wrapped(self._room, await request.aread())
        if wrapped is None:
            return await self._async.handle_async_request(request)
        slim = await wrapped.__aenter__()
        try:
            response = await self._async.handle_async_request(
                _with_body(request, wrapped, slim)
            )
        except BaseException:
            await wrapped.__aexit__(*sys.exc_info())
            raise
        await wrapped.aleave(booking=response.status_code < _FIRST_ERROR_STATUS)
        return response

    def close(self) -> None:
        """Close the transport that sends."""
        if self._sync is not None:
            self._sync.close()

    async def aclose(self) -> None:
        """Close the transport that sends."""
        if self._async is not None:
            await self._async.aclose()


def _is_for_a_model(request: Any) -> bool:
    return (
        request.method == "POST"
        and asks_for_an_answer(request.url.path)
        and "json" in request.headers.get("content-type", "")
        and not any(map(_BODY_HEADER.search, request.headers))
        and not _SIGNED.match(request.headers.get("authorization", ""))
        and "X-Amz-Signature" not in str(request.url)
    )


def _wrapped(room: "Headroom", content: bytes) -> "Wrapped | None":
    """Return the wrap of a JSON body, None if it is none with messages."""
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return room.wrap(body) if has_messages(body) else None


def _with_body(request: Any, wrapped: "Wrapped", slim: Any) -> Any:
    """Return the request with the slim body; the same one if nothing changed."""
    if not wrapped.changed:
        return request
    headers = [
        (name, value)
        for name, value in request.headers.raw
        if name.decode("ascii").lower() not in _LENGTH_HEADERS
    ]
    try:
        content = _spelt(slim)
    except ValueError:
        # 1e999 reads as infinity, which JSON cannot say.
        return request
    return type(request)(
        request.method,
        request.url,
        headers=headers,
        content=content,
        extensions=request.extensions,
    )


def _spelt(body: Any) -> bytes:
    """Return a body as JSON in bytes; escaped only where UTF-8 cannot say it."""
    try:
        text = json.dumps(
            body, ensure_ascii=False, allow_nan=False, separators=(",", ":")
        )
        return text.encode()
    except UnicodeEncodeError:
        return json.dumps(body, allow_nan=False, separators=(",", ":")).encode()
