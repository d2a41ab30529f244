"""The senders of an inventory, and the sites that they send from, brought into a world file.

Law: the work grows with the number of senders, not with its square: what a sender is looked up by is kept.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from ipaddress import ip_address
from typing import Final

from relaylab_conformance.inventory.found import Note, NoteKind
from relaylab_conformance.inventory.inventory import FoundSender, Inventory, sender_values
from relaylab_conformance.inventory.origin import Origin
from relaylab_conformance.inventory.senders import SEEN_IN
from relaylab_conformance.inventory.world_text.blocks import NOT_OURS, SEEN, Block
from relaylab_conformance.inventory.world_text.document import Document
from relaylab_conformance.inventory.world_text.tables import FROM, Change, ask, head, put, see, update

EVIDENCE: Final = "evidence: "
_DECIDE: Final = "unknown: nobody has decided yet, so it is as today: write what it shall become"
_PLACE: Final = re.compile(r" from ([0-9A-Fa-f.:]+)[, ]")  # in a sentence of what was seen


class SenderTables:
    """Brings sites and senders into a document; ``sites`` comes first, since a sender names its own."""

    def __init__(self, document: Document, inventory: Inventory, change: Change) -> None:
        self._document = document
        self._inventory = inventory
        self._change = change
        self._names: dict[str, str] = {}  # of sites, by their address
        self._filled: set[int] = set()  # senders that these exports show
        self._addresses = Counter(one.address for one in inventory.senders)
        self._used: set[str] = set()  # names of senders

    def sites(self) -> None:
        """Give every address that senders come from a site; one that has none gets a table."""
        for block in self._document.top("site"):
            self._names.setdefault(_ip_of(block), str(block.value("name")))
        for site in self._inventory.sites:
            if site.ip in self._names:
                continue
            name = f"site-{site.ip.replace('.', '-').replace(':', '-').strip('-')}"
            block = self._document.add_top("site")
            head(block, f"{FROM}{site.origin}")
            put(block, "name", name)
            put(block, "public_ip", site.ip)
            ask(block, {"outbound_port_25": f"whether {site.ip} is static, and port 25 open there: ask its provider"})
            self._names[site.ip] = name
            self._change.added.append(f"site {name}")

    def senders(self, own_domains: frozenset[str]) -> None:
        """Bring every sender up to date, and say which senders and sites of the tenant these exports do not show."""
        blocks = self._document.top("sender")
        own = [one for one in blocks if _domain_of(one) in own_domains]
        places = self._places_in_sight(own)
        self._bring(blocks)
        self._tell_silent(own)
        self._tell_left(places)

    def _bring(self, blocks: list[Block]) -> None:
        by_key = {key: block for block in blocks if (key := evidence_key(block))}
        by_address: dict[str, list[Block]] = defaultdict(list)
        for block in blocks:
            for address in dict.fromkeys(_addresses_of(block)):
                by_address[address].append(block)
        self._used = {str(one.value("name")).casefold() for one in blocks}
        taken = {id(by_key[sender.key]) for sender in self._inventory.senders if sender.key in by_key}
        ips = {name: ip for ip, name in self._names.items()}
        for sender in self._inventory.senders:
            if sender.key in by_key:
                self._fill(by_key[sender.key], sender)
                continue
            same = by_address.get(sender.address.key, ())
            free = [one for one in same if id(one) not in taken and _may_be_at(one, sender, ips)]
            several = sender.ip is None and len(free) > 1  # known by their places, of which these exports say nothing
            for block in free if several else free[:1] or [self._new(sender)]:
                taken.add(id(block))
                self._fill(block, sender, shared=several)

    def _new(self, sender: FoundSender) -> Block:
        several = self._addresses[sender.address] > 1
        stem = sender.address.local.strip('"') + (f"-{sender.ip}" if several and sender.ip else "")
        name, number = stem, 2
        while name.casefold() in self._used:
            name, number = f"{stem}-{number}", number + 1
        self._used.add(name.casefold())
        block = self._document.add_top("sender")
        put(block, "name", name)
        self._change.added.append(f"sender {name}")
        return block

    def _fill(self, block: Block, sender: FoundSender, *, shared: bool = False) -> None:
        """Bring a sender up to date; ``shared`` says that several of the file are this one, each at its place.

        What is only assumed never takes the place of what an earlier import read.
        """
        self._filled.add(id(block))
        name = f"sender {block.value('name')}"
        origin = sender.evidence[0].origin
        if sender.ip is not None or not evidence_key(block):
            head(block, f"{EVIDENCE}{sender.key}")
        see(block, [str(one) for one in sender.evidence], self._is_out_of_sight, _rank)
        notes = {"today": f"{sender.confidence}", "target": _DECIDE, "messages_per_day": sender.counted}
        site = self._names.get(sender.ip) if sender.ip is not None else None
        values = sender_values(sender, "", site)
        del values["name"]
        invented = {"profile", "target"} | set(sender.unknown)
        for key, value in values.items():
            is_assumed = key in sender.unknown or (key == "target" and "today" in sender.unknown)
            if block.statement(key) is not None and (is_assumed or (shared and key == "messages_per_day")):
                continue
            said = Origin("") if key in invented else origin
            note = f"unknown: {sender.unknown[key]}" if key in sender.unknown else notes.get(key, "")
            update(block, name, self._change, key=key, value=value, note=note, origin=said)
        ask(block, {key: said for key, said in sender.unknown.items() if key not in values})

    def _tell_silent(self, own: list[Block]) -> None:
        """Say which senders of the tenant these exports would show, and do not."""
        for block in own:
            seen = list(_seen(block))
            if id(block) in self._filled or not seen or any(map(self._is_out_of_sight, seen)):
                continue
            what = "came from an export once, and these do not show it: its lines, and the rows named there, are older"
            way_out = "delete its table if it sends no more"
            self._change.notes.append(Note(NoteKind.GONE, f"sender {block.value('name')}", what, way_out))

    def _places_in_sight(self, own: list[Block]) -> set[str]:
        """Give the addresses that the tenant's senders were seen at, if these exports would show every one of them."""
        hidden: set[str] = set()
        visible: set[str] = set()
        for block in own:
            for sentence in _seen(block):
                if place := _PLACE.search(sentence):
                    (hidden if self._is_out_of_sight(sentence) else visible).add(place[1])
        return visible - hidden

    def _tell_left(self, places: set[str]) -> None:
        """Say which sites came from exports, and are in none now."""
        left = places - {site.ip for site in self._inventory.sites}
        for block in self._document.top("site"):
            if _ip_of(block) in left and block.comment.startswith(FROM):
                what = "came from an export once, and is in none of these; it is kept"
                way_out = "delete its table, and the senders that name it, if nobody sends from there"
                self._change.notes.append(Note(NoteKind.GONE, f"site {block.value('name')}", what, way_out))

    def _is_out_of_sight(self, sentence: str) -> bool:
        """Tell whether what was seen once comes from a kind of export that this import does not have."""
        shapes = next((shapes for start, shapes in SEEN_IN.items() if sentence.startswith(start)), ())
        return not set(shapes) & set(self._inventory.shapes)


def ours(inventory: Inventory, document: Document, change: Change) -> Inventory:
    """Leave out senders of which the file says that they are not the tenant's, and the sites of nobody else."""
    lines = (one.text.strip() for block in document.blocks for one in block.statements if not one.key)
    others = {line.removeprefix(NOT_OURS).strip().casefold() for line in lines if line.startswith(NOT_OURS)}
    senders = tuple(one for one in inventory.senders if one.key.casefold() not in others)
    left = [one for one in inventory.senders if one.key.casefold() in others]
    for one in left:
        what = f'your file has "{NOT_OURS}{one.key}", so it is left out'
        change.notes.append(Note(NoteKind.YOURS, f"sender {one.address}", what, "delete that line to take it in again"))
    places = {one.ip for one in left} - {one.ip for one in senders}
    sites = tuple(one for one in inventory.sites if one.ip not in places)
    return replace(inventory, senders=senders, sites=sites)


def evidence_key(block: Block) -> str:
    """Give the key that import wrote behind a sender's header, "" where there is none."""
    return block.comment.removeprefix(EVIDENCE) if block.comment.startswith(EVIDENCE) else ""


def _rank(sentence: str) -> int:
    """Number the kinds of what is seen of a sender, as its evidence has them."""
    return next((rank for rank, start in enumerate(SEEN_IN) if sentence.startswith(start)), len(SEEN_IN))


def _seen(block: Block) -> Iterator[str]:
    """Give the sentences that import wrote of what was seen of a sender."""
    for one in block.statements:
        if one.text.lstrip().startswith(SEEN):
            yield one.text.strip().removeprefix(SEEN)


def _addresses_of(block: Block) -> tuple[str, str]:
    """Give the addresses by which a sender may be known: whom it signs in as, and whom it sends as."""
    sends_as = str(block.value("from")).casefold()
    return str(block.value("sign_in") or sends_as).casefold(), sends_as


def _domain_of(block: Block) -> str:
    return str(block.value("from")).rpartition("@")[2].casefold()


def _may_be_at(block: Block, sender: FoundSender, ips: Mapping[str, str]) -> bool:
    """Tell whether a sender of the file, of the same address, is not at another place than the one found."""
    ip = ips.get(str(block.value("site")))
    return ip is None or sender.ip is None or ip == sender.ip


def _ip_of(block: Block) -> str:
    """Give the address of a site as import writes one; what is no address, as it stands."""
    written = str(block.value("public_ip"))
    try:
        return str(ip_address(written))
    except ValueError:
        return written
