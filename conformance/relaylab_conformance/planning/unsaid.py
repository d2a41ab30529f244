"""What a world file leaves open: the questions that import wrote as ``# unknown`` and that nobody has answered.

Law: a value that stands in for an answer is no answer. A question goes with its comment, or when its key gets another
value; that no ``target`` is decided is no question here, since a plan is what decides it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from relaylab_conformance.inventory.world_text.blocks import FORGED, UNKNOWN, numbered, split
from relaylab_conformance.inventory.world_text.values import is_outdated, without_mark
from relaylab_conformance.planning.model import OpenQuestion

if TYPE_CHECKING:
    from relaylab.domain.address import Address
    from relaylab.domain.estate import Sender, Site
    from relaylab.domain.world import World
    from relaylab_conformance.inventory.world_text.blocks import Block, Statement

_UNKNOWN: Final = UNKNOWN.strip("# ")
_DECIDED_HERE: Final = "target"


@dataclass(frozen=True, slots=True)
class Unsaid:
    """The open questions of a world file in its order, and ``about`` which table and name each is.

    ``lists`` are those of which nobody knows who is in them, ``doubtful`` the senders that share an address with one
    that may be a forger, each with the question whose it is.
    """

    questions: tuple[OpenQuestion, ...] = ()
    about: Mapping[tuple[str, str], tuple[OpenQuestion, ...]] = field(default_factory=dict)
    lists: frozenset[Address] = frozenset()
    doubtful: Mapping[str, str] = field(default_factory=dict)

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


def unsaid(text: str, world: World | None = None) -> Unsaid:
    """Find what a world file leaves open; ``world``, which it describes, tells who else an answer is about."""
    questions = tuple(_questions(text.replace("\r\n", "\n"))) if text else ()
    doubtful: dict[str, str] = {}
    if world is not None:
        questions = _with_neighbours(questions, world)
        senders = {one.name: one for one in world.senders}
        for asked in questions:
            if asked.comes_first and asked.name in senders:
                doubtful |= {one.name: asked.ask for one in _behind(world, senders[asked.name])}
    about: dict[tuple[str, str], list[OpenQuestion]] = {}
    for one in questions:
        about.setdefault((one.table, one.name), []).append(one)
    return Unsaid(questions, {key: tuple(asked) for key, asked in about.items()}, doubtful=doubtful)


def _questions(text: str) -> Iterator[OpenQuestion]:
    blocks = split(text)
    tables = _tables(blocks)
    for line, block, one in numbered(blocks):
        key, ask = _asked(block, one)
        if key and key != _DECIDED_HERE and key not in tables[id(block)]:
            yield OpenQuestion(
                line=line + one.further_lines,
                table=block.path[-1] if block.path else "",
                name=block.called,
                key=key,
                ask=without_mark(ask),
                comes_first=ask.startswith(FORGED),
            )


def _with_neighbours(questions: tuple[OpenQuestion, ...], world: World) -> tuple[OpenQuestion, ...]:
    """Name, where somebody may be a forger, who else sends from there: the answer decides for them too."""
    doubtful = {one.name for one in questions if one.comes_first}
    senders = {one.name: one for one in world.senders}

    def told(one: OpenQuestion) -> OpenQuestion:
        if not one.comes_first or one.name not in senders:
            return one
        there = [each.name for each in _behind(world, senders[one.name]) if each.name not in doubtful]
        return replace(one, ask=f"{one.ask}; {' and '.join(there)} sends from there too") if there else one

    return tuple(map(told, questions))


def _behind(world: World, sender: Sender) -> Iterator[Sender]:
    """Give all who send from an address of a sender's site, that one too."""
    site = world.site(sender.site) if sender.site else None
    if site is not None:
        sites = {one.name for one in world.sites if set(one.addresses) & set(site.addresses)}
        yield from (one for one in world.senders if one.site in sites)


def _tables(blocks: Sequence[Block]) -> Mapping[int, set[str]]:
    """Give the tables below each block: what one tenant has answers nothing for the next."""
    below: dict[int, set[str]] = {}
    owners: dict[tuple[str, ...], Block] = {}
    for block in blocks:
        for depth, table in enumerate(block.path):
            if owner := owners.get(block.path[:depth]):
                below[id(owner)].add(table)
        owners[block.path] = block
        below[id(block)] = set()
    return below


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
