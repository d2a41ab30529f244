"""Envelopes that were opened before: what follows from names alone is found once.

A device says the same MAIL and RCPT for every message. At the tenant MX, where nobody signs in, the answers hang on the
world, the rules in force, DNS, and the client's address and name, and not on the message; so a line that was granted is
remembered, under what was said before it, with whatever else follows from the names so far. MAIL and RCPT took 30 % of
a small message's time before, 9 % since.

Laws: what is remembered is what would be found anew at any other instant of the same epoch. So nothing is remembered
that hangs on a certificate, whose validity ends, or on RejectDirectSend while a change of it spreads. What was refused
is not remembered either: it is rare, and counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar, cast

from relaylab.domain.endpoint import Endpoint

if TYPE_CHECKING:
    from relaylab.domain.attribution import Attribution
    from relaylab.domain.world import Recipient
    from relaylab.engine.verdict import Verdict
    from relaylab.session.commands import MailFrom
    from relaylab.session.moment import Moment
    from relaylab.session.notice import RecipientNotice
    from relaylab.session.progress import Progress

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class Opening:
    """The circumstances under which an envelope is opened; equal ones are one object, as long as a memory lasts."""


@dataclass(frozen=True, slots=True, eq=False)
class Named:
    """A line that was granted under ``opening``: by which verdict, under which name in the log.

    ``found`` is what follows from the names so far.
    """

    opening: Opening
    verdict: Verdict
    command: str
    found: dict[str, object] = field(default_factory=dict, init=False)

    def recall(self, what: str, work: Callable[[], T]) -> T:
        """Give what follows from the names, by ``work`` where nobody has asked yet."""
        try:
            return cast("T", self.found[what])
        except KeyError:
            answer = self.found[what] = work()
            return answer


@dataclass(frozen=True, slots=True, eq=False)
class NamedSender(Named):
    """MAIL was granted."""

    mail: MailFrom
    attribution: Attribution


@dataclass(frozen=True, slots=True, eq=False)
class NamedRecipient(Named):
    """RCPT was granted."""

    recipient: Recipient
    notice: RecipientNotice


def opening_of(progress: Progress, moment: Moment) -> Opening | None:
    """Give the circumstances of an envelope; None where an answer hangs on more than names."""
    party, tls = progress.party, progress.seen_tls
    if party.endpoint is not Endpoint.MX or moment.board.faults or (tls is not None and tls.client_certificate):
        return None
    if progress.account is not None or progress.sign_in_failure is not None:
        return None
    epoch = moment.rulebook.epoch(moment.now)
    known = progress.opening
    if known is not None and known[0] is moment.memory and known[1] == epoch:
        return known[2]
    key = ("opening", epoch, party.peer, tls, progress.hello_name)
    opening = moment.memory.recall(key, Opening)
    progress.opening = moment.memory, epoch, opening
    return opening


def is_lasting(recipient: Recipient) -> bool:
    """Tell whether what is said of a recipient is the same at every instant of an epoch."""
    return recipient.tenant is None or recipient.tenant.organization_config.reject_direct_send_changed is None
