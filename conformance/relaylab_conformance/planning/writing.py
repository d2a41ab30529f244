"""The world file with each ``target`` as recommended; all else stays as a person wrote it, octet for octet."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Final

import tomli

from relaylab_conformance.inventory.world_text.blocks import Statement, split
from relaylab_conformance.inventory.world_text.values import on_one_line, written
from relaylab_conformance.options import BadInputError
from relaylab_conformance.planning import words

if TYPE_CHECKING:
    from relaylab_conformance.planning.model import Plan, SenderPlan

_CRLF: Final = "\r\n"
_MARK: Final = "relaylab plan:"


def with_targets(text: str, name: str, plan: Plan) -> str:
    """Write the recommended targets into a world file; one that is replaced stays in a comment beside its line.

    Raise BadInputError for a file whose senders are written inside a line.
    """
    blocks = split(text.replace(_CRLF, "\n"))
    plans = {one.name: one for one in plan.senders}
    expected = deepcopy(tomli.loads(text))
    for sender in expected["sender"]:
        sender["target"] = str(plans[sender["name"]].recommended or sender["target"])
    for block in blocks:
        statement = block.statement("target") if block.path == ("sender",) else None
        if statement is not None:
            _aim(statement, plans[str(block.value("name"))])
    new = "".join(block.text() for block in blocks)
    if tomli.loads(new) != expected:
        raise BadInputError(
            f"{name}: its senders are written inside a line, or by dotted keys, where no target can be filled in; write "
            "each under a line [[sender]]"
        )
    return new.replace("\n", _CRLF) if _CRLF in text else new


def _aim(statement: Statement, plan: SenderPlan) -> None:
    wanted = plan.recommended
    if wanted is None or statement.value == str(wanted):
        return
    indent = statement.text[: len(statement.text) - len(statement.text.lstrip())]
    old = statement.comment.lstrip("#").strip()
    told = f"{_MARK} was {statement.value}, {'as today' if plan.written is plan.today else 'which does not hold'}"
    kept = "" if not old or old.startswith(_MARK) else f"; {on_one_line(old)}"
    end = "\n" if statement.text.endswith("\n") else ""
    statement.text = f"{indent}target = {written(str(wanted))}  # {told}{kept}{end}"


def note(plan: Plan) -> str:
    """Say how many targets differ from what the file had."""
    changed = sum(1 for one in plan.senders if one.recommended not in {None, one.written})
    left = sum(1 for one in plan.work if one.recommended is None)
    behind = f"; {left} left as they were, since nothing fits" if left else ""
    return (
        f"{changed} of {len(plan.senders)} targets filled in{behind}"
        if words.has_problems(plan)
        else "no target changed"
    )
