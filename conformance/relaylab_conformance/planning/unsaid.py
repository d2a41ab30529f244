"""What a world file leaves open: the questions that import wrote as ``# unknown`` and that nobody has answered.

Law: a value that stands in for an answer is no answer. A question goes with its comment, or when its key gets another
value; that no ``target`` is decided is no question here, since a plan is what decides it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from relaylab_conformance.inventory.world_text.blocks import FORGED, UNKNOWN, split
from relaylab_conformance.inventory.world_text.values import is_outdated
from relaylab_conformance.planning.model import OpenQuestion

if TYPE_CHECKING:
    from relaylab.domain.address import Address
    from relaylab.domain.estate import Sender, Site
    from relaylab_conformance.inventory.world_text.blocks import Block, Statement

MARK: Final = re.compile(r"\s*\[[0-9a-f]{4}\]$")  # of an imported line
_UNKNOWN: Final = UNKNOWN.strip("# ")
_DECIDED_HERE: Final = "target"


@dataclass(frozen=True, slots=True)
class Unsaid:
    """The open questions of a world file in its order, and ``about`` which table and name each is.

    ``lists`` are those of which nobody knows who is in them.
    """

    questions: tuple[OpenQuestion, ...] = ()
    about: Mapping[tuple[str, str], tuple[OpenQuestion, ...]] = field(default_factory=dict)
    lists: frozenset[Address] = frozenset()

    def of(self, sender: Sender) -> tuple[OpenQuestion, ...]:
        """Give the questions about a sender and about its site, the first to be asked first."""
        site = self.about.get(("site", sender.site), ()) if sender.site else ()
        return tuple(sorted((*self._of(sender), *site), key=lambda one: not one.comes_first))

    def has_guessed_profile(self, sender: Sender) -> bool:
        """Tell whether nobody knows what machine or program a sender is."""
        return any(one.key == "profile" for one in self._of(sender))

    def has_guessed_line(self, site: Site) -> bool:
        """Tell whether nobody knows what the access provider of a site gives."""
        return any(one.key == "outbound_port_25" for one in self.about.get(("site", site.name), ()))

    def owner(self, sender: Sender) -> str:
        """Ask whose address a sender comes from that may be a forger; empty where it is known."""
        return next((one.ask for one in self._of(sender) if one.comes_first), "")

    def _of(self, sender: Sender) -> tuple[OpenQuestion, ...]:
        return self.about.get(("sender", sender.name), ())


NOTHING: Final = Unsaid()


def unsaid(text: str) -> Unsaid:
    """Find what a world file leaves open."""
    questions = tuple(_questions(text.replace("\r\n", "\n"))) if text else ()
    about: dict[tuple[str, str], list[OpenQuestion]] = {}
    for one in questions:
        about.setdefault((one.table, one.name), []).append(one)
    return Unsaid(questions, {key: tuple(asked) for key, asked in about.items()})


def _questions(text: str) -> Iterator[OpenQuestion]:
    blocks, number = split(text), 1
    tables = {block.path for block in blocks}
    for block in blocks:
        number += block.header.count("\n")
        for one in block.statements:
            key, ask = _asked(block, one)
            if key and key != _DECIDED_HERE and (*block.path, key) not in tables:
                yield OpenQuestion(
                    line=number + one.text.rstrip("\n").count("\n"),
                    table=block.path[-1] if block.path else "",
                    name=block.called,
                    key=key,
                    ask=MARK.sub("", ask),
                    comes_first=ask.startswith(FORGED),
                )
            number += one.text.count("\n")


def _asked(block: Block, one: Statement) -> tuple[str, str]:
    """Give key and question of a line; neither where it asks nothing, or has its answer."""
    if not one.key:
        if not one.text.lstrip().startswith(UNKNOWN):
            return "", ""
        key, _, ask = one.text.strip().removeprefix(UNKNOWN).partition(": ")
        return ("", "") if block.statement(key) else (key, ask)
    told = one.comment.lstrip("# ")
    if not told.startswith(_UNKNOWN) or is_outdated(told, one.value):
        return "", ""
    return one.key, told.removeprefix(_UNKNOWN).lstrip(": ")
