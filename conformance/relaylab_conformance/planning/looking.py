"""A sender looked at alone: what becomes of its way today, which ways it has, and which of them is chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from relaylab.domain.estate import Method
from relaylab_conformance.migration.course import Span, course, stops_at
from relaylab_conformance.planning.choosing import Choice, choose, rank
from relaylab_conformance.planning.ways import Way, line_of, span_at, ways
from relaylab_scenarios import profile

if TYPE_CHECKING:
    from datetime import datetime

    from relaylab.domain.estate import Sender
    from relaylab_conformance.migration.outside_quota import OverQuota
    from relaylab_conformance.planning.question import Question

_NOBODY_S: Final = "nothing is planned for it, and its address goes into no record, until it is known who it is"


@dataclass(frozen=True, slots=True)
class Looked:
    """A sender, looked at alone."""

    sender: Sender
    spans: tuple[Span, ...]
    ways: tuple[Way, ...]
    choice: Choice
    at: datetime
    cannot: str  # why it cannot do what the world file says it does; empty where it can
    over: OverQuota | None = None  # why Exchange Online does not carry all that it sends outside

    @property
    def works(self) -> bool:
        """True when today's method arrives on the day of the plan."""
        return bool(self.spans) and not self.cannot and span_at(self.spans, self.at).arrives

    @property
    def stop(self) -> datetime | None:
        """When today's method ends; None for one that works on, or that never worked."""
        return None if self.cannot else stops_at(self.spans)

    @property
    def line(self) -> str:
        """The line at the end of today's method."""
        if self.cannot:
            return self.cannot
        if not self.spans:
            return ""
        if not self.works:
            return line_of(span_at(self.spans, self.at))
        return line_of(span_at(self.spans, self.stop)) if self.stop else ""

    @property
    def urgency(self) -> tuple[int, bool, int, str]:
        """Where it comes in the order of the work."""
        return (rank(self.choice.method), self.works, -self.sender.messages_per_day, self.sender.name)


def look(question: Question) -> Looked:
    """Look at a sender; a profile that is a guess does not outweigh the method that was seen.

    No way is thought of for one that may be a forger: its address is in no step of the plan.
    """
    sender = question.sender
    wrong = "" if question.has_guessed_profile else cannot(sender)
    spans = _course(question)
    if owner := question.unsaid.owner(sender):
        return Looked(sender, spans, (), Choice(None, f"{_NOBODY_S}: {owner}", stays=True), question.at, wrong)
    met = [span_at(spans, at) for at in question.judged if spans]
    bad = next((span for span in met if not span.arrives), None)
    arrives = bool(spans) and not wrong and bad is None
    found = ways(question, (line_of(bad) if bad else "") if spans else None)
    return Looked(sender, spans, found, choose(sender, found, arrives=arrives), question.at, wrong)


def _course(question: Question) -> tuple[Span, ...]:
    """Give the course of today's method from the day of the plan on; where it has ended before, the whole of it."""
    world, rulebook, sender = question.world, question.rulebook, question.sender
    ahead = course(world, rulebook, sender, sender.today, since=question.at)
    return ahead if stops_at(ahead) or not ahead or ahead[-1].arrives else course(world, rulebook, sender, sender.today)


def cannot(sender: Sender) -> str:
    """Say why a sender of its profile cannot do what the world file says it does; empty where it can."""
    is_oauth = sender.today in {Method.SMTP_AUTH_OAUTH, Method.HVE_OAUTH}
    if is_oauth and not profile(sender.profile).sign_in.speaks_oauth:
        return f"{sender.profile} has no OAuth 2.0, so {sender.today} or its profile is wrong in the world file"
    return ""
