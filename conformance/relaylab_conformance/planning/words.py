"""The sentences that the table, the checklist and the page have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaylab_conformance.finding import Status
from relaylab_conformance.report.page import day

if TYPE_CHECKING:
    from relaylab_conformance.planning.model import Plan, SenderPlan
    from relaylab_conformance.report.model import Mistake


def headline(plan: Plan) -> tuple[str, ...]:
    """Say in a few sentences how the estate stands."""
    stopped = [one for one in plan.work if not one.works_today]
    stops = [one for one in plan.work if one.works_today and one.stops_at]
    told = []
    if stops and plan.cutover:
        left = (plan.cutover - plan.at).days
        ahead = f", {left} {'day' if left == 1 else 'days'} ahead" if left > 0 else ""
        first = min(one.stops_at for one in stops if one.stops_at)
        told.append(f"{_senders(len(stops))} of {len(plan.senders)} will be refused, the first on {day(first)}{ahead}.")
    if stopped:
        told.append(f"{_senders(len(stopped))} of {len(plan.senders)} {_are(len(stopped))} refused already.")
    nothing = [one for one in plan.work if one.recommended is None]
    if nothing:
        told.append(
            f"For {_senders(len(nothing))} no method of Microsoft's fits: {', '.join(one.name for one in nothing)}."
        )
    if not plan.work:
        told.append("Every sender goes on as it is.")
    return tuple(told)


def stop(sender: SenderPlan) -> str:
    """Say when a sender stops."""
    if sender.works_today and sender.stops_at:
        return day(sender.stops_at)
    if not sender.works_today:
        if sender.stops_at:
            return f"since {day(sender.stops_at)}"
        return "refused already" if sender.line else "not known"
    return "does not stop"


def move(sender: SenderPlan) -> str:
    """Say where a sender goes."""
    if sender.recommended is None:
        return "nothing fits"
    if not sender.needs_work:
        return "stays"
    return str(sender.recommended)


def differs(sender: SenderPlan) -> str:
    """Say what becomes of a target that somebody wrote and that does not hold; empty where it holds."""
    is_planned = sender.written not in {sender.today, sender.recommended} and sender.needs_work
    return f"the world file plans {sender.written}, which does not hold" if is_planned else ""


def before(plan: Plan, sender: SenderPlan) -> str:
    """Say by when the work is done with a buffer of 60 days before the stop, or that this day has passed."""
    if not sender.needs_work:
        return ""
    if not sender.works_today or (sender.do_before and sender.do_before <= plan.at.date()):
        return "now"
    return sender.do_before.isoformat() if sender.do_before else ""


def still(sender: SenderPlan) -> str:
    """Say how long a sender stands still."""
    days = sender.stands_still_days
    return "" if days is None else f"{days} {'day' if days == 1 else 'days'}"


def cost(sender: SenderPlan) -> str:
    """Say what High Volume Email would cost."""
    if sender.hve_dollars_a_month is None or sender.hve_recipients_a_day is None:
        return ""
    number = sender.hve_recipients_a_day
    who = "recipient" if number == 1 else "recipients"
    return f"{number:,} {who} a day, {sender.hve_dollars_a_month:,.2f} US dollars a month"


def made(plan: Plan) -> tuple[Mistake, ...]:
    """Give the mistakes that were found."""
    return tuple(one for one in plan.mistakes if one.status is Status.FAIL)


def has_problems(plan: Plan) -> bool:
    """Tell whether there is something to do, or a mistake."""
    return bool(plan.work or made(plan))


def _senders(number: int) -> str:
    return f"{number} {'sender' if number == 1 else 'senders'}"


def _are(number: int) -> str:
    return "is" if number == 1 else "are"
