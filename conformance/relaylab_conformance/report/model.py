"""The certificate of a migration as frozen values: what the JSON, the page and the XML are written from.

Law: nothing here comes from the machine or the moment of a run. No wall clock, no port, no path, no secret: the same
estate, dates, choices and seed give the same values, and so the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from relaylab.domain.decision import ReplyFacts
from relaylab.domain.estate import Method
from relaylab.domain.source import Source
from relaylab_conformance.finding import Fate, PlanWord, Status

SCHEMA: Final = "relaylab.report/1"
STATEMENT: Final = (
    "This certificate says how senders fared against relaylab, an emulator made from public documents and public "
    "transcripts. It is not a Microsoft programme, and Microsoft has no part in it: the real service may answer "
    "otherwise, and may change on any day."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one delivery came to, under the readings in ``reading`` where it was tried under several.

    ``reply`` is the line that decided, without its trailer; ``rule`` the rule that gave it (null: the service's
    default, or the sender stopped by itself); ``rests_on`` the readings behind that rule. ``placed`` tells where each
    final recipient's copy went, ``seen`` what each judge of the sender found at the tenant MX and behind it, in
    sentences. ``event`` and ``message`` are what ``relaylab explain --run DIR`` takes.
    """

    reading: Mapping[str, str]
    status: Status
    reply: ReplyFacts | None
    rule: str | None
    placed: Mapping[str, str]
    seen: tuple[str, ...]
    conduct: str | None
    sender_does: str
    because: tuple[str, ...]
    rests_on: Mapping[str, str]
    source: Source | None
    fix: str
    transcript: str | None
    event: int | None
    message: str | None

    @property
    def line(self) -> str:
        """The deciding line, or what stands in its place."""
        return self.reply.line if self.reply else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One sender by one method at one date; the worst of its outcomes is its status.

    ``reason`` is one sentence: why it is not a plain PASS.
    """

    at: datetime
    method: Method
    status: Status
    reason: str
    outcomes: tuple[Outcome, ...]

    @property
    def worst(self) -> Outcome | None:
        """The outcome that gives the cell its status; of several, the first."""
        return next((outcome for outcome in self.outcomes if outcome.status is self.status), None)

    @property
    def answers_differ(self) -> bool:
        """True when the readings it was tried under gave different lines."""
        return len({(outcome.line, outcome.sender_does) for outcome in self.outcomes}) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderReport:
    """A sender: what becomes of it as it is today, what its plan is worth, and every cell behind that.

    ``stops_at`` is the instant from which today's method is refused (null: it never stops, or never worked).
    ``pitfalls`` say where a method does not fit its recipients or its volume.
    """

    name: str
    profile: str
    profile_confidence: str
    site: str | None
    sends_from: str
    today: Method
    target: Method
    planned_for: date | None
    verdict: Fate
    stops_at: datetime | None
    plan: PlanWord
    stands_still_days: int | None
    summary: str
    pitfalls: tuple[str, ...]
    cells: tuple[Cell, ...]

    @property
    def methods(self) -> tuple[Method, ...]:
        """The methods it was tried by, today's first."""
        return (self.today,) if self.today is self.target else (self.today, self.target)

    def cell(self, method: Method, at: datetime) -> Cell:
        """Give the cell of a method at a date."""
        return next(cell for cell in self.cells if cell.method is method and cell.at == at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One of the five mistakes that audits find; ``seen`` says what was found, a sentence for each sender."""

    number: int
    name: str
    status: Status
    senders: tuple[str, ...]
    seen: tuple[str, ...]
    symptom: str
    cause: str
    fix: str
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A certificate.

    ``readings`` and ``milestones`` are all that were in force; ``readings_chosen`` and ``milestones_moved`` name those
    that are not as relaylab has them by default. With a ``phase``, the state of the cutover was set at each date.
    """

    schema: str
    suite_version: str
    statement: str
    estate: str
    estate_digest: str
    rulebook_digest: str
    seed: int
    at: tuple[datetime, ...]
    phase: str | None
    readings: Mapping[str, str]
    readings_chosen: tuple[str, ...]
    milestones: Mapping[str, datetime | None]
    milestones_moved: tuple[str, ...]
    status: Status
    senders: tuple[SenderReport, ...]
    mistakes: tuple[Mistake, ...]
    notes: tuple[str, ...]

    @property
    def cells(self) -> Iterator[tuple[SenderReport, Cell]]:
        """Every cell with its sender, in order."""
        return ((sender, cell) for sender in self.senders for cell in sender.cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A report with its evidence: ``transcripts`` by file name, verdicts and kept messages as JSON values."""

    report: Report
    transcripts: Mapping[str, str]
    events: tuple[Mapping[str, object], ...]
    messages: tuple[Mapping[str, object], ...]
