"""Chat messages of every vendor and library: one view of all, one module for each."""

from headroom.messages.reading import (
    listed,
    make_message,
    read_message,
    read_messages,
)
from headroom.messages.view import Call, Message, Result

__all__ = [
    "Call",
    "Message",
    "Result",
    "listed",
    "make_message",
    "read_message",
    "read_messages",
]
