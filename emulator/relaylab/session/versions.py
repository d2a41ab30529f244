"""What each side of a message's recipients gets: its fields, what is found of the sender there, and what comes of it.

Senders are judged, and mail is stamped, at the tenant MX only: who signs in is known. What an account's settings put
above its messages every side gets alike.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, partial
from typing import TYPE_CHECKING, Final, NamedTuple

from relaylab.domain.anti_spoof import Handling
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.message import Hop, HopFacts, Version
from relaylab.domain.randomness import stream_of
from relaylab.domain.world import Standing
from relaylab.rules.authentication import handling
from relaylab.session.authenticating import facts, facts_to_be_found, is_unrecorded, recipients_of
from relaylab.session.hve import settings_of
from relaylab.session.leaving import keys_for, sealed, seen_at_the_far_end, signature
from relaylab.session.names import session_id, session_names
from relaylab.session.parting import parts
from relaylab.session.stamping import stamps_of_another_tenant, stamps_on_arrival

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaylab.domain.address import Address
    from relaylab.domain.asks import DataAsk
    from relaylab.domain.authentication import AuthenticationResults
    from relaylab.domain.randomness import Random
    from relaylab.domain.tenant import Tenant
    from relaylab.domain.world import Recipient
    from relaylab.session.leaving import Departure, Keys
    from relaylab.session.moment import MailDns, Moment
    from relaylab.session.parting import Onward, Part
    from relaylab.session.party import Party

# Octets: a larger message that leaves is signed at once. A small one is signed when somebody reads it, since that took
# nine tenths of the time of the whole message; until then the event log holds it too, at most some 100 MB in all.
_MOST_HELD: Final = 16_384
_MOST_SIGNED: Final = 36 * 1024 * 1024  # octets: a larger message is kept without a far end's view, as too dear to sign


class Judged(NamedTuple):
    """What was found of the sender for a recipient, and what its tenant's policy makes of it."""

    results: AuthenticationResults | None
    handling: Handling


_NOT_JUDGED: Final = Judged(None, Handling.DELIVER)


class _Side(NamedTuple):
    version: Version
    far_end: HopFacts | None
    judged: Judged


class _Sent(NamedTuple):
    """What was put above a version on its way out, and what its receiver found of the sender."""

    headers: tuple[str, ...]
    found: AuthenticationResults


@dataclass(frozen=True, slots=True)
class Split:
    """The versions of one message, in the order in which their sides first occur."""

    arrival: tuple[HopFacts, ...]
    sides: tuple[_Side, ...]

    @property
    def versions(self) -> tuple[Version, ...]:
        """What is kept."""
        return tuple(one.version for one in self.sides)

    @property
    def authentication(self) -> tuple[HopFacts, ...]:
        """Who found what of the sender: the service on arrival, then each far end."""
        far_ends = (one.far_end for one in self.sides)
        return (*self.arrival, *(one for one in far_ends if one is not None))

    def judged(self, recipient: Recipient) -> Judged:
        """Give what a recipient's copy is placed by; what leaves for a server of somebody else is placed by nobody."""
        found = next((one for one in self.sides if recipient.address in one.version.recipients), None)
        if found is None:
            return _NOT_JUDGED
        if recipient.standing in {Standing.OUTSIDE, Standing.RELAYED}:
            return Judged(found.judged.results, Handling.DELIVER)
        return found.judged

    def for_those_who(self, got: frozenset[Address]) -> Split:
        """Give the versions of the recipients who got a copy."""
        if all(got.issuperset(one.version.recipients) for one in self.sides):
            return self
        left = (
            one._replace(
                version=replace(one.version, recipients=tuple(filter(got.__contains__, one.version.recipients)))
            )
            for one in self.sides
        )
        return replace(self, sides=tuple(one for one in left if one.version.recipients))


def versions(  # noqa: PLR0913 - the message and its session
    ask: DataAsk,
    raw: bytes | bytearray,
    onward: tuple[Onward, ...],
    *,
    home: Tenant | None,
    party: Party,
    hello: str,
    message_id: str,
    moment: Moment,
    within: Part | None = None,
) -> Split:
    """Make the versions of an accepted message; ``within`` is its only part, where nobody outside gets it."""
    chance = partial(party.randomness.stream, "rewriting", message_id)
    if ask.endpoint is not Endpoint.MX:
        return _by_settings(ask, onward, home, chance, moment)
    made = parts(ask, onward, home, chance) if within is None else (within,)
    results = ask.authentication
    maker = _Maker(ask, raw, home, party, hello, message_id, moment)
    sides = tuple(maker.side(part) for part in made)
    return Split((facts(Hop.ARRIVAL, results),) if results else (), sides)


def _by_settings(
    ask: DataAsk, onward: tuple[Onward, ...], home: Tenant | None, chance: Callable[[], Random], moment: Moment
) -> Split:
    headers = settings_of(ask, moment)
    if not headers:
        return Split((), ())
    made = (
        Version(
            side=part.side,
            tenant=part.tenant.name if part.tenant else None,
            recipients=part.addresses,
            mail_from=ask.envelope.mail_from,
            headers=headers,
        )
        for part in parts(ask, onward, home, chance)
    )
    return Split((), tuple(_Side(one, None, _NOT_JUDGED) for one in made))


@dataclass(frozen=True, slots=True)
class _Maker:
    """One message."""

    ask: DataAsk
    raw: bytes | bytearray
    home: Tenant | None
    party: Party
    hello: str
    message_id: str
    moment: Moment

    def side(self, part: Part) -> _Side:
        """Make the version of one side, and have it judged where it arrives."""
        ask, leaves = self.ask, part.departure
        version = Version.implied(
            lambda: {"headers": self._stamps(part)},
            side=part.side,
            tenant=part.tenant.name if part.tenant else None,
            recipients=part.addresses,
            mail_from=leaves.mail_from if leaves else ask.envelope.mail_from,
        )
        if leaves is None:
            return _Side(version, None, Judged(ask.authentication, ask.handling))
        if self.moment.dns is None or ask.size > _MOST_SIGNED:
            return _Side(version, None, _NOT_JUDGED)
        dns = self.moment.dns
        sent = partial(self._sent, part, version, leaves, dns, keys_for(ask, self.home, dns))
        if part.tenant is not None:
            return self._elsewhere(part, version, sent())
        # With the keys above: what is found later must not hang on files that are read for the first question to DNS.
        dns.look_up(leaves.host.name, "A")
        return self._outside(part, version, sent)

    def _stamps(self, part: Part) -> tuple[str, ...]:
        return stamps_on_arrival(
            self.ask,
            self.ask.authentication,
            side=part.side,
            home=self.home,
            party=self.party,
            hello=self.hello,
            message_id=self.message_id,
            moment=self.moment,
        )

    def _sent(self, part: Part, version: Version, leaves: Departure, dns: MailDns, keys: Keys) -> _Sent:
        """Sign and seal a version that leaves, and judge it as its receiver does."""
        ask, receiver, tenant = self.ask, part.recipients[0].address.domain, part.tenant
        headers, content = version.headers, self._content(version.headers)
        field = signature(content, keys)
        if field is not None:
            headers, content = (field, *headers), f"{field}\r\n".encode() + content
        if ask.authentication is not None:
            seal = sealed(content, ask.authentication, str(receiver), keys)
            headers, content = (*seal, *headers), "".join(f"{one}\r\n" for one in seal).encode() + content
        found = seen_at_the_far_end(
            leaves,
            content,
            receiver=str(receiver),
            recipients=recipients_of(tenant, receiver, ask.head, leaves.host.address, dns) if tenant else None,
            chance=self.party.randomness.stream("dmarc", self.message_id, "far end", str(receiver)),
            dns=dns,
            moment=self.moment,
        )
        return _Sent(headers, replace(found, spf=replace(found.spf, because=(*leaves.because, *found.spf.because))))

    def _outside(self, part: Part, version: Version, sent: Callable[[], _Sent]) -> _Side:
        """Give the version of somebody outside, whose server decides nothing here; a small one is signed when read."""
        once = cache(sent) if self.ask.size <= _MOST_HELD else partial(_Sent, *sent())
        signed = Version.implied(
            lambda: {"headers": once().headers},
            side=version.side,
            tenant=version.tenant,
            recipients=version.recipients,
            mail_from=version.mail_from,
        )
        receiver = str(part.recipients[0].address.domain)
        return _Side(signed, facts_to_be_found(Hop.FAR_END, lambda: once().found, receiver), _NOT_JUDGED)

    def _elsewhere(self, part: Part, version: Version, sent: _Sent) -> _Side:
        """Give the version that another tenant has, which judges it as everybody's mail."""
        tenant = part.tenant
        is_told = not is_unrecorded((version.mail_from, self.ask.head.from_address), self.moment)
        handled = handling(sent.found, tenant.anti_phish_policy) if is_told and tenant else Handling.DELIVER
        told = sent.found if is_told else None
        far_end = facts(Hop.FAR_END, sent.found, str(part.recipients[0].address.domain))
        headers = self._taken_in(part, sent.headers, told, handled)
        return _Side(replace(version, headers=headers), far_end, Judged(told, handled))

    def _taken_in(
        self,
        part: Part,
        headers: tuple[str, ...],
        told: AuthenticationResults | None,
        handled: Handling,
    ) -> tuple[str, ...]:
        """Have another tenant's servers stamp what reached them."""
        tenant = part.tenant
        if part.departure is None or tenant is None:
            return headers
        moment = self.moment
        number = self.party.randomness.number("stamps", self.message_id, tenant.id)
        names = session_names(Endpoint.MX, number, session_id(moment.now, 0), moment.now, moment.rulebook.calendar)
        return stamps_of_another_tenant(
            self.ask, headers, part.departure, told, handled, tenant=tenant, names=names, chance=stream_of(number)
        )

    def _content(self, headers: tuple[str, ...]) -> bytes:
        return b"".join(f"{field}\r\n".encode("utf-8", "replace") for field in headers) + bytes(self.raw)
