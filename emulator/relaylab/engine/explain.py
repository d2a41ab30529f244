"""A verdict as sentences: what was answered, which rule decided, where that is written, and what would change it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaylab.domain.clock import iso
from relaylab.engine.passing import way_to_pass
from relaylab.engine.shortlist import Outcome

if TYPE_CHECKING:
    from relaylab.domain.decision import Decision
    from relaylab.engine.verdict import Verdict


def explain_verdict(verdict: Verdict) -> str:
    """Explain a verdict, with what would have let it pass and its trace."""
    passed = [step.rule for step in verdict.trace() if step.outcome is Outcome.PASSED]
    way = way_to_pass(verdict)
    lines = [explain_decision(verdict.decision()), *(way.lines() if way else ())]
    if passed:
        lines.append("Looked at before, and not so:")
        lines += [f"  {rule.id}: {rule.sentence}" for rule in passed]
    return "\n".join(lines)


def explain_decision(decision: Decision) -> str:
    """Explain a decision as it was kept, without the rules it was made by."""
    said = decision.reply.line if decision.reply else "(nothing is said)"
    lines = [
        f"{decision.endpoint} answered at {decision.stage}, {iso(decision.at)}: {said}",
        f"Rule: {decision.rule or 'none; the default of this stage'} ({decision.effect})",
        *(f"  {sentence}" for sentence in decision.because),
        f"Source: {decision.source}",
    ]
    if decision.source.url:
        lines.append(f"  {decision.source.url}")
    if decision.reading:
        lines.append("Reading: " + ", ".join(f"{name}={value}" for name, value in decision.reading))
    if decision.fix:
        lines.append(f"Fix: {decision.fix}")
    return "\n".join(lines)
