"""A mail transaction under way: sender, accepted recipients, and the chunks taken so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from relaylab.domain.asks import NOWHERE
from relaylab.domain.message import Envelope

if TYPE_CHECKING:
    from relaylab.domain.address import Address, DomainName
    from relaylab.domain.attribution import Attribution
    from relaylab.domain.world import Recipient
    from relaylab.session.commands import MailFrom
    from relaylab.session.envelopes import Named
    from relaylab.session.notice import RecipientNotice

T = TypeVar("T")


@dataclass(slots=True)
class Transaction:
    """What MAIL, RCPT and BDAT have gathered.

    ``open_before`` is set when DATA or the first BDAT opens the submission: how many of the mailbox were open then.
    ``dropped`` counts the octets of chunks that were beyond the limit. ``notices`` holds one entry a recipient.
    ``named`` is the name that was granted last, where what follows from the names so far is remembered.
    """

    mail: MailFrom
    attribution: Attribution = NOWHERE
    recipients: list[Recipient] = field(default_factory=list)
    notices: list[RecipientNotice] = field(default_factory=list)
    open_before: int | None = None
    content: bytearray = field(default_factory=bytearray)
    dropped: int = 0
    named: Named | None = None
    _domains: Counter[DomainName] | None = None  # of the recipients that were counted; made when somebody asks

    @property
    def sender(self) -> Address | None:
        """The reverse path."""
        return self.mail.sender

    @property
    def bound_to(self) -> str | None:
        """The tenant the transaction is bound to by its first recipient, "" for the outside, None while free."""
        if not self.recipients:
            return None
        tenant = self.recipients[0].tenant
        return tenant.id if tenant else ""

    @property
    def bound_region(self) -> str | None:
        """The region of the first recipient's domain; None while free, or where it has none."""
        domain = self.recipients[0].domain if self.recipients else None
        return domain.mail_flow_region if domain else None

    def add(self, recipient: Recipient, notice: RecipientNotice) -> None:
        """Add an accepted recipient, and what was asked about reports on it."""
        self.recipients.append(recipient)
        self.notices.append(notice)

    def again(self) -> Transaction:
        """Give another one that has gathered the same; it is as yet without content."""
        return Transaction(self.mail, self.attribution, [*self.recipients], [*self.notices], named=self.named)

    def of_domain(self, domain: DomainName) -> int:
        """Count the accepted recipients in a domain."""
        if self._domains is None:
            self._domains = Counter()
        counted = self._domains.total()
        self._domains.update(one.address.domain for one in islice(self.recipients, counted, None))
        return self._domains[domain]

    def by_names(self, what: str, work: Callable[[], T], is_worth_it: Callable[[T], bool] = lambda _: True) -> T:
        """Give what follows from the names of the envelope alone: by ``work``, unless it was found before."""
        return work() if self.named is None else self.named.recall(what, work, is_worth_it)

    def envelope(self) -> Envelope:
        """Give sender and recipients as they are now."""
        return Envelope(self.sender, tuple(recipient.address for recipient in self.recipients))
