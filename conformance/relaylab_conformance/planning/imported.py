"""What import wrote into the comments of a world file: how a sender is known, what is a guess, what is assumed.

Law: a comment counts as long as its mark fits the value. Where a person wrote another value, that is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from relaylab.domain.address import Address
from relaylab_conformance.inventory.found import ASSUMED
from relaylab_conformance.inventory.policies import ALLOWS, SWITCH
from relaylab_conformance.inventory.world_text.blocks import Block, Statement, split
from relaylab_conformance.inventory.world_text.tables import said_by_import
from relaylab_conformance.inventory.world_text.values import is_outdated, without_mark

_UNKNOWN: Final = "unknown"
Policies = Mapping[tuple[str, str], "Assumption"]  # by the names of tenant and policy


@dataclass(frozen=True, slots=True)
class Assumption:
    """Something that import assumed of a tenant: the ``claim``, and ``because`` with what to ask."""

    claim: str
    because: str

    def __str__(self) -> str:
        """Write both."""
        return f"{self.claim}: {self.because}"


@dataclass(frozen=True, slots=True)
class Imported:
    """What the comments of a world file say.

    ``evidence`` is by sender; ``policies`` are those of which it is assumed that they allow passwords, ``switches`` say
    where it is assumed that SMTP AUTH is on; ``lists`` are those in whose members' place a mailbox stands in.
    """

    evidence: Mapping[str, tuple[str, ...]]
    policies: Policies
    switches: tuple[Assumption, ...]
    lists: frozenset[Address]


def imported(text: str) -> Imported:
    """Read the comments of a world file; of none they say nothing."""
    blocks = split(text.replace("\r\n", "\n")) if text else []
    evidence = _evidence(blocks)
    return Imported(evidence, _policies(blocks), tuple(_switches(blocks)), frozenset(_lists(blocks)))


def _evidence(blocks: Iterable[Block]) -> dict[str, tuple[str, ...]]:
    """Give what is said of how each sender sends today."""
    told: dict[str, tuple[str, ...]] = {}
    for block in blocks:
        name = block.value("name")
        if block.path != ("sender",) or not isinstance(name, str):
            continue
        stated, guessed = _still_said(block, "today"), _still_said(block, "profile")
        comments = [stated.comment] if stated and stated.comment else []
        comments += [one.text for one in block.statements if one.is_ours and "seen" in one.text]
        if guessed and guessed.comment.lstrip("# ").startswith(_UNKNOWN):
            comments.append(f"profile {guessed.value}, {guessed.comment.lstrip('# ')}")
        told[name] = tuple(map(without_mark, comments))
    return told


def _still_said(block: Block, key: str) -> Statement | None:
    """Give a line whose comment tells of its value; a person's comment does."""
    found = block.statement(key)
    return None if found is None or is_outdated(found.comment, found.value) else found


def _policies(blocks: Iterable[Block]) -> Policies:
    """Give the policies of which import assumed that they allow passwords."""
    told: dict[tuple[str, str], Assumption] = {}
    tenant = ""
    for block in blocks:
        if block.path == ("tenant",):
            tenant = str(block.value("name"))
        said = said_by_import(block, ALLOWS)
        if block.path == ("tenant", "authentication_policy") and said.startswith(ASSUMED):
            name = str(block.value("name"))
            claim = f'{ASSUMED}the policy "{name}" of {tenant} allows passwords'
            told[tenant.casefold(), name] = Assumption(claim, said.removeprefix(ASSUMED))
    return told


def _switches(blocks: Iterable[Block]) -> Iterable[Assumption]:
    """Give the tenants of which import assumed that SMTP AUTH is on."""
    tenant = ""
    for block in blocks:
        if block.path == ("tenant",):
            tenant = str(block.value("name"))
        said = said_by_import(block, SWITCH) if block.path == ("tenant", "transport_config") else ""
        if said.startswith(ASSUMED):
            yield Assumption(f"{ASSUMED}SMTP AUTH is on in {tenant}", said.removeprefix(ASSUMED))


def _lists(blocks: Iterable[Block]) -> Iterable[Address]:
    """Give the lists of which import did not know who is in them."""
    for block in blocks:
        if block.path == ("tenant", "distribution_group") and said_by_import(block, "members").startswith(_UNKNOWN):
            yield Address.parse(str(block.value("address")))
