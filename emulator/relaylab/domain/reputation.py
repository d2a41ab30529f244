"""What the service thinks of an address or a sender that it has seen elsewhere, as a state that a world sets."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Reputation(StrEnum):
    """The state of a client's address; each one but the first has a refusal of its own at RCPT."""

    GOOD = "good"
    THROTTLED = "throttled"  # fact MX-ERR-15
    BLOCKLISTED = "blocklisted"  # on Spamhaus, as dynamic ranges are (fact COR-06)
    BANNED = "banned"  # on Microsoft's own list, with a form to be taken off (fact MX-ERR-13)
    BANNED_FOR_GOOD = "banned_for_good"  # to be taken off by mail only (fact MX-ERR-14)
    OVER_THE_LIMIT = "over_the_limit"  # too much mail from its range (fact MX-ERR-20)


class SenderState(StrEnum):
    """The state of a sender's address or domain, of a HELO name, or of a recipient's address or domain."""

    GOOD = "good"
    SPAM_ABUSE = "spam_abuse"  # fact MX-ERR-20, 5.7.501
    BANNED = "banned"  # fact MX-ERR-20, 5.7.502
    DOMAIN_BANNED = "domain_banned"  # fact MX-ERR-20, 5.7.503: the same words under another code
    RATE_LIMITED = "rate_limited"  # fact MX-ERR-29
    BLOCKLISTED = "blocklisted"  # on Spamhaus by name (fact MX-ERR-19)
    RECIPIENT_REFUSED = "recipient_refused"  # fact MX-ERR-20, 5.7.504
    RECIPIENT_BANNED = "recipient_banned"  # fact MX-ERR-20, 5.7.505
    REJECTED_BY_RECIPIENT = "rejected_by_recipient"  # fact MX-ERR-20, 5.7.507
    TOO_MUCH_FROM_SENDER = "too_much_from_sender"  # fact MX-ERR-35, 5.2.121: received in this hour, from one sender
    TOO_MUCH_MAIL = "too_much_mail"  # fact MX-ERR-35, 5.2.122: received in this hour, from everybody


@dataclass(frozen=True, slots=True)
class SenderReputation:
    """The state of ``name``: an address, a domain, or the name that a client gives in EHLO."""

    name: str
    state: SenderState


OF_RECIPIENTS: Final = frozenset(
    {
        SenderState.RECIPIENT_REFUSED,
        SenderState.RECIPIENT_BANNED,
        SenderState.REJECTED_BY_RECIPIENT,
        SenderState.TOO_MUCH_FROM_SENDER,
        SenderState.TOO_MUCH_MAIL,
    }
)
"""The states that say something of who receives; the others are about who sends."""
