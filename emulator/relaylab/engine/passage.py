"""What would have let it pass: the same ask, judged again with as few facts changed as it takes, or on another date.

*Nearest* is meant so. Each ``Change`` alters one fact of an ask. From the ask that was refused, the first change in
order that leads to an admission is the passage. Where no single one does, the change that gets past most of the rules
of the shortlist is kept, and the walk goes on from there, through at most ``_FARTHEST`` changes. Dates are looked at
apart: the nearest edge of the calendar, before or after, on whose other side the unchanged ask is admitted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Generic, TypeAlias, TypeVar

from relaylab.domain.asks import Ask
from relaylab.domain.clock import iso

if TYPE_CHECKING:
    from relaylab.engine.verdict import Verdict

A = TypeVar("A", bound=Ask)

_FARTHEST: Final = 4
_TICK: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Change(Generic[A]):
    """One fact of an ask, otherwise; ``words`` say how, with blanks filled from the words of the ask it is made to."""

    asks: type[A]
    words: str
    make: Callable[[A], A]


AnyChange: TypeAlias = Change[Any]  # type: ignore[explicit-any]


@dataclass(frozen=True, slots=True)
class Passage:
    """How the ask would have passed.

    ``changes`` are the facts to change, in words, none where no way was found among those that are known.
    ``by`` is what admits it then: a rule's id, or the default of a stage. ``date`` says on which other date it passes
    unchanged, with what admits it there; empty where there is none.
    """

    changes: tuple[str, ...]
    by: str
    date: str

    def __str__(self) -> str:
        """Say it in a sentence or two."""
        said = []
        if self.changes:
            said.append(f"with {', and '.join(self.changes)}: {self.by} lets it pass")
        if self.date:
            said.append(self.date)
        return "; or ".join(said) or "no way past this answer is known, at no date and with no single setting"


def nearest_passage(verdict: Verdict, changes: tuple[AnyChange, ...]) -> Passage | None:
    """Find what would have let a refused ask pass; None for a verdict that admits."""
    if verdict.admits:
        return None
    made: list[str] = []
    reached = verdict
    fitting = [change for change in changes if isinstance(verdict.ask, change.asks)]
    while len(made) < _FARTHEST and not reached.admits:
        step = _best_step(reached, fitting)
        if step is None:
            break
        words, reached = step
        made.append(words)
    found = reached.admits
    return Passage(tuple(made) if found else (), admitted_by(reached) if found else "", _by_date(verdict))


def admitted_by(verdict: Verdict) -> str:
    """Name what admits: the rule, or the default of the stage."""
    return verdict.rule.id if verdict.rule else f"the default of {verdict.ask.endpoint}.{verdict.stage}"


def _best_step(verdict: Verdict, changes: list[AnyChange]) -> tuple[str, Verdict] | None:
    """Give the first change that leads to an admission, else the one that leads past most rules, if any does."""
    best: tuple[str, Verdict] | None = None
    for change in changes:
        changed = change.make(verdict.ask)
        if changed == verdict.ask:
            continue
        judged = verdict.rulebook.judge(changed)
        step = (change.words.format_map(verdict.ask.words()), judged)
        if judged.admits:
            return step
        if judged.index > (best[1].index if best else verdict.index):
            best = step
    return best


def _by_date(verdict: Verdict) -> str:
    """Say on which side of which edge of the calendar the same ask is admitted, if on any; the nearest one."""
    now = verdict.ask.now
    sides: list[tuple[timedelta, str, datetime]] = []
    for edge in verdict.rulebook.edges:
        if edge <= now:
            sides.append((now - edge, f"before {iso(edge)}", edge - _TICK))
        else:
            sides.append((edge - now, f"from {iso(edge)} on", edge))
    for _, words, instant in sorted(sides):
        judged = verdict.rulebook.judge(replace(verdict.ask, now=instant))
        if judged.admits:
            return f"{words}, unchanged: {admitted_by(judged)} lets it pass"
    return ""
