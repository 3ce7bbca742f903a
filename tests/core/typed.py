"""What users write has types, and wrong ones are errors: mypy reads this file.

Strict mypy also refuses an ignored error that is none.
"""

import headroom
from headroom import Compressor, JSONMinifier

minifier: Compressor[object, str] = JSONMinifier(drop_nulls=False)
text: str = minifier.compress({}) + minifier.explain([]).content
JSONMinifier(drop_nulls="yes")  # type: ignore[arg-type]
JSONMinifier().compress({}) + 1  # type: ignore[operator]
headroom.JSONMaxifier()  # type: ignore[attr-defined]
