"""What the service thinks of an address or a sender that it has seen elsewhere, as a state that a world sets."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reputation(StrEnum):
    """The state of a client's address; each one but the first has a refusal of its own at RCPT."""

    GOOD = "good"
    THROTTLED = "throttled"  # fact MX-ERR-15
    BLOCKLISTED = "blocklisted"  # on Spamhaus, as dynamic ranges are (fact COR-06)
    BANNED = "banned"  # on Microsoft's own list, with a form to be taken off (fact MX-ERR-13)
    BANNED_FOR_GOOD = "banned_for_good"  # to be taken off by mail only (fact MX-ERR-14)
    OVER_THE_LIMIT = "over_the_limit"  # too much mail from its range (fact MX-ERR-20)


class SenderState(StrEnum):
    """The state of a sender's address or domain, or of a HELO name."""

    GOOD = "good"
    SPAM_ABUSE = "spam_abuse"  # fact MX-ERR-20, 5.7.501
    BANNED = "banned"  # fact MX-ERR-20, 5.7.502
    RATE_LIMITED = "rate_limited"  # fact MX-ERR-29
    BLOCKLISTED = "blocklisted"  # on Spamhaus by name (fact MX-ERR-19)


@dataclass(frozen=True, slots=True)
class SenderReputation:
    """The state of ``name``: a sender's address, a domain, or the name that a client gives in EHLO."""

    name: str
    state: SenderState
