"""The sentences that the table, the checklist and the page have in common."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from relaylab.domain.estate import Method
from relaylab_conformance.finding import Status
from relaylab_conformance.planning.carrying_out import PROMISED
from relaylab_conformance.planning.model import Possible
from relaylab_conformance.report.page import day

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relaylab.domain.source import Source
    from relaylab_conformance.planning.model import OpenQuestion, Plan, SenderPlan
    from relaylab_conformance.report.model import Mistake


BUFFER: Final = timedelta(days=60)  # before the cutover, as guides and our matrix have it
_NOW: Final = "now"
ANSWER_FIRST: Final = "answer these first, and plan again"
_ASKS: Final = {  # how a reason begins, and what it asks for
    "static IPv4": "site",
    "port 25 open": "site",
    "OAuth-capable": "profile",
    "address of its own?": "owner of the address",
    "internal only? Not known: the members": "members",
    "internal only? Not known: it writes": "recipients",
}
_NAMED: Final = 5  # of those that a question is asked of
_ADDRESS: Final = re.compile(r"\d+(?:\.\d+){3}")
_CENT: Final = 0.01
_NAMES: Final = {
    Method.SMTP_AUTH_BASIC: "SMTP AUTH with a password",
    Method.SMTP_AUTH_OAUTH: "SMTP AUTH with OAuth",
    Method.CONNECTOR_RELAY: "connector relay",
    Method.DIRECT_SEND: "Direct Send",
    Method.HVE_BASIC: "High Volume Email with a password",
    Method.HVE_OAUTH: "High Volume Email with OAuth",
    Method.ACS_SMTP: "ACS Email over SMTP",
    Method.ACS_REST: "ACS Email over REST",
    Method.MAIL_CONTACT: "mail contact",
}


def named(method: Method) -> str:
    """Give the name of a method as a person has it; the world file has its word."""
    return _NAMES[method]


def counted(number: int, noun: str) -> str:
    """Write a number of things."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def cited(source: Source) -> str:
    """Write where something stands; a date that the title has is not written again."""
    told = source.title if source.date in source.title else f"{source.title}, {source.date}"
    return f"{told} ({source.confidence}, {source.fact})"


def sentence(text: str) -> str:
    """Begin a text as a sentence begins."""
    return text[:1].upper() + text[1:]


def headline(plan: Plan) -> tuple[str, ...]:
    """Say in a few sentences how the estate stands."""
    stopped = [one for one in plan.work if not one.works_today]
    stops = [one for one in plan.work if one.works_today and one.stops_at]
    told = [_promised(len(plan.promised))] if plan.promised else []
    if plan.open_questions:
        stand = "questions stand" if len(plan.open_questions) > 1 else "question stands"
        told.append(f"{len(plan.open_questions):,} {stand} open in the world file (# unknown): {ANSWER_FIRST}.")
    if stops:
        first = min(one.stops_at for one in stops if one.stops_at)
        left = (first - plan.at).days
        ahead = f", {counted(left, 'day')} ahead" if left > 0 else ""
        told.append(f"{_senders(len(stops))} of {len(plan.senders)} will be refused, the first on {day(first)}{ahead}.")
    if stopped:
        told.append(f"{_senders(len(stopped))} of {len(plan.senders)} {_are(len(stopped))} refused already.")
    told += [*_without_a_stop(plan), *_without_a_day(plan)]
    nothing = [one for one in plan.work if one.recommended is None and not one.waits_for_answers]
    told += _waiting(plan)
    if nothing:
        told.append(
            f"For {_senders(len(nothing))} no method of Microsoft's fits: {', '.join(one.name for one in nothing)}."
        )
    if plan.work and not has_days(plan):
        told.append(f"No day is left that is {BUFFER.days} days before a stop: begin now, in this order.")
    if not plan.work and not plan.promised and not any(one.ask_first for one in plan.senders):
        told.append("Every sender goes on as it is.")
    told.extend(f"{sentence(one)}." for one in plan.assumed)
    return tuple(told)


def _promised(number: int) -> str:
    lines, are, them, they = ("line", "is", "it", "it is") if number == 1 else ("lines", "are", "them", "they are")
    return (
        f"{number:,} {lines} of this world file {are} promised, not known to be done ({PROMISED}), and this plan "
        f"takes {them} for done: do {them} first, from the plan that wrote {them}, and take the comment away once "
        f"{they} done."
    )


def promises(plan: Plan) -> tuple[str, ...]:
    """Write the lines that a plan before this one wrote as if they were carried out."""
    return tuple(
        f"line {one.line}: {one.key} of {one.table.replace('_', ' ')} {one.name}".rstrip() for one in plan.promised
    )


def _without_a_stop(plan: Plan) -> Iterator[str]:
    """Say why senders that no date stops have work."""
    by_password = [one for one in plan.work if one.today is Method.SMTP_AUTH_BASIC]
    if number := sum(1 for one in by_password if one.works_today and not one.stops_at):
        go = (
            "does not stop by the dates judged and moves" if number == 1 else "do not stop by the dates judged and move"
        )
        yield (
            f"{_senders(number)} of {len(plan.senders)} {go} all the same: by what Microsoft announces, a password has "
            "no future."
        )


def _without_a_day(plan: Plan) -> Iterator[str]:
    """Say how the plan comes to know how long a sender stands still, where it knows it of none."""
    if not has_still(plan) and any(one.planned_for is None for one in plan.work):
        yield (
            "How long a sender would stand still, the plan says once the world file has the day that its owner plans "
            "for (planned_for)."
        )


def _waiting(plan: Plan) -> Iterator[str]:
    """Say what has to be known of the senders that wait for it; of those that lack the same in one sentence."""
    alike: dict[str, list[str]] = {}
    for one in plan.work:
        if one.waits_for_answers:
            alike.setdefault(_missing(one), []).append(one.name)
    for missing, names in alike.items():
        yield f"Without {missing} nobody can say what fits {_senders(len(names))}: {', '.join(names)}."


def _missing(waiting: SenderPlan) -> str:
    """Name what of the world file could make a method possible: of one that nothing else stands against."""
    open_ways = [way for way in waiting.candidates if way.possible is Possible.NOT_KNOWN]
    reasons = [reason for way in open_ways for reason in way.reasons]
    asked = (key for begin, key in _ASKS.items() if any(reason.startswith(begin) for reason in reasons))
    *others, last = (f"the {key}" for key in dict.fromkeys(asked) or ("answers",))
    return f"{', '.join(others)} and {last}" if others else last


def questions(plan: Plan) -> tuple[str, ...]:
    """Write the open questions, those that come first in front; one that is asked of many is written once."""
    alike: dict[tuple[bool, str, str, str], list[OpenQuestion]] = {}
    for one in sorted(plan.open_questions, key=lambda one: not one.comes_first):
        alike.setdefault((not one.comes_first, one.table, one.key, _ADDRESS.sub("", one.ask)), []).append(one)
    return tuple(_question(asked) for asked in alike.values())


def _question(asked: list[OpenQuestion]) -> str:
    first, names = asked[0], [one.name for one in asked if one.name]
    whose = ", ".join(names[:_NAMED])
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    place = f"line {first.line}" if len(asked) == 1 else f"from line {first.line} on"
    of = f"{first.table.replace('_', ' ')} {whose}".strip()
    ask = first.ask if len({one.ask for one in asked}) == 1 else _ADDRESS.sub("each address", first.ask)
    return f"{first.key} of {of}{more} ({place}): {ask}"


def stop(sender: SenderPlan) -> str:
    """Say when a sender stops."""
    if sender.works_today and sender.stops_at:
        return day(sender.stops_at)
    if not sender.works_today:
        if sender.stops_at:
            return f"since {day(sender.stops_at)}"
        return "refused already" if sender.line else "not known"
    return "does not stop"


def last_line(sender: SenderPlan) -> str:
    """Give the line at the end of today's method, of one that stays too where it ends some day."""
    return sender.line if sender.needs_work or sender.stops_at else ""


def move(sender: SenderPlan) -> str:
    """Say where a sender goes."""
    if sender.recommended is None:
        return "ask first" if sender.waits_for_answers else "nothing fits"
    if not sender.needs_work:
        return "stays"
    return str(sender.recommended)


def moves_to(sender: SenderPlan) -> str:
    """Say the same by the names that persons have for methods."""
    goes = sender.needs_work and sender.recommended is not None
    return named(sender.recommended) if goes and sender.recommended else move(sender)


def differs(sender: SenderPlan) -> str:
    """Say what becomes of a target that somebody wrote and that does not hold; empty where it holds."""
    if not sender.needs_work or sender.written in {sender.today, sender.recommended}:
        return ""
    found = next((one for one in sender.candidates if one.method is sender.written), None)
    falls_short = found is not None and found.is_possible
    lacks = "does not carry a whole day of it" if falls_short else "does not hold"
    return f"the world file plans {sender.written}, which {lacks}"


def has_days(plan: Plan) -> bool:
    """Tell whether there is a day before which something has to be done; else all of it is to be done now."""
    return any(before(plan, one) != _NOW for one in plan.work)


def has_still(plan: Plan) -> bool:
    """Tell whether anybody stands still, by the days that are known."""
    return any(still(one) for one in plan.senders)


def before(plan: Plan, sender: SenderPlan) -> str:
    """Say by when the work is done with a buffer of 60 days before the stop, or that this day has passed."""
    if not sender.needs_work:
        return ""
    if not sender.works_today or (sender.do_before and sender.do_before <= plan.at.date()):
        return _NOW
    return sender.do_before.isoformat() if sender.do_before else ""


def still(sender: SenderPlan) -> str:
    """Say how long a sender stands still."""
    days = sender.stands_still_days
    return "" if days is None else counted(days, "day")


def cost(sender: SenderPlan) -> str:
    """Say what High Volume Email would cost."""
    if sender.hve_dollars_a_month is None or sender.hve_recipients_a_day is None:
        return ""
    dollars = f"{sender.hve_dollars_a_month:,.2f}" if sender.hve_dollars_a_month >= _CENT else f"less than {_CENT}"
    return f"{counted(sender.hve_recipients_a_day, 'recipient')} a day, {dollars} US dollars a month"


def made(plan: Plan) -> tuple[Mistake, ...]:
    """Give the mistakes that were found."""
    return tuple(one for one in plan.mistakes if one.status is Status.FAIL)


def has_problems(plan: Plan) -> bool:
    """Tell whether there is something to do or to ask first, or a mistake."""
    return bool(plan.work or plan.promised or made(plan) or any(one.ask_first for one in plan.senders))


def _senders(number: int) -> str:
    return counted(number, "sender")


def _are(number: int) -> str:
    return "is" if number == 1 else "are"
