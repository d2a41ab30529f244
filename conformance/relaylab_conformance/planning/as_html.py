"""The one page of a plan: who stops when, with which line, and what to do first. It needs nothing but itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from relaylab_conformance.planning import words
from relaylab_conformance.report import sheet
from relaylab_conformance.report.page import day

if TYPE_CHECKING:
    from relaylab_conformance.planning.model import Plan, SenderPlan

_TEMPLATES: Final = Path(__file__).with_name("templates")


def as_html(plan: Plan) -> str:
    """Write the page; the same plan gives the same text."""
    environment = sheet.environment(_TEMPLATES)
    environment.filters |= {"day": day}
    environment.globals |= {
        "stop": words.stop,
        "move": words.moves_to,
        "named": words.named,
        "counted": words.counted,
        "has_days": words.has_days,
        "has_still": words.has_still,
        "last_line": words.last_line,
        "still": words.still,
        "before": words.before,
        "cost": words.cost,
        "differs": words.differs,
        "tone": _tone,
    }
    return environment.get_template("plan.html.j2").render(
        plan=plan,
        style=sheet.style(),
        headline=words.headline(plan),
        promises=words.promises(plan),
        questions=words.questions(plan),
        made=words.made(plan),
        staying=tuple(one for one in plan.senders if not one.needs_work),
    )


def _tone(sender: SenderPlan) -> str:
    """Give the tone of when a sender stops."""
    if sender.ask_first:
        return "strict"
    if not sender.needs_work:
        return "pass"
    return "strict" if sender.works_today else "fail"
