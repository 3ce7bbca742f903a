"""The table format: a JSON document in few tokens, and back (docs/table-format.md)."""

from headroom.tool_outputs.table.decoding import decode_table
from headroom.tool_outputs.table.encoding import encode_table
from headroom.tool_outputs.table.notation import MAGIC

__all__ = ["MAGIC", "decode_table", "encode_table"]
