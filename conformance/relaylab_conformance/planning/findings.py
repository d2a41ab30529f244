"""What a plan comes to, a line a finding: how the expected plan of the shipped estate is written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from relaylab_conformance.planning import words

if TYPE_CHECKING:
    from relaylab_conformance.planning.model import Plan


def findings(plan: Plan) -> Iterator[str]:
    """Give what is planned in the order of the work: senders, steps, what is possible; mistakes; guide errors."""
    staying = [one for one in plan.senders if not one.needs_work]
    for one in (*plan.work, *staying):
        behind = "".join(f"; {said}" for said in (words.before(plan, one), words.still(one)) if said)
        yield f"{one.order or '-'} {one.name}: {one.today}, {words.stop(one)}; {words.move(one)}{behind}"
        for step in one.steps:
            yield f"  {step.kind}: {' / '.join(step.lines)}"
        for each in one.candidates:
            if each.is_possible:
                yield f"  possible {each.possible}: {each.method}"
    for mistake in words.made(plan):
        yield f"mistake {mistake.number}: {', '.join(mistake.senders)}"
    for error in plan.guide_errors:
        yield f"guide error: {error.found}"
