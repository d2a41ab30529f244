"""A sender's method through time: the same session in memory at every date window, and where its answer changes.

No socket and no dialect: what the service answers, not what the sender makes of it. A whole estate takes a second.
"""

from __future__ import annotations

import base64
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Final, assert_never

from relaylab.domain.clock import ManualClock
from relaylab.domain.decision import Decision, EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.domain.randomness import Randomness, stream_of
from relaylab.rules import limits, sources
from relaylab.rules.dns.catalogue import zones_of
from relaylab.rules.milestones import EARLIEST_SUPPORTED, IPV6_FOR_ACCEPTED_DOMAINS
from relaylab.servers.entra import EntraService, SigningKeys
from relaylab.session.moment import NO_TOKENS, Moment
from relaylab.session.names import session_id, session_names
from relaylab.session.party import Party
from relaylab.session.smtp import SmtpSession
from relaylab.session.turn import Then, Turn
from relaylab.session.wire import Wire
from relaylab.store import Counters, EventLog, MemoryMailStore, Store, WorldHolder
from relaylab_conformance.migration import rest
from relaylab_conformance.migration.acs import acs_client_of, acs_resource_of
from relaylab_conformance.migration.approach import (
    AccessKey,
    Approach,
    NoRelay,
    Unmade,
    approach,
    closed_site,
    goes_over_ipv6,
    token_of,
)
from relaylab_conformance.migration.evidence import Evidence
from relaylab_conformance.migration.from_entra import FromEntra, application_of
from relaylab_conformance.migration.hve import hve_account_of
from relaylab_conformance.migration.judge import peer_of
from relaylab_conformance.migration.tokens import fetch, in_memory
from relaylab_scenarios import Nothing, Password, Token

if TYPE_CHECKING:
    from relaylab.domain.address import Address
    from relaylab.domain.estate import Method, Sender, Site
    from relaylab.domain.token import TokenFacts, TokenReader
    from relaylab.domain.world import World
    from relaylab.domain.zone import DnsAnswer, Zone
    from relaylab.engine.publication import Zones
    from relaylab.engine.rulebook import Rulebook
    from relaylab.mailauth import SigningKey

_SIGNED_IN: Final = b"235"


@dataclass(frozen=True, slots=True)
class Span:
    """A time in which one answer stays the same: from ``since`` (inclusive) to ``until`` (exclusive, None: open).

    ``arrives`` says that every recipient's copy was taken and placed; ``decision`` is the verdict that decided.
    """

    since: datetime
    until: datetime | None
    decision: Decision
    arrives: bool

    @property
    def answer(self) -> tuple[str | None, str, bool]:
        """What makes two neighbouring spans one; the text of an acceptance differs from message to message."""
        decision = self.decision
        refusal = decision.reply.line if decision.reply and not self.arrives else ""
        if decision.rule is None and decision.reply is None and not self.arrives:
            refusal = decision.because[0]  # nothing was tried, and this is why
        return (self.decision.rule, refusal, self.arrives)


def course(  # noqa: PLR0913 - a sender in its world, and a time
    world: World,
    rulebook: Rulebook,
    sender: Sender,
    method: Method,
    *,
    since: datetime = EARLIEST_SUPPORTED,
    until: datetime | None = None,
) -> tuple[Span, ...]:
    """Give the spans of a sender's method from ``since`` on; none for a method that cannot be judged.

    What comes behind ``until`` is not looked at: the last span then holds that far, and perhaps longer.
    """
    way = approach(world, sender, method)
    if not isinstance(way, Approach | Unmade):
        return ()
    edges = _edges(world, rulebook, sender, way) if isinstance(way, Approach) else rulebook.edges
    instants = sorted({since, *(edge for edge in edges if edge > since and (until is None or edge <= until))})
    spans: list[Span] = []
    keys = _keys()
    zones = zones_of(world, rulebook, Randomness(0), lambda _: "")  # a sender of ours signs nothing
    for at, end in zip(instants, [*instants[1:], None], strict=True):
        decision, arrives = (
            _judged(world, rulebook, sender, way, at, keys, zones)
            if isinstance(way, Approach)
            else (_unmade(way, rulebook, at), False)
        )
        span = Span(at, end, decision, arrives)
        if spans and spans[-1].answer == span.answer:
            span = Span(spans[-1].since, end, spans[-1].decision, arrives)
            spans.pop()
        spans.append(span)
    return tuple(spans)


def answers(
    world: World, rulebook: Rulebook, sender: Sender, method: Method, instants: Iterable[datetime]
) -> Iterator[Span]:
    """Give what a sender's method comes to at instants in order, each as a span that begins there; none as ``course``.

    An instant that no edge divides from the one before it is not asked about again.
    """
    way = approach(world, sender, method)
    if not isinstance(way, Approach):
        return
    edges = sorted(_edges(world, rulebook, sender, way))
    zones = zones_of(world, rulebook, Randomness(0), lambda _: "")
    passed = -1
    for at in instants:
        before, passed = passed, bisect_right(edges, at)
        if passed != before:
            decision, arrives = _judged(world, rulebook, sender, way, at, _keys(), zones)
            yield Span(at, None, decision, arrives)


def stops_at(spans: tuple[Span, ...]) -> datetime | None:
    """Give the instant from which a method is refused for good; None where it never stops, or never worked."""
    worked = [span for span in spans if span.arrives]
    return worked[-1].until if worked else None


def _edges(world: World, rulebook: Rulebook, sender: Sender, way: Approach) -> Iterator[datetime]:
    """Give the instants at which an answer can change: a rule's, the end of the sender's token, of its credentials."""
    yield from rulebook.edges
    aaaa = rulebook.calendar.at(IPV6_FOR_ACCEPTED_DOMAINS.name)
    if aaaa is not None and goes_over_ipv6(world, rulebook, sender, way, aaaa):
        yield aaaa
    if isinstance(way.sign_in, FromEntra) and (app := application_of(world, sender)) is not None:
        ends = [
            *(one.end_date_time for one in app.password_credentials),
            *(one.end_date_time for one in app.key_credentials),
        ]
        yield from filter(None, ends)
    if way.endpoint in {Endpoint.ACS_SMTP, Endpoint.ACS_REST}:
        yield from _edges_of_acs(world, sender)
    if way.endpoint is Endpoint.HVE:
        token = token_of(sender, *found) if (found := hve_account_of(world, sender)) else None
    else:
        token = token_of(sender, *held) if (held := world.mailbox(sender.signs_in_as)) else None
    if not isinstance(way.sign_in, Token):
        return
    if token is not None and token.expires is not None:
        yield from (token.expires - margin for margin in limits.HVE_TOKEN_MARGINS if way.endpoint is Endpoint.HVE)
        yield token.expires


def _edges_of_acs(world: World, sender: Sender) -> Iterator[datetime]:
    """Give when its resource was made, and when the secrets of its application end."""
    found = acs_resource_of(world, sender)
    if found is None:
        return
    yield found[1].created
    client = acs_client_of(world, sender, *found)
    if client is not None:
        yield from (one.end_date_time for one in client.app.password_credentials if one.end_date_time)
        yield from (one.end_date_time for one in client.app.key_credentials if one.end_date_time)


@dataclass(frozen=True, slots=True)
class _Premises:
    """What houses Entra in memory, at one instant."""

    clock: ManualClock
    holder: WorldHolder
    store: Store
    randomness: Randomness

    def now(self) -> datetime:
        return self.clock.now()

    def wait(self, by: timedelta) -> None:
        self.clock.advance(by)


@dataclass(frozen=True, slots=True)
class _Dns:
    """DNS at one instant, as senders are authenticated by it; what leaves the service is not signed."""

    zone: Zone

    def look_up(self, name: str, record_type: str) -> DnsAnswer:
        """Ask the zone."""
        return self.zone.look_up(name, record_type)

    def signing_key(self, selector: str, domain: str) -> SigningKey | None:  # noqa: ARG002 - there is none for any
        """Give no key."""
        return None


@cache
def _keys() -> SigningKeys:
    """Give the keys that Entra signs with in memory: each instant has a service of its own, and none looks at them."""
    return SigningKeys()


def _judged(  # noqa: PLR0913, PLR0917 - each is a fact of its own
    world: World, rulebook: Rulebook, sender: Sender, way: Approach, at: datetime, keys: SigningKeys, zones: Zones
) -> tuple[Decision, bool]:
    if isinstance(way.sign_in, AccessKey):
        return _judged_over_rest(world, rulebook, sender, at, None)
    over_ipv6 = goes_over_ipv6(world, rulebook, sender, way, at)
    if not over_ipv6 and (site := closed_site(world, sender, way)) is not None:
        return _unheard(way, site, at), False
    store = Store(MemoryMailStore(), EventLog(), Counters())
    premises = _Premises(ManualClock(at), WorldHolder(world, rulebook), store, Randomness(0))
    sign_in, tokens = _credentials(way, premises, keys)
    if way.endpoint is Endpoint.ACS_REST and isinstance(sign_in, Token):
        return _judged_over_rest(world, rulebook, sender, at, tokens.read(sign_in.token))
    number = Randomness(0).number("session", 1)
    party = Party(
        label="s-000001",
        endpoint=way.endpoint,
        peer=peer_of(world, sender, over_ipv6=over_ipv6),
        names=session_names(way.endpoint, number, session_id(at, 1), at, rulebook.calendar),
        chance=stream_of(number),
    )

    def apply(turn: Turn) -> None:
        store.apply(charges=turn.charges, kept=turn.kept, events=turn.events)

    if sign_in is not None:
        dns = _Dns(zones.at(at)) if way.endpoint is Endpoint.MX else None
        moment = Moment(premises.now(), world, rulebook, store.counters, tokens=tokens, dns=dns)
        _converse(Wire(SmtpSession(party), lambda: moment, apply), sender, way.mail_from(sender), sign_in)
    evidence = Evidence(tuple(entry.event for entry in store.events), tuple(store.mail.messages()))
    decisive = evidence.decisive
    if decisive is None:
        msg = f"the session of {sender.name} at {at} ended without a verdict"
        raise RuntimeError(msg)
    return decisive.decision, decisive.decision.effect is EffectKind.ADMIT


def _unmade(way: Unmade, rulebook: Rulebook, at: datetime) -> Decision:
    """Judge what there is no resource for: there is nothing to send to, and nobody answers."""
    said = way.at(rulebook.calendar, at)
    rule, fix = (said.rule, said.fix) if isinstance(said, NoRelay) else (None, "")
    return Decision(
        effect=EffectKind.REFUSE,
        reply=None,
        rule=rule,
        endpoint=way.endpoint,
        stage=way.rule.stage,
        at=at,
        reading=(),
        because=(said.reason,),
        source=way.rule.source,
        fix=fix,
    )


def _unheard(way: Approach, site: Site, at: datetime) -> Decision:
    """Judge what never comes to the service: the access provider of the site lets no connection out (fact COR-44)."""
    return Decision(
        effect=EffectKind.REFUSE,
        reply=None,
        rule=None,
        endpoint=way.endpoint,
        stage=Stage.CONNECT,
        at=at,
        reading=(),
        because=(f"the access provider of {site.name} has port 25 {site.outbound_port_25}: nothing is connected",),
        source=sources.PORT_25_CLOSED,
        fix=f"Ask the access provider of {site.name} to open port 25 outward, or send by port 587 or over HTTPS.",
    )


def _judged_over_rest(
    world: World, rulebook: Rulebook, sender: Sender, at: datetime, token: TokenFacts | None
) -> tuple[Decision, bool]:
    verdicts = tuple(rest.judged(world, rulebook, sender, at, token))
    decisive = next((one for one in verdicts if not one.admits), verdicts[0])
    return decisive.decision(), decisive.admits


def _credentials(
    way: Approach, premises: _Premises, keys: SigningKeys
) -> tuple[Password | Token | Nothing | None, TokenReader]:
    """Give what the sender signs in with, None where Entra refuses it a token, and who reads what Entra signed."""
    if isinstance(way.sign_in, AccessKey):
        msg = "an access key signs requests, and nobody signs in with one over SMTP"
        raise TypeError(msg)
    if not isinstance(way.sign_in, FromEntra):
        return way.sign_in, NO_TOKENS
    entra = EntraService(premises, keys)
    token = fetch(way.sign_in, in_memory(entra), premises).token
    return None if token is None else Token(way.sign_in.user, token), entra.tokens


def _converse(wire: Wire, sender: Sender, mail_from: Address, sign_in: Password | Token | Nothing) -> None:
    """Say what every sender says: EHLO, STARTTLS, AUTH, one message to all."""
    wire.say("EHLO sender.example")
    wire.start_tls()
    wire.say("EHLO sender.example")
    answer = b""
    for line in _sign_in(sign_in):
        answer = wire.say(line)
    if answer and not answer.startswith(_SIGNED_IN):
        return
    wire.say(f"MAIL FROM:<{mail_from}>")
    for recipient in sender.to:
        wire.say(f"RCPT TO:<{recipient}>")
    wire.say("DATA")
    if wire.turns[-1].then is Then.READ_MESSAGE:
        wire.message(f"From: {mail_from}\r\nSubject: test\r\n\r\ntest\r\n".encode())


def _sign_in(sign_in: Password | Token | Nothing) -> tuple[str, ...]:
    match sign_in:
        case Password(user, password):
            return ("AUTH LOGIN", _base64(user), _base64(password))
        case Token(user, token):
            return (f"AUTH XOAUTH2 {_base64(f'user={user}' + chr(1) + f'auth=Bearer {token}' + chr(1) * 2)}",)
        case Nothing():
            return ()
        case _:
            assert_never(sign_in)


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")
