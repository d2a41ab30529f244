"""Which of the possible methods is recommended, and in which order the work is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from relaylab.domain.estate import Method
from relaylab.rules.hve import terms
from relaylab_conformance.migration.reach import has_unknown_recipients

if TYPE_CHECKING:
    from relaylab.domain.estate import Sender
    from relaylab_conformance.planning.ways import Way

_HVE: Final = (Method.HVE_BASIC, Method.HVE_OAUTH)
_NO_FUTURE: Final = frozenset({Method.SMTP_AUTH_BASIC, Method.MAIL_CONTACT})
NOTHING_FITS: Final = (
    "no method of Microsoft's fits as things stand: put a bridge that speaks OAuth 2.0 in front of it, send with "
    "Microsoft Graph (sendMail), use a third-party relay, or re-enable Basic for a while, which an administrator can "
    "until Microsoft removes it"
)
RECIPIENTS_FIRST: Final = (
    "nobody says whom it writes to, so methods that end inside are not judged: write its recipients into the "
    "world file and plan again; without them"
)
EFFORT: Final = {
    Method.SMTP_AUTH_OAUTH: "code or settings change, Entra app registration",
    Method.CONNECTOR_RELAY: "connector and SPF record",
    Method.DIRECT_SEND: "endpoint only",
    Method.HVE_BASIC: "HVE account and endpoint",
    Method.HVE_OAUTH: "HVE account, Entra app registration and endpoint",
    Method.ACS_SMTP: "Azure resource, domain verification",
    Method.ACS_REST: "Azure resource, domain verification, code change",
}
# OAuth-capable senders first, then those with an address, High Volume Email last, and behind it what has no method.
_RANK: Final = {
    Method.SMTP_AUTH_OAUTH: 0,
    Method.CONNECTOR_RELAY: 1,
    Method.DIRECT_SEND: 2,
    Method.ACS_SMTP: 3,
    Method.ACS_REST: 3,
    Method.HVE_BASIC: 4,
    Method.HVE_OAUTH: 4,
}
_LAST: Final = 5


@dataclass(frozen=True, slots=True)
class Choice:
    """What is recommended (None: nothing of Microsoft's), why, and whether it is what the sender does today."""

    method: Method | None
    why: str
    stays: bool = False


def choose(sender: Sender, found: tuple[Way, ...], *, arrives: bool) -> Choice:
    """Choose by the tree; ``arrives`` tells whether today's method does, at every date judged.

    What a person has planned stays where it holds.
    """
    if arrives and sender.today not in _NO_FUTURE:
        return Choice(sender.today, "stays: its mail arrives at every date judged", stays=True)
    possible = {way.method: way for way in found if way.is_possible}
    if sender.target is not sender.today and sender.target in possible:
        return Choice(sender.target, "the target that the world file has holds")
    for method in _tree(sender):
        if method in possible:
            return Choice(method, "the first in the decision tree that is possible")
    return Choice(None, f"{RECIPIENTS_FIRST}, {NOTHING_FITS}" if has_unknown_recipients(sender) else NOTHING_FITS)


def rank(method: Method | None) -> int:
    """Give the place of a method in the order of work."""
    return _LAST if method is None else _RANK.get(method, _LAST)


def _tree(sender: Sender) -> tuple[Method, ...]:
    inside = (
        (*_HVE, Method.DIRECT_SEND) if sender.messages_per_day >= terms.HIGH_VOLUME else (Method.DIRECT_SEND, *_HVE)
    )
    return (Method.SMTP_AUTH_OAUTH, Method.CONNECTOR_RELAY, *inside, Method.ACS_SMTP)
