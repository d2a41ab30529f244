"""Which of the possible methods is recommended, and in which order the work is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from relaylab.domain.estate import Method
from relaylab.rules.hve import terms

if TYPE_CHECKING:
    from relaylab.domain.estate import Sender
    from relaylab_conformance.planning.ways import Way

_HVE: Final = (Method.HVE_BASIC, Method.HVE_OAUTH)
_NO_FUTURE: Final = frozenset({Method.SMTP_AUTH_BASIC, Method.MAIL_CONTACT})
EFFORT: Final = {
    Method.SMTP_AUTH_OAUTH: "code or settings change, Entra app registration",
    Method.CONNECTOR_RELAY: "connector and SPF record",
    Method.DIRECT_SEND: "endpoint only",
    Method.HVE_BASIC: "HVE account and endpoint",
    Method.HVE_OAUTH: "HVE account, Entra app registration and endpoint",
    Method.ACS_SMTP: "Azure resource, domain verification",
    Method.ACS_REST: "Azure resource, domain verification, code change",
}
# What has no method takes longest (a bridge, a purchase): first. Then OAuth, those with an address, High Volume Email.
_RANK: Final = {
    Method.SMTP_AUTH_OAUTH: 0,
    Method.CONNECTOR_RELAY: 1,
    Method.DIRECT_SEND: 2,
    Method.ACS_SMTP: 3,
    Method.ACS_REST: 3,
    Method.HVE_BASIC: 4,
    Method.HVE_OAUTH: 4,
}
# Of a password that is refused at no date judged: fact COR-09, the state behind "off by default".
_NOT_FOR_EVER: Final = (
    "; its password goes on at every date judged, and has no future: Microsoft will announce in the second half of "
    "2027 when it removes passwords for everybody"
)
_FIRST: Final = -1
_LAST: Final = 5


@dataclass(frozen=True, slots=True)
class Choice:
    """What is recommended (None: nothing of Microsoft's), why, and whether it is what the sender does today."""

    method: Method | None
    why: str
    stays: bool = False


NOTHING_FITS: Final = Choice(None, "nothing fits")  # what helps the sender then, ``advice`` says


def choose(sender: Sender, found: tuple[Way, ...], *, arrives: bool) -> Choice:
    """Choose by the tree; ``arrives`` tells whether today's method does, at every date judged.

    What a person has planned stays where it holds. A way that does not carry the whole of a day is second to any that
    does, whoever planned it.
    """
    possible = {way.method: way for way in found if way.is_possible}
    whole = {method for method, way in possible.items() if not way.too_much}
    planned = sender.target if sender.target is not sender.today else None
    goes_on = arrives and sender.today not in _NO_FUTURE
    if goes_on and (sender.today in whole or sender.today not in possible):
        return Choice(sender.today, "stays: its mail arrives at every date judged", stays=True)
    behind = _NOT_FOR_EVER if arrives else ""
    if planned in whole:
        return Choice(planned, f"the target that the world file has holds{behind}")
    in_turn = [method for method in _tree(sender) if method in possible]
    best = next((method for method in in_turn if method in whole), None)
    if best is not None:
        return Choice(best, f"the first in the decision tree that is possible{behind}")
    return _but_for_volume(sender, possible, in_turn, goes_on=goes_on)


def _but_for_volume(sender: Sender, possible: dict[Method, Way], in_turn: list[Method], *, goes_on: bool) -> Choice:
    """Choose among ways of which none carries the whole of a day."""
    behind = "; no other way carries all of it"
    if goes_on:
        why = f"stays, but for its volume: {possible[sender.today].too_much}{behind}"
        return Choice(sender.today, why, stays=True)
    if sender.target is not sender.today and sender.target in possible:
        why = f"the target that the world file has is enough but for its volume: {possible[sender.target].too_much}"
        return Choice(sender.target, f"{why}{behind}")
    for method in in_turn:
        why = f"the first in the decision tree that is possible, but for its volume: {possible[method].too_much}"
        return Choice(method, f"{why}{behind}")
    return NOTHING_FITS


def rank(method: Method | None) -> int:
    """Give the place of a method in the order of work."""
    return _FIRST if method is None else _RANK.get(method, _LAST)


def _tree(sender: Sender) -> tuple[Method, ...]:
    inside = (
        (*_HVE, Method.DIRECT_SEND) if sender.messages_per_day >= terms.HIGH_VOLUME else (Method.DIRECT_SEND, *_HVE)
    )
    return (Method.SMTP_AUTH_OAUTH, Method.CONNECTOR_RELAY, *inside, Method.ACS_SMTP)
