"""Who is in a list, where no export says it well enough: a list in a world is not empty, and is not to be lost.

Law: no name is invented. Where no export has the mailboxes, the members that a list names are taken for some; where a
list names none, a mailbox that is known stands in. Both are asked about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from relaylab.domain.address import Address
from relaylab.domain.powershell import argument
from relaylab_conformance.inventory.found import Entry, Findings, Note, NoteKind, Value
from relaylab_conformance.inventory.inventory import FoundSender
from relaylab_conformance.inventory.keys import DEFINED_BY
from relaylab_conformance.inventory.origin import NOWHERE

WHAT_IT_IS: Final = "Get-Recipient says whether it is one, or a group"
_STANDS_IN: Final = "; one mailbox stands in for them"
_LEFT_OUT: Final = "its members, of whom none is left"


def take_members_for_mailboxes(found: Findings) -> None:
    """Give the members of lists a mailbox each, where neither an export nor the world file has mailboxes."""
    is_listed = set(DEFINED_BY["mailbox"]) & set(found.shapes) or any(one.is_there for one in found.of("mailbox"))
    if is_listed:
        return
    known = set(found.addresses())
    for group in found.of("distribution_group"):
        members = group.values.get("members")
        for member in members.value if members else ():
            if member.casefold() not in known and found.is_inside(Address.parse(member).domain.name):
                entry = found.entry("mailbox", member, group.origin)
                asked = f"a member of {group.key}, and no export lists it, so a mailbox stands in: {WHAT_IT_IS}"
                entry.unknown.setdefault("kind", asked)


def stand_in_for_members(found: Findings) -> None:
    """Put somebody into lists whose members no export says."""
    anybody = next((entry.key for entry in found.of("mailbox")), None)
    for entry in found.of("distribution_group"):
        if "members" not in entry.values and anybody is not None:
            asked = entry.unknown.pop("members", _LEFT_OUT)
            entry.values["members"] = Value([anybody], NOWHERE, f"unknown: {asked}{_STANDS_IN}")


def lists_to_mend(entries: Iterable[Entry], senders: Iterable[FoundSender]) -> Iterator[tuple[Entry, Note]]:
    """Give the lists that senders write to and in whose members' place somebody stands in, with what to say of each."""
    writers: dict[str, list[str]] = {}
    for sender in senders:
        for address in sender.to:
            writers.setdefault(address.casefold(), []).append(str(sender.address))
    for entry in entries:
        members = entry.values.get("members")
        if members is not None and members.note.endswith(_STANDS_IN) and entry.key.casefold() in writers:
            first, *more = dict.fromkeys(writers[entry.key.casefold()])
            who = f"{first} and {len(more)} more write" if more else f"{first} writes"
            what = (
                f"the members of {entry.key} are in no export, and {who} to it: nobody can say whether that stays "
                "inside, or what it costs"
            )
            way_out = (
                f"Get-DistributionGroupMember -Identity {argument(entry.key)} says who they are, and relaylab import "
                "--script exports every list with its members"
            )
            yield entry, Note(NoteKind.UNKNOWN, str(entry.origin), what, way_out)
