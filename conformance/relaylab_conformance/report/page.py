"""What the page shows, prepared: each answer of a sender once, counts, and the readings that mattered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from relaylab.domain.clock import iso
from relaylab.domain.source import Source
from relaylab.rules.milestones import MILESTONES
from relaylab.rules.readings import READINGS
from relaylab_conformance.finding import Fate, PlanWord, Status
from relaylab_conformance.migration.dates import CUTOVER
from relaylab_conformance.report.model import Outcome, Report, SenderReport


@dataclass(frozen=True, slots=True)
class Said:
    """A line, and the reading under which it is said (empty where it is said under each)."""

    line: str
    reading: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Why some cells of a sender are not a plain PASS: told once, with the places it holds for."""

    where: tuple[str, ...]
    said: tuple[Said, ...]
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Row:
    """A sender with its answers; ``differs`` says that it behaves otherwise under another reading."""

    sender: SenderReport
    answers: tuple[Answer, ...]
    differs: bool
    untried: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """So many senders share these words."""

    number: int
    words: str
    tone: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A reading as it was in force."""

    name: str
    value: str
    meaning: str
    default: str
    source: Source
    mattered: bool


@dataclass(frozen=True, slots=True)
class Day:
    """A milestone as it was in force; those of the cutover matter, and those that somebody moved."""

    name: str
    at: str
    what: str
    decision: str
    source: Source
    moved: bool
    matters: bool


def day(instant: datetime | None) -> str:
    """Write an instant as a person would: without the midnight."""
    return iso(instant).removesuffix("T00:00:00Z") if instant else "no date"


def rows(report: Report) -> Iterator[Row]:
    """Give the senders in order."""
    for sender in report.senders:
        untried = dict.fromkeys(
            f"{cell.method}: {cell.reason}" for cell in sender.cells if cell.status is Status.NOT_EXERCISED
        )
        differs = any(len({outcome.sender_does for outcome in cell.outcomes}) > 1 for cell in sender.cells)
        yield Row(sender, tuple(_answers(sender)), differs, tuple(untried))


def _answers(sender: SenderReport) -> Iterator[Answer]:
    """Give each distinct answer once: cells with one rule, fix and consequence share it."""
    alike: dict[tuple[object, ...], list[tuple[str, Outcome]]] = {}
    for cell in sender.cells:
        for outcome in cell.outcomes:
            if outcome.status not in {Status.PASS, Status.NOT_EXERCISED}:
                key = (outcome.rule, outcome.fix, outcome.sender_does, outcome.source, outcome.because[:1])
                alike.setdefault(key, []).append((f"{cell.method}, {day(cell.at)}", outcome))
    for told in alike.values():
        lines: dict[str, set[str]] = {}
        for _, outcome in told:
            under = ", ".join(f"{name}={value}" for name, value in outcome.reading.items())
            lines.setdefault(outcome.line, set()).add(under)
        said = tuple(Said(line, next(iter(under)) if len(lines) > 1 else "") for line, under in lines.items() if line)
        yield Answer(tuple(dict.fromkeys(where for where, _ in told)), said, told[0][1])


_FATE_TONES: Mapping[Fate, str] = {Fate.READY: "pass", Fate.OPEN: "open"}
_PLAN_TONES: Mapping[PlanWord, str] = {
    PlanWord.ENOUGH: "pass",
    PlanWord.NONE_NEEDED: "pass",
    PlanWord.OPEN: "open",
    PlanWord.BUT_FOR_VOLUME: "strict",
    PlanWord.LATE: "strict",
}


def fates(report: Report) -> tuple[Count, ...]:
    """Count what becomes of the senders."""
    counted = Counter(sender.verdict for sender in report.senders)
    return tuple(Count(counted[fate], fate.of(counted[fate]), fate_tone(fate)) for fate in Fate if counted[fate])


def plans(report: Report) -> tuple[Count, ...]:
    """Count what the plans are worth."""
    counted = Counter(sender.plan for sender in report.senders)
    return tuple(Count(counted[word], word.of(counted[word]), plan_tone(word)) for word in PlanWord if counted[word])


def fate_tone(fate: Fate) -> str:
    """Give the tone of a fate: pass, strict, fail or open."""
    return _FATE_TONES.get(fate, "fail")


def plan_tone(plan: PlanWord) -> str:
    """Give the tone of a plan's worth."""
    return _PLAN_TONES.get(plan, "fail")


def status_tone(status: Status) -> str:
    """Give the tone of a status."""
    return {Status.PASS: "pass", Status.NON_STRICT: "strict", Status.FAIL: "fail"}.get(status, "open")


def choices(report: Report) -> tuple[Choice, ...]:
    """Give the readings in force, those first that some answer rests on or that somebody chose."""
    mattered = {name for _, cell in report.cells for outcome in cell.outcomes for name in outcome.rests_on}
    mattered |= {name for _, cell in report.cells for outcome in cell.outcomes for name in outcome.reading}
    mattered |= set(report.readings_chosen)
    listed = (
        Choice(
            one.name,
            report.readings[one.name],
            dict(one.values)[report.readings[one.name]],
            one.default,
            one.source,
            one.name in mattered,
        )
        for one in READINGS
    )
    return tuple(sorted(listed, key=lambda choice: not choice.mattered))


def days(report: Report) -> tuple[Day, ...]:
    """Give the milestones in force."""
    return tuple(
        Day(
            one.name,
            day(report.milestones[one.name]),
            one.what,
            one.decision,
            one.source,
            one.name in report.milestones_moved,
            one in CUTOVER or one.name in report.milestones_moved,
        )
        for one in MILESTONES
    )
