"""Let an adapter that is built in a clone ask for the core in the folder beside it.

A version is asked for instead where HEADROOM_CORE names one ("==0.1.0"): pip refuses
to install the core both editable and from that folder.
"""

import os
from pathlib import Path

from hatchling.metadata.plugin.interface import MetadataHookInterface


class CustomMetadataHook(MetadataHookInterface):
    """Write the dependencies: the core, then those of the hook's own table."""

    def update(self, metadata: dict[str, object]) -> None:
        """Set `dependencies`; hatchling calls this once for each build."""
        beside = Path(self.root).parent.joinpath("headroom-core").as_uri()
        core = os.environ.get("HEADROOM_CORE") or f" @ {beside}"
        needed = self.config["dependencies"]
        metadata["dependencies"] = [f"headroom-core[onnx]{core}", *needed]
