"""From counts to senders: who sends, from where, by which method, and which sentence of which export says so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network, ip_address, ip_network
from math import ceil
from typing import Final

from relaylab.domain.address import Address
from relaylab.domain.estate import Method
from relaylab.domain.source import Confidence
from relaylab_conformance.inventory.found import Client, Entry, Findings, NoteKind, SignIn, Traffic
from relaylab_conformance.inventory.inventory import Evidence, FoundSender
from relaylab_conformance.inventory.origin import Origin
from relaylab_conformance.inventory.shapes import BY_NAME, TRACES
from relaylab_conformance.inventory.shapes.message_trace import NOWHERE
from relaylab_conformance.inventory.shapes.smtp_auth_clients import UNSAID
from relaylab_conformance.inventory.world_text.blocks import FORGED

MOST_SITES: Final = 5  # of one address; the others are named
_MOST_RECIPIENTS: Final = 3  # of each kind, as an example in ``to``
_REPORT: Final = "the report SMTP AUTH clients counts"
_SIGNED_IN: Final = "signed in"
_CAME_IN: Final = "came in from"
SEEN_IN: Final = {  # how a sentence about a sender begins, by the exports that it comes from
    _REPORT: ("smtp_auth_clients",),
    _SIGNED_IN: ("sign_ins",),
    _CAME_IN: TRACES,
}
_ASSUMED: Final = "no export says whether it signs in by password or by token: a password is assumed, which stops"
_HOW: Final = {Method.SMTP_AUTH_BASIC: "by password", Method.SMTP_AUTH_OAUTH: "by token (OAuth)"}
_ON_PREMISES: Final = "OnPremises"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an address signs in from, and its share of what the address sends."""

    ip: str | None
    share: float
    seen: SignIn | None


class SenderFinder:
    """Finds the senders among the findings; ``report_days`` is the span of the report SMTP AUTH clients."""

    def __init__(self, found: Findings, report_days: int) -> None:
        self._found = found
        self._report_days = report_days
        first, last = found.days or (None, None)
        self._trace_days = (last - first).days + 1 if first and last else 1
        self._hve = {entry.key.casefold() for entry in found.of("hve_account")}
        self._connectors = [_Listed.of(entry) for entry in found.of("inbound_connector")]
        self._sign_ins: dict[str, list[tuple[str, SignIn]]] = {}
        for (user, ip), seen in found.sign_ins.items():
            self._sign_ins.setdefault(user, []).append((ip, seen))
        self._traffic: dict[str, Traffic] = {}
        for (sender, _), traffic in found.traffic.items():
            _add_up(self._traffic.setdefault(sender, Traffic(origin=traffic.origin)), traffic)

    def senders(self) -> Iterator[FoundSender]:
        """Give every sender, those that sign in first."""
        signing = {**{key: one.address for key, one in self._found.clients.items()}, **self._only_signed_in()}
        for key, address in signing.items():
            if key in self._hve:
                continue
            if not self._found.is_inside(address.domain.name):
                origin = next(iter(self._origins(key)))
                what = f"{address} signs in, and its domain is none of the tenant's"
                self._found.note(NoteKind.LEFT_OUT, origin, "", what, "import the exports of each tenant by themselves")
                continue
            yield from self._signing_in(key, address)
        came_in: dict[str, list[tuple[str, Traffic]]] = {}
        for (key, ip), traffic in self._found.traffic.items():
            if key in self._hve:
                yield self._by_hve(key, ip, traffic)
            elif ip != NOWHERE:
                came_in.setdefault(key, []).append((ip, traffic))
        for key, places in came_in.items():
            if key in signing:
                yield from self._also_coming_in(key, places)
                continue
            for ip, traffic in self._busiest(key, places):
                yield from self._coming_in(key, ip, traffic)

    def _also_coming_in(self, key: str, places: list[tuple[str, Traffic]]) -> Iterator[FoundSender]:
        """Say how one that signs in sends besides: from a connector's address, or from where nobody saw it sign in."""
        own = {ip for ip, _ in self._sign_ins.get(key, ())}
        rest = []
        for ip, traffic in places:
            if ip in own:
                continue
            if any(one.lists(ip) for one in self._connectors):
                yield from self._coming_in(key, ip, traffic)
            else:
                rest.append((ip, traffic))
        if rest:
            ips = ", ".join(ip for ip, _ in rest[:MOST_SITES]) + (", ..." if len(rest) > MOST_SITES else "")
            what = f"{key} signs in, and mail of it also came in from {ips}, which no connector and no sign-in shows"
            way_out = (
                "its own sign-ins, Direct Send or somebody who forges it: ask, and write a [[sender]] if it is yours"
            )
            self._found.note(NoteKind.INFERRED, rest[0][1].origin, "FromIP", what, way_out)

    def _busiest(self, key: str, places: list[tuple[str, Traffic]]) -> list[tuple[str, Traffic]]:
        """Keep the connectors' addresses and the busiest others: a forger comes from everywhere."""
        listed = [one for one in places if any(each.lists(one[0]) for each in self._connectors)]
        others = [one for one in places if one not in listed] if listed else places
        others = sorted(others, key=lambda one: (-one[1].messages, one[0]))
        if len(others) > MOST_SITES:
            rest = ", ".join(ip for ip, _ in others[MOST_SITES : 2 * MOST_SITES])
            what = f"{key} came in from {len(others)} addresses; the {MOST_SITES} busiest are taken, not {rest}"
            way_out = "so many are rather a forger's: ask whose they are, and give each of yours a [[sender]]"
            self._found.note(NoteKind.LEFT_OUT, others[MOST_SITES][1].origin, "FromIP", what, way_out)
        return [*listed, *others[:MOST_SITES]]

    def _only_signed_in(self) -> dict[str, Address]:
        """Give users of the sign-in log that the report does not have; one who only failed sends nothing."""
        users: dict[str, Address] = {}
        for user, places in self._sign_ins.items():
            if user in self._found.clients:
                continue
            if any(seen.good for _, seen in places):
                users[user] = Address.parse(user)
            else:
                ip, seen = places[0]
                what = f"{user} only fails to sign in from {ip} ({seen.error}): it sends nothing today"
                self._found.note(NoteKind.INFERRED, seen.origin, "", what, "ask whose device this is")
        return users

    def _origins(self, key: str) -> list[Origin]:
        client = self._found.clients.get(key)
        return [
            *(client.origins.values() if client else ()),
            *(seen.origin for _, seen in self._sign_ins.get(key, ())),
        ]

    def _signing_in(self, key: str, address: Address) -> Iterator[FoundSender]:
        client = self._found.clients.get(key) or Client(address)
        said = [method for method in client.messages if method != UNSAID]
        methods = sorted(map(Method, said)) or [Method.SMTP_AUTH_BASIC]
        signed_in_by = Method.SMTP_AUTH_BASIC if Method.SMTP_AUTH_BASIC in methods else methods[0]
        used: set[str] = set()
        for method in methods:
            places = self._places(key) if method is signed_in_by else [_Place(None, 1.0, None)]
            total = client.messages.get(method.value, client.messages.get(UNSAID, 0))
            for place in places:
                own_key = f"{address.key} | {place.ip or '-'}"
                own_key = f"{own_key} | {method}" if own_key in used else own_key
                used.add(own_key)
                yield self._sender(own_key, client, place, method, total)

    def _places(self, key: str) -> list[_Place]:
        seen = [(ip, one) for ip, one in self._sign_ins.get(key, ()) if one.good]
        seen.sort(key=lambda pair: (-pair[1].good, pair[0]))
        if not seen:
            return [_Place(None, 1.0, None)]
        if len(seen) > MOST_SITES:
            rest = ", ".join(ip for ip, _ in seen[MOST_SITES : 2 * MOST_SITES])
            what = f"{key} signs in from {len(seen)} addresses; the {MOST_SITES} busiest are taken, not {rest}"
            way_out = "ask whose devices share this mailbox, and give each a [[sender]]"
            self._found.note(NoteKind.LEFT_OUT, seen[0][1].origin, "", what, way_out)
        kept = seen[:MOST_SITES]
        total = sum(one.good for _, one in kept)
        return [_Place(ip, one.good / total, one) for ip, one in kept]

    def _sender(self, key: str, client: Client, place: _Place, method: Method, total: int) -> FoundSender:
        evidence = list(_evidence_of(client, method))
        unknown = {"profile": "no export says what machine or program it is"}
        if place.seen is not None:
            sentence = f"{_SIGNED_IN} {_times(place.seen.good)} from {place.ip} as Authenticated SMTP"
            evidence.append(Evidence(sentence, place.seen.origin, Confidence.INFERRED))
        else:
            unknown["site"] = f"no export says where it stands: {BY_NAME['sign_ins'].ask}"
        if method.value not in client.messages:
            unknown["today"] = _ASSUMED
        traffic = self._traffic.get(client.address.key)
        per_day, counted = total / self._report_days, _mean(total, self._report_days, "of the report")
        if not total and traffic is not None:
            per_day = traffic.messages / self._trace_days
            counted = _mean(traffic.messages, self._trace_days, "of the trace")
        elif not total:
            counted = ""
            unknown["messages_per_day"] = "no export counts its messages"
        if method is Method.SMTP_AUTH_OAUTH:
            unknown["app_id"] = "no export says which application it is: ask its developer, or Entra's sign-in log"
        return FoundSender(
            key=key,
            address=client.address,
            ip=place.ip,
            method=method,
            evidence=tuple(evidence),
            to=_examples(traffic, client.address, unknown),
            messages_per_day=max(1, ceil(round(per_day * place.share, 6))),
            counted=counted,
            recipients_inside=traffic.inside.total() if traffic else 0,
            recipients_outside=traffic.outside.total() if traffic else 0,
            tls=dict(client.tls),
            user_agents=tuple(place.seen.user_agents) if place.seen else (),
            unknown=unknown,
        )

    def _by_hve(self, key: str, ip: str, traffic: Traffic) -> FoundSender:
        entry = next(one for one in self._found.of("hve_account") if one.key.casefold() == key)
        sentence = f"{entry.key} is a High Volume Email account, and sent {traffic.messages} messages"
        unknown = {
            "profile": "no export says what machine or program it is",
            "today": "no export says whether it signs in by password or by token: a password is assumed",
        }
        evidence = (Evidence(sentence, traffic.origin, Confidence.INFERRED),)
        return self._from_trace(Address.parse(entry.key), ip or None, Method.HVE_BASIC, traffic, evidence, unknown)

    def _coming_in(self, key: str, ip: str, traffic: Traffic) -> Iterator[FoundSender]:
        """Say by what a message came in that nobody signed in for: a connector, or Direct Send."""
        address = Address.parse(key)
        unknown = {"profile": "no export says what machine or program it is"}
        listed = next((one for one in self._connectors if one.lists(ip)), None)
        if listed is not None:
            sentence = f'{_CAME_IN} {ip}, which the connector "{listed.entry.key}" lists'
            evidence = (Evidence(sentence, traffic.origin, Confidence.INFERRED),)
            yield self._from_trace(address, ip, Method.CONNECTOR_RELAY, traffic, evidence, unknown)
        elif traffic.outside:
            way_out = "a connector by certificate, a partner's server or a forger: ask who owns that address"
            what = f"{key} wrote to outside from {ip}, signed in nowhere and stands on no connector by address"
            self._found.note(NoteKind.LEFT_OUT, traffic.origin, "FromIP", what, way_out)
        else:
            sentence = f"{_CAME_IN} {ip}, for recipients inside, and no connector lists that address"
            evidence = (Evidence(sentence, traffic.origin, Confidence.INFERRED),)
            unknown["today"] = f"{FORGED} {address}: ask who owns {ip}"
            yield self._from_trace(address, ip, Method.DIRECT_SEND, traffic, evidence, unknown)

    def _from_trace(  # noqa: PLR0913, PLR0917 - what a sender of the trace is made of
        self,
        address: Address,
        ip: str | None,
        method: Method,
        traffic: Traffic,
        evidence: tuple[Evidence, ...],
        unknown: dict[str, str],
    ) -> FoundSender:
        return FoundSender(
            key=f"{address.key} | {ip or '-'}",
            address=address,
            ip=ip,
            method=method,
            evidence=evidence,
            to=_examples(traffic, address, unknown),
            messages_per_day=max(1, ceil(traffic.messages / self._trace_days)),
            counted=_mean(traffic.messages, self._trace_days, "of the trace"),
            recipients_inside=traffic.inside.total(),
            recipients_outside=traffic.outside.total(),
            unknown=unknown,
        )


@dataclass(frozen=True, slots=True)
class _Listed:
    """A connector that grants relay, with the blocks that it lists."""

    entry: Entry
    networks: tuple[IPv4Network, ...]

    @classmethod
    def of(cls, entry: Entry) -> _Listed:
        """Read the addresses of a connector; one that is off or of another type lists nothing."""
        values = entry.values
        is_on = "enabled" not in values or values["enabled"].value is True
        grants = "connector_type" in values and values["connector_type"].value == _ON_PREMISES
        written = values["sender_ip_addresses"].value if "sender_ip_addresses" in values else ()
        networks = [ip_network(one, strict=False) for one in written] if is_on and grants else []
        return cls(entry, tuple(one for one in networks if isinstance(one, IPv4Network)))

    def lists(self, ip: str) -> bool:
        """Tell whether an address is in one of the blocks."""
        return any(ip_address(ip) in network for network in self.networks)


def _add_up(whole: Traffic, part: Traffic) -> None:
    whole.messages += part.messages
    whole.inside.update(part.inside)
    whole.outside.update(part.outside)


def _mean(messages: int, days: int, of_what: str) -> str:
    return f"{messages} in {days} {'day' if days == 1 else 'days'} {of_what}"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _evidence_of(client: Client, method: Method) -> Iterator[Evidence]:
    if method.value in client.messages:
        sentence = f"{_REPORT} {client.messages[method.value]} messages {_HOW[method]}"
        yield Evidence(sentence, client.origins[method.value], Confidence.DOCUMENTED)
    elif UNSAID in client.messages:
        sentence = (
            f"{_REPORT} {client.messages[UNSAID]} messages, and not how it signs in: taken for a password, which stops"
        )
        yield Evidence(sentence, client.origins[UNSAID], Confidence.INFERRED)


def _examples(traffic: Traffic | None, address: Address, unknown: dict[str, str]) -> tuple[str, ...]:
    """Give the most frequent recipients, those inside first; the sender itself where none is known."""
    if traffic is None or not (traffic.inside or traffic.outside):
        unknown["to"] = f"no trace says whom it writes to: {BY_NAME['message_trace'].ask}"
        return (str(address),)
    chosen = [*traffic.inside.most_common(_MOST_RECIPIENTS), *traffic.outside.most_common(_MOST_RECIPIENTS)]
    return tuple(recipient for recipient, _ in chosen)
