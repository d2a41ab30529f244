"""What becomes of a sender, what its plan is worth, and both in a sentence or two that anybody can read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from relaylab.domain.clock import iso
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.domain.estate import Method
from relaylab.rules.milestones import BASIC_AUTH_OFF_BY_DEFAULT
from relaylab_conformance.finding import Fate, PlanWord, Status
from relaylab_conformance.migration.course import Span, stops_at
from relaylab_conformance.migration.mistakes import stands_still
from relaylab_conformance.report.model import SenderReport
from relaylab_scenarios import Conduct, profile

if TYPE_CHECKING:
    from relaylab.domain.estate import Sender
    from relaylab.engine.rulebook import Rulebook
    from relaylab_conformance.migration.outside_quota import OverQuota
    from relaylab_conformance.migration.volume import TooMuch
    from relaylab_conformance.report.model import Cell

# A report about a message that was accepted lies in a mailbox; a scanner's mailbox is read by nobody.
_FATES: Final = {
    Conduct.DELIVERED: Fate.SILENT,
    Conduct.PARTIAL: Fate.PARTLY,
    Conduct.STOPS_WITH_ERROR: Fate.STOPS,
    Conduct.RETURNS_TO_SENDER: Fate.STOPS,
    Conduct.REFUSES_LOCALLY: Fate.STOPS,
    Conduct.QUEUES_SILENTLY: Fate.QUEUES,
    Conduct.LOSES_MESSAGE: Fate.SILENT,
}
_GOOD: Final = (Status.PASS, Status.NON_STRICT)
_LONGEST: Final = 120  # characters of a reply line in a sentence


def sender_report(  # noqa: PLR0913 - each is a fact of its own
    sender: Sender,
    cells: tuple[Cell, ...],
    spans: tuple[Span, ...],
    rulebook: Rulebook,
    *,
    found: tuple[str, ...] = (),
    volume: TooMuch | OverQuota | None = None,
) -> SenderReport:
    """Put a sender's cells together; ``spans`` is the course of today's method under the rulebook.

    ``found`` are its pitfalls, ``volume`` is what its target does not carry of its day.
    """
    view = _View(sender, cells, spans, rulebook, volume)
    return SenderReport(
        name=sender.name,
        profile=sender.profile,
        profile_confidence=profile(sender.profile).about.confidence.value,
        site=sender.site,
        sends_from=str(sender.from_address),
        today=sender.today,
        target=sender.target,
        planned_for=sender.planned_for,
        verdict=view.fate,
        stops_at=view.stop,
        plan=view.plan,
        stands_still_days=stands_still(sender, view.stop),
        summary=" ".join(filter(None, (view.today, view.future))),
        pitfalls=found,
        cells=cells,
    )


@dataclass(frozen=True, slots=True)
class _View:
    """One sender, looked at from the side of its owner."""

    sender: Sender
    cells: tuple[Cell, ...]
    spans: tuple[Span, ...]
    rulebook: Rulebook
    volume: TooMuch | OverQuota | None

    def by(self, method: Method) -> tuple[Cell, ...]:
        return tuple(cell for cell in self.cells if cell.method is method)

    @property
    def stop(self) -> datetime | None:
        return stops_at(self.spans)

    @property
    def failing(self) -> tuple[Cell, ...]:
        return tuple(cell for cell in self.by(self.sender.today) if cell.status is Status.FAIL)

    @property
    def fate(self) -> Fate:
        """What today's method comes to: at the last date at which it fails, else at the end of its course."""
        if self.failing:
            worst = self.failing[-1].worst
            return _FATES[Conduct(worst.conduct)] if worst and worst.conduct else Fate.STOPS
        if self.stop is not None and not self._ends_with_a_token:
            after = profile(self.sender.profile).aftermath
            last = self.spans[-1].decision
            at_sign_in = last.stage is Stage.AUTH or last.endpoint is Endpoint.ENTRA
            return _FATES[(after.sign_in_refused if at_sign_in else after.refused_for_good).conduct]
        tried = all(cell.status in _GOOD for cell in self.by(self.sender.today))
        return Fate.READY if tried else Fate.OPEN

    @property
    def _ends_with_a_token(self) -> bool:
        """Tell a token of the world that expires, which a real sender would renew, from a way that ends."""
        is_oauth = self.sender.today in {Method.SMTP_AUTH_OAUTH, Method.HVE_OAUTH}
        return is_oauth and self.spans[-1].decision.endpoint is not Endpoint.ENTRA

    @property
    def plan(self) -> PlanWord:
        """What the target is worth."""
        if self.sender.target is self.sender.today:
            if self.volume and self.fate is Fate.READY:
                return PlanWord.NONE_MADE
            return {Fate.READY: PlanWord.NONE_NEEDED, Fate.OPEN: PlanWord.OPEN}.get(self.fate, PlanWord.NONE_MADE)
        statuses = {cell.status for cell in self.by(self.sender.target)}
        if Status.FAIL in statuses:
            return PlanWord.NOT_ENOUGH
        if stands_still(self.sender, self.stop):
            return PlanWord.LATE
        if not statuses <= set(_GOOD):
            return PlanWord.OPEN
        return PlanWord.BUT_FOR_VOLUME if self.volume else PlanWord.ENOUGH

    @property
    def today(self) -> str:
        """What happens if nothing is done."""
        if self.failing:
            worst = self.failing[-1].worst
            does = _sentence(f"it {worst.sender_does}") if worst else ""
            return f"{_sentence(self._refusals)} {does}".rstrip()
        reasons = [cell.reason for cell in self.by(self.sender.today) if cell.reason]
        if reasons:
            return _sentence(reasons[0])
        arrives = _sentence(f"its mail arrives on every date judged{self._and_then}")
        if self.volume and self.sender.target is self.sender.today:
            return f"{arrives} Not all of a day does: {self.volume}, and nothing is planned about that."
        return arrives

    @property
    def _and_then(self) -> str:
        """What comes behind the dates judged, or may."""
        if self.stop is not None and self._ends_with_a_token:
            return f", until its token ends on {_day(self.stop)}"
        if self.stop is not None:
            reply = self.spans[-1].decision.reply
            return f", and is refused from {_day(self.stop)} on: {_cut(reply.line) if reply else ''}"
        off = self.rulebook.calendar.at(BASIC_AUTH_OFF_BY_DEFAULT.name)
        if self.sender.today is Method.SMTP_AUTH_BASIC and off is not None and off <= self.cells[-1].at:
            return ", but only because Basic was re-enabled, and no longer than until Microsoft removes it"
        return ""

    @property
    def _refusals(self) -> str:
        """When it is refused, and with which line."""
        every = len(self.failing) == len(self.by(self.sender.today))
        dates: dict[str, list[str]] = {}
        for cell in self.failing:
            dates.setdefault(_cut(cell.reason), []).append(_day(cell.at))
        if self.stop is not None and not every and len(dates) == 1:
            return f"from {_day(self.stop)} on: {next(iter(dates))}"
        if every and len(dates) == 1:
            return f"on every date judged: {next(iter(dates))}"
        return "; ".join(f"on {', '.join(days)}: {line}" for line, days in dates.items())

    @property
    def future(self) -> str:
        """What the plan does about it."""
        sender = self.sender
        if sender.target is sender.today:
            return ""
        cells = self.by(sender.target)
        bad = next((cell for cell in cells if cell.status is Status.FAIL), None)
        untried = next((cell for cell in cells if cell.status not in _GOOD), None)
        days = stands_still(sender, self.stop)
        if bad is not None:
            worth = f"is not enough: {_cut(bad.reason)}"
        elif untried is not None:
            worth = f"is not judged yet: {untried.reason}"
        else:
            worth = "would be enough" if days else "is enough"
            if self.volume:
                worth = f"{worth} but for its volume: {self.volume}"
        late = f" It is planned for {sender.planned_for}, so the sender stands still for {days} days." if days else ""
        return _sentence(f"the plan, {sender.target}, {worth}") + late


def _day(instant: datetime) -> str:
    return iso(instant).removesuffix("T00:00:00Z")


def _cut(line: str) -> str:
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 3]}..."


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")
