"""Originals in a Redis server, shared by many machines."""

from dataclasses import KW_ONLY, dataclass
from functools import cached_property
from typing import Any

from headroom.originals.limits import check_limits

__all__ = ["RedisStore"]


@dataclass(frozen=True)
class RedisStore:
    """Keeps originals in Redis or Valkey; needs `headroom-core[redis]` for an address.

    The size of all together is the server's `maxmemory`; set its policy to one that
    evicts, such as `volatile-lru`.

    Args:
        server: An address such as `redis://localhost:6379/0`, or a client of the
            `redis` package whose answers are bytes.
        max_age: Seconds after an original was last put until it is gone; None for no
            limit.
        prefix: How its keys begin.
        plain_text: Keep originals as they are, not sealed.

    Raises:
        ImportError: An address is given and `redis` is not installed.
        ValueError: For an age that is not above 0.
        TypeError: For a client that decodes answers, or is none.
    """

    server: Any
    _: KW_ONLY
    max_age: float | None = 7 * 24 * 3600.0
    prefix: str = "headroom:original:"
    plain_text: bool = False

    def __post_init__(self) -> None:
        check_limits(None, self.max_age)
        if isinstance(self.server, str):
            _client_class()
            return
        for verb in ("set", "get"):
            if not callable(getattr(self.server, verb, None)):
                raise TypeError(
                    f"server={self.server!r:.80}; pass an address such as "
                    "redis://localhost:6379/0, or a client of the redis package"
                )
        pool = getattr(self.server, "connection_pool", None)
        if getattr(pool, "connection_kwargs", {}).get("decode_responses"):
            raise TypeError(
                "This client decodes what it reads; pass one made without "
                "decode_responses=True"
            )

    @cached_property
    def _client(self) -> Any:
        if isinstance(self.server, str):
            return _client_class().from_url(self.server)
        return self.server

    def put(self, key: str, data: bytes) -> None:
        """Keep the data; it replaces what is there, and lives `max_age` again."""
        milliseconds = None if self.max_age is None else int(self.max_age * 1000)
        self._client.set(self.prefix + key, data, px=milliseconds)

    def get(self, key: str) -> bytes | None:
        """Return the data, None if it is not or no longer there."""
        data: bytes | None = self._client.get(self.prefix + key)
        return data

    def __getstate__(self) -> dict[str, Any]:
        """Return the settings; a connection stays behind."""
        return {k: v for k, v in self.__dict__.items() if k != "_client"}


def _client_class() -> Any:
    try:
        from redis import Redis
    except ImportError as error:
        raise ImportError(
            f"RedisStore needs the redis package ({error}). Run: "
            'pip install "headroom-core[redis]"'
        ) from error
    return Redis
