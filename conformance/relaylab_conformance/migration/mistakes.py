"""The five mistakes that audits find: who makes them in this estate, what shows, why, and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from relaylab.domain.estate import Method
from relaylab.domain.source import Confidence, Source
from relaylab.domain.vouching import ONLY_YOURS
from relaylab.rules import milestones, sources
from relaylab_conformance.finding import Status
from relaylab_conformance.migration.dates import superseded
from relaylab_conformance.migration.judge import MAIL_CONTACT, MAIL_CONTACT_FIX, peer_of
from relaylab_conformance.migration.reach import outside_recipients
from relaylab_conformance.migration.spf import spf_failures, spf_senders
from relaylab_conformance.report.model import Mistake

if TYPE_CHECKING:
    from relaylab.domain.estate import Sender
    from relaylab.domain.world import World
    from relaylab.engine.rulebook import Rulebook

_HVE: Final = frozenset({Method.HVE_BASIC, Method.HVE_OAUTH})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """What is the same of a mistake in every estate."""

    number: int
    name: str
    symptom: str
    cause: str
    fix: str
    source: Source

    def found(self, seen: Iterator[tuple[str, str]]) -> Mistake:
        """Tell who makes it, and what was seen of each; nobody is a PASS."""
        pairs = tuple(seen)
        senders = tuple(dict.fromkeys(sender for sender, _ in pairs))
        return self._as(Status.FAIL if pairs else Status.PASS, senders, tuple(sentence for _, sentence in pairs))

    def not_looked_for(self, possible: tuple[str, ...], because: str) -> Mistake:
        """Tell who might make it, and why nobody has looked."""
        return self._as(Status.NOT_EXERCISED, possible, (because,))

    def _as(self, status: Status, senders: tuple[str, ...], seen: tuple[str, ...]) -> Mistake:
        return Mistake(
            number=self.number,
            name=self.name,
            status=status,
            senders=senders,
            seen=seen,
            symptom=self.symptom,
            cause=self.cause,
            fix=self.fix,
            source=self.source,
        )


_CONTACT: Final = _Kind(
    number=1,
    name="a mail contact taken for a relay",
    symptom="The sender has no server to send to, or keeps its old one; nothing arrives, and the contact looks right.",
    cause="A mail contact only receives: it is a name in the directory for an address outside, with no endpoint.",
    fix=MAIL_CONTACT_FIX,
    source=MAIL_CONTACT,
)
_SHARED_IP: Final = _Kind(
    number=2,
    name="one public IP on the connectors of several organisations",
    symptom="Relay works, until mail is one day attributed to the other organisation and refused or sent as theirs.",
    cause="A connector trusts an address. Who shares the address (a business park, a provider's NAT) shares the trust.",
    fix="Match by certificate (TlsSenderCertificateName in an accepted domain), or get an address of one's own.",
    source=sources.SHARED_ADDRESS,
)
_SPF: Final = _Kind(
    number=3,
    name="SPF wrong for a relaying site",
    symptom="spf=fail on arrival, and Junk for recipients inside; or spf=fail at the outside recipient.",
    cause="Two hops, two checks: Exchange Online looks for the site's address (ip4:), the outside recipient for "
    "Microsoft's (include:spf.protection.outlook.com). The usual advice blames the first for the second.",
    fix="One TXT record with both: v=spf1 ip4:THE.SITE'S.ADDRESS include:spf.protection.outlook.com ~all (the soft "
    f"fail is what Microsoft advises). {ONLY_YOURS}",
    source=Source("COR-03", "public transcripts of both hops, seen 2026-02-09", "2026-02-09", Confidence.OBSERVED),
)
_HVE_OUTSIDE: Final = _Kind(
    number=4,
    name="High Volume Email used for recipients outside",
    symptom="550 5.5.105 External sending is not supported for High Volume Email accounts.",
    cause="High Volume Email reaches the tenant's own recipients only, since June 2025.",
    fix="Send to the outside by SMTP AUTH with OAuth, by a connector, or by Azure Communication Services Email where "
    "the resource exists already.",
    source=Source("HVE-RCPT-01", "press accounts of the Exchange team's announcement", "2025-06", Confidence.SECONDARY),
)
_WRONG_DATE: Final = _Kind(
    number=5,
    name="a plan made for a date that does not hold",
    symptom="The date passes and nothing happens, so the danger is thought over; or the plan comes after the stop.",
    cause="The cutover was announced for September 2025, then for March to April 2026, and now for the end of December "
    "2026. Guides print all three; two popular ones print dates after it.",
    fix="Plan every sender that signs in with a password for a day before the cutover, with a buffer of 60 days.",
    source=sources.TIMELINE_2026,
)


def mistakes(
    world: World, rulebook: Rulebook, stops: Mapping[str, datetime | None], at: datetime
) -> tuple[Mistake, ...]:
    """Look for the mistakes in an estate; ``stops`` tells from when each sender's present method is refused.

    DNS is asked as it is ``at`` an instant.
    """
    found = (
        _CONTACT.found(_contacts(world)),
        *((_SHARED_IP.found(_shared_addresses(world)),) if _relays(world) else ()),
        *((_HVE_OUTSIDE.found(_outside_by_hve(world, rulebook, at)),) if _by_hve(world) else ()),
        *_spf(world, rulebook, at),
        _WRONG_DATE.found(_wrong_dates(world, rulebook, stops)),
    )
    return tuple(sorted(found, key=lambda mistake: mistake.number))


def _contacts(world: World) -> Iterator[tuple[str, str]]:
    for sender in world.senders:
        for role, method in (("way today", sender.today), ("plan", sender.target)):
            if method is Method.MAIL_CONTACT:
                yield sender.name, f"{sender.name}: its {role} is a mail contact, which carries nothing"


def _relays(world: World) -> tuple[Sender, ...]:
    return tuple(sender for sender in world.senders if Method.CONNECTOR_RELAY in (sender.today, sender.target))


def _shared_addresses(world: World) -> Iterator[tuple[str, str]]:
    """Look at the address of every sender that relays, whichever of its organisations it sends for."""
    for sender in _relays(world):
        ip = peer_of(world, sender).ip
        listed = [one for one in world.connectors_listing(ip) if one.connector.enabled and one.connector.is_on_premises]
        if len({one.tenant.id for one in listed}) > 1:
            whose = ", ".join(f"{one.connector.name!r} of tenant {one.tenant.name}" for one in listed)
            yield sender.name, f"{sender.name}: {ip} is on connector {whose}"


def _by_hve(world: World) -> tuple[Sender, ...]:
    return tuple(sender for sender in world.senders if _HVE & {sender.today, sender.target})


def _outside_by_hve(world: World, rulebook: Rulebook, at: datetime) -> Iterator[tuple[str, str]]:
    """Look for recipients outside, those behind groups and contacts too, once the service reaches nobody there."""
    if not rulebook.calendar.has_come(milestones.HVE_INTERNAL_ONLY.name, at):
        return
    for sender in _by_hve(world):
        for written, met in outside_recipients(world, sender):
            through = "" if written == met else f" behind {written}"
            yield sender.name, f"{sender.name}: {met}{through} is outside the tenant, where High Volume Email ends"


def _spf(world: World, rulebook: Rulebook, at: datetime) -> Iterator[Mistake]:
    """Look at both hops, each with the address that is seen there; nobody who sends to an MX is nobody to look at."""
    senders = spf_senders(world)
    looked_at = [sender for sender in senders if world.has_records_of(sender.from_address.domain)]
    if looked_at:
        found = _SPF.found(spf_failures(world, rulebook, at))
        nowhere = tuple(sender.name for sender in looked_at if sender.site is None)
        if nowhere and found.status is Status.PASS:
            why = "nobody says the address that it sends from; write its site into its [[sender]]"
            found = _SPF.not_looked_for(nowhere, why)
        yield found
    elif senders:
        why = "the world's [[dns]] says nothing of their domains; add the TXT record of each"
        yield _SPF.not_looked_for(tuple(sender.name for sender in senders), why)


def _wrong_dates(world: World, rulebook: Rulebook, stops: Mapping[str, datetime | None]) -> Iterator[tuple[str, str]]:
    old = tuple(superseded(rulebook))
    for sender in world.senders:
        if sender.planned_for is None or sender.today is not Method.SMTP_AUTH_BASIC:
            continue
        plan, stop = f"{sender.name}: planned for {sender.planned_for}", stops[sender.name]
        for timeline in old:
            if timeline.names(sender.planned_for):
                told = f"a date of the timeline announced in {timeline.announced} ({timeline.promised})"
                yield sender.name, f"{plan}, {told}, which no longer holds"
        days = stands_still(sender, stop)
        if stop and days:
            yield sender.name, f"{plan}, and refused from {stop.date()} on: it stands still for {days} days"


def stands_still(sender: Sender, stop: datetime | None) -> int | None:
    """Give the days between the stop of today's method and the day the plan names; None where there are none."""
    if sender.planned_for is None or stop is None or sender.today is sender.target:
        return None
    days = (sender.planned_for - stop.date()).days
    return days if days > 0 else None
