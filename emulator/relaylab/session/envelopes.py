"""Envelopes that were opened before: what follows from names alone is found once (decisions 0040, 0043).

At the tenant MX, where nobody signs in, the answers to MAIL and RCPT hang on the world, the rules in force, DNS, and
the client's address and name, and not on the message; so what was granted is remembered, under what was granted before
it, with whatever else follows from the names so far. So it is at client submission, under the sign-in before it, where
a mailbox that signed in by its password sends as itself. MAIL and RCPT took 30 % of a small message's time before.

Laws:

- What is remembered is what would be found anew at any other instant of the same epoch. So nothing is remembered that
  hangs on a certificate, whose validity ends, or on RejectDirectSend while a change of it spreads.
- Only what was granted is remembered: what is refused is rare, and counts.
  Nor is a sender that is another's, at submission: the right to send as it spreads, too.
- The parameters of MAIL and RCPT decide nothing here but a size that is announced and too large, and SMTPUTF8 at
  submission; they are taken from the line itself, each time.
- What is remembered is bounded, and holds no world alive that another has replaced, but for the envelope under way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar

from relaylab.domain.endpoint import Endpoint
from relaylab.domain.memory import Memory
from relaylab.rules import limits
from relaylab.rules.milestones import NOT_SUPPORTED_FROM

if TYPE_CHECKING:
    from datetime import datetime

    from relaylab.domain.attribution import Attribution
    from relaylab.domain.reply import Reply
    from relaylab.domain.world import Recipient, World
    from relaylab.engine.verdict import Verdict
    from relaylab.session.commands import MailFrom
    from relaylab.session.moment import Moment
    from relaylab.session.progress import Progress
    from relaylab.session.signed_in import SignedIn

T = TypeVar("T")

MOST_RECIPIENTS: Final = 20  # of an envelope, before groups are expanded and after: longer ones are found anew
_MX: Final = Endpoint.MX  # Python 3.11 takes a call to find a name of an enum
_SUBMISSION: Final = Endpoint.SUBMISSION
NO_FACTS: Final[Mapping[str, object]] = {}
_KEY: Final = "envelopes"  # of all that is remembered here, within the memory of a world


@dataclass(frozen=True, slots=True, eq=False)
class Opening:
    """The circumstances under which an envelope is opened; equal ones are one object as long as a memory lasts.

    ``memory`` is the mark of that, ``epoch`` the number of the slice of time within which the same rules are in force.
    """

    memory: object
    epoch: int

    def holds(self, moment: Moment) -> bool:
        """Tell whether what was granted under it would be granted at this moment: same world, same rules, no fault."""
        in_force = self.memory is moment.memory.mark and not moment.board.faults
        return in_force and self.epoch == moment.rulebook.epoch(moment.now)


@dataclass(frozen=True, slots=True, eq=False)
class Named:
    """A sender or recipient that was granted, by which verdict and with which answer.

    ``found`` is what follows from the names so far.
    """

    verdict: Verdict
    reply: Reply | None = field(init=False)
    found: dict[str, object] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        """Have the answer at hand: it is given again and again."""
        object.__setattr__(self, "reply", self.verdict.reply)

    def recall(self, what: str, work: Callable[[], T], is_worth_it: Callable[[T], bool]) -> T:
        """Give what follows from the names, by ``work`` where nobody has asked yet or it is not worth remembering."""
        if what in self.found:
            return self.found[what]  # type: ignore[return-value]  # who asks for it knows what it is
        answer = work()
        if is_worth_it(answer):
            self.found[what] = answer
        return answer


@dataclass(frozen=True, slots=True, eq=False)
class NamedSender(Named):
    """MAIL was granted, said like this."""

    attribution: Attribution
    mail: MailFrom

    def facts_of(self, mail: MailFrom) -> Mapping[str, object]:
        """Give what is asked otherwise where MAIL was said like this, of the same sender."""
        if mail is self.mail:  # the same line, octet for octet
            return NO_FACTS
        return {"mail_from": mail.sender, "declared_size": mail.size, "wants_smtputf8": mail.smtputf8}


@dataclass(frozen=True, slots=True, eq=False)
class NamedRecipient(Named):
    """RCPT was granted."""

    recipient: Recipient


def opening_of(progress: Progress, mail: MailFrom, moment: Moment) -> Opening | None:
    """Give the circumstances of an envelope; None where an answer hangs on more than names."""
    party, tls = progress.party, progress.seen_tls
    if moment.board.faults or progress.sign_in_failure is not None or not moment.memory.lasts:
        return None
    who = _who_sends_as_itself(progress, mail, moment) if party.endpoint is _SUBMISSION else None
    if who is None and (party.endpoint is not _MX or (tls is not None and tls.client_certificate is not None)):
        return None
    known = progress.opening
    if known is not None and known.holds(moment):
        return known
    mark, epoch = moment.memory.mark, moment.rulebook.epoch(moment.now)
    whence = who or (party.peer, tls)  # a sign-in stands for the client and the TLS that it came by
    key = ("opening", epoch, whence, progress.hello_name)
    opening = progress.opening = envelopes(moment).recall(key, lambda: Opening(mark, epoch))
    return opening


def _who_sends_as_itself(progress: Progress, mail: MailFrom, moment: Moment) -> SignedIn | None:
    """Give who is signed in by a remembered password in this world, and names a sender of its own, in ASCII."""
    who = progress.signed_in
    if who is None or who.memory is not moment.memory.mark or who.account is not progress.account:
        return None
    owner, sender = who.account.mailbox, mail.sender
    is_itself = owner is not None and sender is not None and owner.owns(sender)
    return who if is_itself and not mail.smtputf8 else None


def sender_before(opening: Opening, mail: MailFrom, moment: Moment) -> NamedSender | None:
    """Give what is remembered of a sender that was granted before."""
    if mail.size is not None and mail.size > limits.MESSAGE_SIZE:
        return None
    known = envelopes(moment).known((opening, mail.path))
    return known if isinstance(known, NamedSender) else None


def recipient_before(named: Named, address: str, moment: Moment) -> NamedRecipient | None:
    """Give what is remembered of a recipient that was granted behind ``named``."""
    known = envelopes(moment).known((named, address))
    return known if isinstance(known, NamedRecipient) and is_lasting(known.recipient, moment) else None


def remember(before: Opening | Named, name: str, named: Named, moment: Moment) -> None:
    """Remember a sender or recipient that was granted behind ``before``."""
    envelopes(moment).keep((before, name), named)


def is_lasting(recipient: Recipient, moment: Moment) -> bool:
    """Tell whether a recipient is granted or not for as long as the epoch lasts: nothing about it spreads."""
    changed = recipient.tenant.organization_config.reject_direct_send_changed if recipient.tenant else None
    return changed is None or moment.now >= changed + limits.DIRECT_SEND_DELAY


def spreading_ends(world: World) -> list[datetime]:
    """Give the instants, in order, from which on a change of a tenant of the world spreads no more."""
    changes = (tenant.organization_config.reject_direct_send_changed for tenant in world.tenants)
    return sorted({one + limits.DIRECT_SEND_DELAY for one in changes if one is not None and one < NOT_SUPPORTED_FROM})


def envelopes(moment: Moment) -> Memory:
    """Give a memory of their own within the world's: senders that differ for each message push nothing else out."""
    return moment.memory.rooms[_KEY]
