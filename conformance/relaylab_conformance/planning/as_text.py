"""A plan on a terminal: the table in the order of work, the steps of the first, and what else was found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from relaylab_conformance.planning import words
from relaylab_conformance.report.page import day
from relaylab_conformance.tables import Column, table

if TYPE_CHECKING:
    from relaylab_conformance.planning.model import Plan, SenderPlan

_BEFORE: Final = Column("do before")
_STILL: Final = Column("stands still")
_COLUMNS: Final = (
    Column("#"),
    Column("sender"),
    Column("today"),
    Column("stops"),
    Column("with", wraps=True),
    Column("move to"),
    Column("effort", wraps=True),
    _BEFORE,
    _STILL,
)


def as_text(plan: Plan, fit: int) -> str:
    """Write a plan in ``fit`` columns."""
    return "\n".join(_lines(plan, fit))


def _lines(plan: Plan, fit: int) -> Iterator[str]:
    yield f"{plan.estate}: a plan, made {day(plan.at)}"
    yield from words.headline(plan)
    if plan.promised:
        yield "\nPromised before"
        yield from (f"  {line}" for line in words.promises(plan))
    if plan.open_questions:
        yield "\nAnswer first"
        yield from (f"  {asked}" for asked in words.questions(plan))
    yield ""
    staying = [one for one in plan.senders if not one.needs_work]
    absent = ([] if words.has_days(plan) else [_BEFORE]) + ([] if words.has_still(plan) else [_STILL])
    columns = [one for one in _COLUMNS if one not in absent]
    yield table(columns, [_row(plan, one) for one in (*plan.work, *staying)], fit)
    first = next(iter(plan.work), None)
    if first is not None:
        yield f"\nDo this first, for {first.name}: {first.why}"
        for step in first.steps:
            yield f"  {step.what} ({step.source.title}, {step.source.fact})"
            yield from (f"    {line}" for line in step.lines)
    for one in (*plan.work, *staying):
        for said in (words.differs(one), *one.cautions):
            if said:
                yield f"\n{one.name}: {said}" if said == words.differs(one) else f"{one.name}: {said}"
    yield from _found(plan)


def _found(plan: Plan) -> Iterator[str]:
    """Give the mistakes, and what a guide got wrong."""
    if words.made(plan):
        yield "\nMistakes"
        for mistake in words.made(plan):
            yield f"  {mistake.number}. {mistake.name}: {', '.join(mistake.senders)}"
            yield f"     {mistake.fix}"
    if plan.guide_errors:
        yield "\nWhat a guide got wrong"
        for error in plan.guide_errors:
            yield f"  line {error.line}: {error.found}: {error.wrong}; {error.symptom}. Instead: {error.instead}"


def _row(plan: Plan, sender: SenderPlan) -> tuple[str, ...]:
    return (
        str(sender.order or ""),
        sender.name,
        sender.today,
        words.stop(sender),
        words.last_line(sender),
        words.move(sender),
        sender.effort,
        *([words.before(plan, sender)] if words.has_days(plan) else []),
        *([words.still(sender)] if words.has_still(plan) else []),
    )
