"""What hatchling puts into the wheel beside the clone's files: version, and records in short."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BesideTheFiles(BuildHookInterface[Any]):
    """Writes both into a folder of its own, so that the clone stays as it is."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name what is to be included, and where; an editable install reads the clone."""
        if version == "editable":
            return
        root = Path(self.root)
        sys.path.insert(0, str(root))
        from lossspec.records.shared_lines import share

        self._folder = tempfile.TemporaryDirectory(prefix="lossspec-")
        made = Path(self._folder.name)
        (made / "_version.txt").write_text(f"{self.metadata.version}\n", encoding="utf-8")
        share(sorted((root / "reports" / "records").glob("*.json")), made / "_records")
        for name in ("_version.txt", "_records"):
            build_data["force_include"][str(made / name)] = f"lossspec/{name}"

    def finalize(self, version: str, *_: object) -> None:
        """Remove the folder."""
        if version != "editable":
            self._folder.cleanup()
