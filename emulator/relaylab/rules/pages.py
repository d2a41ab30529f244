"""The catalogue for readers: rules, readings and milestones as rows for a table or JSON, and as pages in Markdown.

Pure functions of a rulebook; whoever prints adds the final newline. A row's ``from`` and ``until`` are the dates that
the rulebook's calendar gives, so they move with readings and milestones. A rule that stands under a milestone without
a date has the milestone's name and no date.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Final, TypedDict

from relaylab.domain.clock import iso
from relaylab.rules import sources
from relaylab.rules.blanks import in_general
from relaylab.rules.milestones import EARLIEST_SUPPORTED

if TYPE_CHECKING:
    from datetime import datetime

    from relaylab.domain.reply import ReplyTemplate
    from relaylab.domain.source import Source
    from relaylab.engine.milestones import Milestone
    from relaylab.engine.readings import Reading
    from relaylab.engine.rule import AnyRule
    from relaylab.engine.rulebook import Rulebook


class SourceRow(TypedDict):
    """A citation."""

    fact: str
    title: str
    url: str
    date: str
    confidence: str


class ReplyRow(TypedDict):
    """A reply without its trailer, its blanks still open."""

    code: int
    enhanced: str | None
    text: str


RuleRow = TypedDict(
    "RuleRow",
    {
        "id": str,
        "endpoint": str,
        "stage": str,
        "from": str | None,
        "from_milestone": str | None,
        "until": str | None,
        "until_milestone": str | None,
        "effect": str,
        "reply": ReplyRow | None,
        "sentence": str,
        "under": dict[str, str],
        "rests_on": list[str],
        "source": SourceRow,
        "reply_source": SourceRow | None,
        "fix": str,
    },
)


class ValueRow(TypedDict):
    """One answer that a reading can give."""

    name: str
    meaning: str


class ReadingRow(TypedDict):
    """A reading, and the value that the rulebook has chosen."""

    name: str
    question: str
    values: list[ValueRow]
    default: str
    value: str
    source: SourceRow


class DateUnderReading(TypedDict):
    """The date that a reading gives a milestone."""

    reading: str
    value: str
    date: str | None


class MilestoneRow(TypedDict):
    """A milestone with the date of the rulebook's calendar; ``has_come`` is None where no instant was asked about."""

    name: str
    date: str | None
    moved: bool
    has_come: bool | None
    what: str
    decision: str
    under: list[DateUnderReading]
    source: SourceRow


# Rows ----------------------------------------------------------------------------------------------------------------


def rules_rows(rulebook: Rulebook, at: datetime | None = None) -> list[RuleRow]:
    """Give every rule in the order in which rules are tried; with an instant only those that are in force then."""
    return [
        _rule_row(rule, rulebook)
        for rule in rulebook.catalogue.rules
        if at is None or (rulebook.readings.allow(rule.under) and at in rulebook.window(rule))
    ]


def readings_rows(rulebook: Rulebook) -> list[ReadingRow]:
    """Give every reading with its values, the default and the value chosen."""
    return [
        ReadingRow(
            name=reading.name,
            question=reading.question,
            values=[ValueRow(name=name, meaning=meaning) for name, meaning in reading.values],
            default=reading.default,
            value=rulebook.readings[reading.name],
            source=_source_row(reading.source),
        )
        for reading in rulebook.catalogue.readings
    ]


def milestones_rows(rulebook: Rulebook, at: datetime | None = None) -> list[MilestoneRow]:
    """Give every milestone with its date; with an instant each row tells whether that day has come."""
    return [
        MilestoneRow(
            name=milestone.name,
            date=_date(rulebook.calendar.at(milestone.name)),
            moved=milestone.name in rulebook.calendar.moved,
            has_come=None if at is None else rulebook.calendar.has_come(milestone.name, at),
            what=milestone.what,
            decision=milestone.decision,
            under=[
                DateUnderReading(reading=reading, value=value, date=_date(instant))
                for reading, value, instant in milestone.under
            ],
            source=_source_row(milestone.source),
        )
        for milestone in rulebook.catalogue.milestones
    ]


def _rule_row(rule: AnyRule, rulebook: Rulebook) -> RuleRow:
    reply = rule.effect.reply
    return {
        "id": rule.id,
        "endpoint": rule.endpoint.value,
        "stage": rule.stage.value,
        "from": _date(rulebook.calendar.at(rule.since)) if rule.since else None,
        "from_milestone": rule.since,
        "until": _date(rulebook.calendar.at(rule.until)) if rule.until else None,
        "until_milestone": rule.until,
        "effect": rule.effect.kind.value,
        "reply": _reply_row(reply) if reply else None,
        "sentence": rule.sentence,
        "under": dict(rule.under),
        "rests_on": list(rule.rests_on),
        "source": _source_row(rule.source),
        "reply_source": _source_row(reply.source) if reply else None,
        "fix": in_general(rule.fix),
    }


def _reply_row(reply: ReplyTemplate) -> ReplyRow:
    return ReplyRow(code=int(reply.code), enhanced=str(reply.enhanced) if reply.enhanced else None, text=reply.text)


def _source_row(source: Source) -> SourceRow:
    return SourceRow(
        fact=source.fact, title=source.title, url=source.url, date=source.date, confidence=source.confidence.value
    )


def _date(instant: datetime | None) -> str | None:
    return iso(instant) if instant else None


# Pages ---------------------------------------------------------------------------------------------------------------

_LONGEST_QUOTE: Final = 200  # characters of a reply; SendAsDenied alone has more than two thousand


def rules_markdown(rulebook: Rulebook) -> str:
    """Give the page of all rules, stage by stage in the order in which they are tried."""
    introduction = (
        f"{len(rulebook.catalogue.rules)} rules, each under its endpoint and stage in the order in which it is tried: "
        "the first one in force whose condition holds decides, and where none does, the stage's default. A rule that "
        "is listed more than once holds under other readings each time. The earliest date that these rules support is "
        f"{EARLIEST_SUPPORTED.date()} ({cited(sources.EARLIEST)})."
    )
    return page("Rules", "rules", introduction, _stages(rulebook))


def readings_markdown(rulebook: Rulebook) -> str:
    """Give the page of all readings."""
    introduction = (
        "Where sources disagree, or nothing is published, the choice has a name. `--reading NAME=VALUE` and the world "
        "file choose another value. What is inferred and has no alternative here is no reading: its rule says so."
    )
    readings = (line for reading in rulebook.catalogue.readings for line in _reading(reading, rulebook))
    return page("Readings", "readings", introduction, readings)


def milestones_markdown(rulebook: Rulebook) -> str:
    """Give the page of all milestones."""
    introduction = (
        "Every date that matters, once. `--milestone NAME=DATE` and the world file move one; a bare date is midnight "
        "in UTC. A milestone without a date has not been given one."
    )
    milestones = (line for milestone in rulebook.catalogue.milestones for line in _milestone(milestone, rulebook))
    return page("Milestones", "milestones", introduction, milestones)


def page(title: str, command: str, introduction: str, lines: Iterable[str]) -> str:
    """Give a page that says by which command it was written."""
    origin = f"Written by `relaylab {command} --markdown`; change the catalogue, not this page."
    return "\n".join([f"# {title}", "", origin, "", introduction, *lines])


def _stages(rulebook: Rulebook) -> Iterator[str]:
    for (endpoint, stage), rules in groupby(rulebook.catalogue.rules, lambda rule: (rule.endpoint, rule.stage)):
        yield from ("", f"## {endpoint}, {stage}")
        for number, rule in enumerate(rules, 1):
            yield from _rule(number, rule, rulebook)


def _rule(number: int, rule: AnyRule, rulebook: Rulebook) -> Iterator[str]:
    yield from ("", f"### {number}. `{rule.id}`", "", rule.sentence, "")
    yield f"- Effect: {rule.effect.kind}"
    reply = rule.effect.reply
    if reply is not None:
        yield f"- Says: `{shortened(str(reply))}` ({cited(reply.source)})"
    if rule.since:
        yield f"- From: {when(rule.since, rulebook)}"
    if rule.until:
        yield f"- Until: {when(rule.until, rulebook)}"
    if rule.under:
        yield "- Under: " + ", ".join(f"`{name}={value}`" for name, value in rule.under)
    if rule.rests_on:
        yield "- Rests on: " + ", ".join(f"`{name}`" for name in rule.rests_on)
    if rule.fix:
        yield f"- Fix: {in_general(rule.fix)}"
    yield f"- Source: {cited(rule.source)}"


def _reading(reading: Reading, rulebook: Rulebook) -> Iterator[str]:
    used = _used_by(reading, rulebook)
    yield from ("", f"## `{reading.name}`", "", reading.question, "")
    for name, meaning in reading.values:
        yield f"- `{name}`{' (default)' if name == reading.default else ''}: {meaning}"
    yield from ("", f"Source: {cited(reading.source)}")
    if used:
        yield from ("", "Decides about: " + ", ".join(f"`{name}`" for name in used))


def _used_by(reading: Reading, rulebook: Rulebook) -> list[str]:
    """Give the milestones and rules that a reading decides about; each rule once, however many variants it has."""
    milestones = (
        milestone.name
        for milestone in rulebook.catalogue.milestones
        if any(name == reading.name for name, _, _ in milestone.under)
    )
    rules = (rule.id for rule in rulebook.catalogue.rules if reading.name in {*dict(rule.under), *rule.rests_on})
    return list(dict.fromkeys([*milestones, *rules]))


def _milestone(milestone: Milestone, rulebook: Rulebook) -> Iterator[str]:
    yield from ("", f"## `{milestone.name}`: {_date(rulebook.calendar.at(milestone.name)) or 'no date'}", "")
    yield milestone.what
    if milestone.decision:
        yield from ("", f"Our choice: {milestone.decision}")
    others = _others(milestone.under)
    if others:
        yield ""
        yield from others
    yield from ("", f"Source: {cited(milestone.source)}")


def _others(under: Iterable[tuple[str, str, datetime | None]]) -> list[str]:
    return [f"- With `{reading}={value}`: {_date(instant) or 'no date'}" for reading, value, instant in under]


def when(name: str, rulebook: Rulebook) -> str:
    """Write a milestone's date and its name."""
    instant = _date(rulebook.calendar.at(name))
    return f"{instant} (`{name}`)" if instant else f"the day of `{name}`, which has no date"


def shortened(text: str) -> str:
    """Cut a quotation that nobody would read to its end."""
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]} ..."


def cited(source: Source) -> str:
    """Write a citation, linked where it has an address."""
    title = f"[{source.title}]({source.url})" if source.url else source.title
    date = f", {source.date}" if source.date and source.date not in source.title else ""
    return f"{title}{date}; {source.confidence}, {source.fact}"
