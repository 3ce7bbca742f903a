"""The context manager around a request, and what carries it to clients."""

from headroom.payloads.room import Headroom, Wrapped
from headroom.payloads.savings import Saved, Savings
from headroom.payloads.transport import httpx_transport

__all__ = ["Headroom", "Saved", "Savings", "Wrapped", "httpx_transport"]
