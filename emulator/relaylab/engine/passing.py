"""What would have let it pass: the rules that stand in the way of an ask, and the nearest dates at which none does.

Law: nothing here guesses at another ask. It is the same question, put to the rules behind the one that decided, and to
the rules of other dates; what was counted, and how much is allowed, stay as they were. Admission is never a rule of its
own, it is the default of a stage: so what is nearest to it is the shortest list of rules that must not hold.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from relaylab.domain.clock import iso
from relaylab.engine.shortlist import Outcome

if TYPE_CHECKING:
    from relaylab.domain.reply import Reply
    from relaylab.engine.rule import AnyRule
    from relaylab.engine.verdict import Verdict

_AN_INSTANT: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class WayToPass:
    """What stands between an ask and its admission.

    ``obstacles`` are the rules in force that would decide against it, in their order, the one that did first; once none
    of them holds, the stage says ``then``. ``passed_until`` is the nearest earlier date up to which the same passed,
    ``passes_from`` the nearest later one from which it will; None where there is none.
    """

    obstacles: tuple[AnyRule, ...]
    then: Reply | None
    passed_until: datetime | None
    passes_from: datetime | None

    def lines(self) -> list[str]:
        """Say it in sentences."""
        said = [
            f"{'It passes once this does not hold' if place == 0 else 'Behind it stands'}: {rule.id}: {rule.sentence}"
            for place, rule in enumerate(self.obstacles)
        ]
        if self.passed_until is not None:
            said.append(f"The same passed until {iso(self.passed_until)}")
        if self.passes_from is not None:
            said.append(f"The same will pass from {iso(self.passes_from)} on")
        return said


def way_to_pass(verdict: Verdict) -> WayToPass | None:
    """Give what would have let it pass; None for what did."""
    if verdict.admits:
        return None
    behind = (step.rule for step in verdict.trace() if step.outcome is Outcome.NOT_REACHED)
    obstacles = [verdict.rule] if verdict.rule else []
    obstacles += [rule for rule in behind if rule.matches(verdict.ask)]
    default = verdict.default.reply
    edges = verdict.rulebook.edges
    return WayToPass(
        obstacles=tuple(obstacles),
        then=default.fill(**verdict.ask.words()) if default else None,
        passed_until=next(
            (edge for edge in reversed(edges) if edge <= verdict.at and _passes(verdict, edge - _AN_INSTANT)), None
        ),
        passes_from=next((edge for edge in edges if edge > verdict.at and _passes(verdict, edge)), None),
    )


def _passes(verdict: Verdict, at: datetime) -> bool:
    return verdict.rulebook.judge(replace(verdict.ask, now=at)).admits
