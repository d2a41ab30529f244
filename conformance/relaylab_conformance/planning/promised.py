"""What a plan before this one wrote into the world file as if it were carried out: promised, and not known to be done.

Law: a line counts as long as its mark says so. Who has done the step takes the comment away.
"""

from __future__ import annotations

from collections.abc import Iterator

from relaylab_conformance.inventory.world_text.blocks import numbered, split
from relaylab_conformance.planning.carrying_out import PROMISED
from relaylab_conformance.planning.model import Promise


def promised(text: str) -> tuple[Promise, ...]:
    """Find what a world file promises."""
    return tuple(_promises(text.replace("\r\n", "\n"))) if PROMISED in text else ()


def _promises(text: str) -> Iterator[Promise]:
    for line, block, one in numbered(split(text)):
        if one.key and one.comment.startswith(PROMISED):
            table = block.path[-1] if block.path else ""
            yield Promise(line=line + one.further_lines, table=table, name=block.called, key=one.key)
