"""The world file of a plan: each ``target`` as recommended, and the steps as if they were carried out.

Law: all else stays as a person wrote it, octet for octet; what the plan writes has its mark, and a target that it
replaces stays in the comment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import tomli

from relaylab_conformance.inventory.origin import ExportError
from relaylab_conformance.inventory.world_text.document import Document
from relaylab_conformance.options import BadInputError
from relaylab_conformance.planning.carrying_out import CarryingOut, set_key

if TYPE_CHECKING:
    from relaylab_conformance.planning.model import Plan, SenderPlan
    from relaylab_conformance.planning.plan import Planned

_CRLF: Final = "\r\n"


def planned_world(text: str, name: str, planned: Planned) -> str:
    """Write targets and steps into a world file; raise BadInputError for one whose tables are inside a line."""
    try:
        lines = text.replace(_CRLF, "\n")
        document = Document(lines if lines.endswith("\n") else f"{lines}\n", name, tomli.loads(text))
    except ExportError as error:
        told = str(error).replace("so that import can add to them", "so that the plan can be filled in")
        raise BadInputError(told) from None
    CarryingOut(document, planned.before, planned.world).write()
    for block, one in zip(document.top("sender"), planned.plan.senders, strict=True):
        if one.recommended not in {None, one.written}:
            set_key(block, "target", str(one.recommended), _was(one))
    new = document.text()
    return new.replace("\n", _CRLF) if _CRLF in text else new


def _was(one: SenderPlan) -> str:
    return f"was {one.written}, {'as today' if one.written is one.today else 'which does not hold'}"


def note(plan: Plan) -> str:
    """Say how many targets differ from what the file had."""
    changed = sum(1 for one in plan.senders if one.recommended not in {None, one.written})
    left = sum(1 for one in plan.work if one.recommended is None)
    behind = f"; {left} left as they were, since nothing fits" if left else ""
    return f"{changed} of {len(plan.senders)} targets filled in{behind}, and the steps as if they were carried out"
