"""Write the JSON schema of a world file: ``python -m relaylab.app.world_file PATH``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from relaylab.app.world_file.grammar import world_schema


def schema_text() -> str:
    """Give the schema as the committed copy has it."""
    return json.dumps(world_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(schema_text(), encoding="utf-8", newline="\n")
