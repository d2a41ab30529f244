"""Which verdict of a session decided: the same question for a replay over sockets and for one in memory."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from relaylab.domain.decision import Decision, EffectKind, ReplyFacts
from relaylab.domain.endpoint import Stage
from relaylab.domain.event import Attributed, Event, Judged, Kept

if TYPE_CHECKING:
    from relaylab.domain.attribution import Attribution
    from relaylab.domain.message import Copy, KeptMessage

_LINE: Final = re.compile(r"(\d{3})[ -](?:([245]\.\d{1,3}\.\d{1,3}) )?(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Decisive:
    """A verdict, and the place among the events of the one it came with."""

    place: int
    decision: Decision


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one delivery left behind; ``messages`` are those that were kept, reports included."""

    events: tuple[Event, ...]
    messages: tuple[KeptMessage, ...]

    @property
    def copies(self) -> tuple[Copy, ...]:
        """Where each copy of what the sender handed over went."""
        return tuple(copy for message in self.messages if message.report_of is None for copy in message.copies)

    @property
    def seen(self) -> tuple[str, ...]:
        """What each judge of the sender found, in sentences."""
        sent = (message for message in self.messages if message.report_of is None)
        return tuple(one.sentence for message in sent for one in message.authentication)

    @property
    def attribution(self) -> Attribution | None:
        """To whom the tenant MX attributed the message, at last; None where it was not asked."""
        found = (event.attribution for event in reversed(self.events) if isinstance(event, Attributed))
        return next(found, None)

    @property
    def decisive(self) -> Decisive | None:
        """The verdict that decided what became of the message; None where no verdict did.

        Where a sender came back with recipients that were put off, its last session decides. A message that came back:
        the verdict on its first copy that did. One that was kept: the refusal of a recipient if there is one, else the
        acceptance. One that was not kept: the last refusal.
        """
        judged = [
            (event.session, Decisive(place, event.decision))
            for place, event in enumerate(self.events)
            if isinstance(event, Judged)
        ]
        last = [verdict for session, verdict in judged if session == self.events[-1].session]
        refused = [verdict for verdict in last if verdict.decision.effect is not EffectKind.ADMIT]
        if not any(isinstance(event, Kept) and event.session == self.events[-1].session for event in self.events):
            return refused[-1] if refused else None
        bounced = [verdict for _, verdict in judged if verdict.decision.effect is EffectKind.BOUNCE]
        at_rcpt = [verdict for verdict in refused if verdict.decision.stage is Stage.RCPT]
        accepted = [verdict for verdict in reversed(last) if verdict.decision.stage in {Stage.DATA, Stage.SEND}]
        return next(iter((*bounced, *at_rcpt, *accepted)))


def reply_facts(line: str) -> ReplyFacts:
    """Take a reply line apart; one without a code keeps all of it as text."""
    found = _LINE.match(line)
    return ReplyFacts(int(found[1]), found[2], found[3]) if found else ReplyFacts(0, None, line)
