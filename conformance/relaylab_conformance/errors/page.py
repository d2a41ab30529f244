"""The page of one error line, in Markdown: the line itself first, since that is what people search for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.domain.reply import SessionNames, Trailer, TrailerStyle, trailer
from relaylab.rules.blanks import in_general
from relaylab.rules.pages import cited, when
from relaylab_conformance.errors.senders import what_becomes
from relaylab_conformance.other_owners import other_owners

if TYPE_CHECKING:
    from relaylab.engine.rule import AnyRule
    from relaylab.engine.rulebook import Rulebook
    from relaylab_conformance.errors.lines import ErrorLine

WRITTEN_BY: Final = "Written by `relaylab errors --pages docs/errors`; change the catalogue, not this page."

_LONGEST: Final = 400  # characters of a line that is shown whole
_NAMES: Final = SessionNames(
    "DS7PR03CA0257.outlook.office365.com",
    "DS7PR03CA0257.namprd03.prod.outlook.com",
    "DS7PR03MB5414.namprd03.prod.outlook.com",
    "08DF5A3C12345678",
)
_WHEN: Final = datetime(2027, 1, 4, 8, 0, 0, 123_000, tzinfo=UTC)  # an example, as the names are

_DOORS: Final = {
    Endpoint.SUBMISSION: "smtp.office365.com (client submission)",
    Endpoint.HVE: "smtp.hve.mx.microsoft (High Volume Email)",
    Endpoint.ACS_SMTP: "smtp.azurecomm.net (Azure Communication Services)",
    Endpoint.MX: "the tenant's MX (`*.mail.protection.outlook.com`)",
    Endpoint.ACS_REST: "Azure Communication Services over REST (`*.communication.azure.com`)",
}
_STAGES: Final = {
    Stage.CONNECT: "as the answer to EHLO or HELO",
    Stage.AUTH: "at the sign-in (AUTH)",
    Stage.MAIL: "as the answer to MAIL FROM",
    Stage.RCPT: "as the answer to RCPT TO",
    Stage.DATA: "at the end of the message, after the dot",
    Stage.DELIVERY: "in a non-delivery report, after the message was accepted with 250",
}
NOT_ASKED: Final[Mapping[Stage, str]] = MappingProxyType({})
_IN_A_DELIVERY_REPORT: Final = "in a delivery report of Event Grid, after the request was accepted with 202"


def page(line: ErrorLine, lines: Sequence[ErrorLine], rulebook: Rulebook) -> str:
    """Give the page of ``line``; ``lines`` are all, for what it may be confused with."""
    parts = [
        f"# {escaped(line.title)}",
        f"```text\n{_whole(line)}\n```",
        line.meaning.means,
        "\n".join(_facts(line)),
        "## Why it comes, and what to change",
        *_why(line, rulebook),
        *_senders(line),
        *_others(line, lines),
        WRITTEN_BY,
    ]
    return "\n\n".join(parts) + "\n"


def escaped(text: str) -> str:
    """Write a text so that Markdown leaves it as it is."""
    return re.sub(r"([\\`*_{}\[\]<>#|$])", r"\\\1", text)


def rule_links(rulebook: Rulebook) -> Mapping[str, str]:
    """Give the place of each rule on the page of all rules; of several variants the first."""
    places: dict[str, str] = {}
    for _, rules in groupby(rulebook.catalogue.rules, lambda rule: (rule.endpoint, rule.stage)):
        for number, rule in enumerate(rules, 1):
            places.setdefault(rule.id, f"../rules.md#{number}-{rule.id.replace('.', '')}")
    return places


def in_force(rule: AnyRule, rulebook: Rulebook) -> str:
    """Say from when until when a rule holds."""
    parts = [f"{word} {when(name, rulebook)}" for word, name in (("from", rule.since), ("until", rule.until)) if name]
    return " ".join(parts) or "always"


def comes(rule: AnyRule, rulebook: Rulebook) -> bool:
    """Tell whether a rule is ever in force on this calendar under the readings chosen."""
    return rulebook.readings.allow(rule.under) and (rule.since is None or rulebook.calendar.at(rule.since) is not None)


def _whole(line: ErrorLine) -> str:
    return line.text if len(line.text) <= _LONGEST else f"{line.text[:_LONGEST]} ..."


def _facts(line: ErrorLine) -> Iterator[str]:
    if line.rules:
        doors = {rule.endpoint: [one for one in line.rules if one.endpoint is rule.endpoint] for rule in line.rules}
        comes = [f"{_DOORS[door]}, {' or '.join(dict.fromkeys(map(_stage, rules)))}" for door, rules in doors.items()]
        yield f"- Comes from: {'; '.join(comes)}"
    else:
        yield "- Comes from: every door, wherever the grammar or the order of commands is broken"
    yield f"- Kind: {_kind(line)}"
    if line.reply.trailer is not Trailer.NONE:
        tail = trailer(line.reply.trailer, _NAMES, _WHEN, TrailerStyle.SERVER_TIME_SESSION).strip()
        yield f"- Behind the text on the wire: `{tail}` (names and time of the session; compare the text before it)"
    if line.reply.slow:
        yield "- The service holds it back for five seconds; relaylab does so with `--tarpit`"
    if any("{" in text for text in (line.text, *(in_general(rule.fix) for rule in line.rules))):
        yield "- A word in braces stands for a name or a number of the case at hand"
    yield f"- Wording: {cited(line.reply.source)}"


def _stage(rule: AnyRule) -> str:
    """Say at which point of a dialogue a rule says its line."""
    return _IN_A_DELIVERY_REPORT if rule.endpoint is Endpoint.ACS_REST else _STAGES[rule.stage]


def _kind(line: ErrorLine) -> str:
    if line.comes_as_report:
        return "a report: the sender had its 250, and no log of its own shows this line"
    if any(rule.effect.kind is EffectKind.DISCONNECT for rule in line.rules) or int(line.code) == 421:
        return "the connection is closed; 4xx, so a sender with a queue tries again"
    if line.code.is_temporary:
        return "temporary (4xx): a sender with a queue tries again, one without loses the message"
    return "permanent (5xx): sending the same again brings the same answer"


def _why(line: ErrorLine, rulebook: Rulebook) -> Iterator[str]:
    if not line.rules:
        yield f"No rule of a tenant or a date decides it. {line.meaning.way_out}"
        return
    yield from causes(line.rules, rulebook)


def causes(of: Sequence[AnyRule], rulebook: Rulebook, asked: Mapping[Stage, str] = NOT_ASKED) -> Iterator[str]:
    """Give a heading for each cause of a line, with its cure, its dates and its source; first what comes.

    Rules that differ in nothing but the place where they are asked are one cause; ``asked`` names a stage's place.
    """
    links = rule_links(rulebook)
    by_id: dict[str, list[AnyRule]] = {}
    for rule in sorted(of, key=lambda rule: not comes(rule, rulebook)):
        by_id.setdefault(rule.id, []).append(rule)
    alike: dict[tuple[str, ...], list[AnyRule]] = {}
    for rules in by_id.values():
        alike.setdefault((rules[0].sentence, *_cure(rules, rulebook), *_cited(rules)), []).append(rules[0])
    for firsts in alike.values():
        rules = by_id[firsts[0].id]
        yield f"### {escaped(firsts[0].sentence)}"
        places = dict.fromkeys(asked[rule.stage] for rule in firsts if rule.stage in asked)
        where = [f"- Comes at: {' or '.join(places)}"] if places else []
        ids = ", ".join(f"[`{rule.id}`]({links[rule.id]})" for rule in firsts)
        named = f"- {'Rule' if len(firsts) == 1 else 'Rules'}: {ids}"
        yield "\n".join([*where, *_cure(rules, rulebook), named, *_cited(rules)])


def _cure(rules: Sequence[AnyRule], rulebook: Rulebook) -> Iterator[str]:
    if rules[0].fix:
        yield f"- What to change: {in_general(rules[0].fix)}"
    yield f"- In force: {in_force(rules[0], rulebook)}"
    for rule in rules:
        if rule.under:
            chosen = "" if rulebook.readings.allow(rule.under) else " (not the default)"
            yield "- Under the reading: " + ", ".join(f"`{one}={value}`" for one, value in rule.under) + chosen


def _cited(rules: Sequence[AnyRule]) -> Iterator[str]:
    yield from (f"- Source: {cited(source)}" for source in dict.fromkeys(rule.source for rule in rules))


def _senders(line: ErrorLine) -> Iterator[str]:
    rows = list(what_becomes(line))
    if not rows:
        return
    yield "## What senders make of it"
    yield "From the profiles that relaylab ships; each sentence rests on the evidence that its profile cites."
    table = ["| sender | what becomes of the message | how sure |", "|---|---|---|"]
    table += [f"| {row.family} | {escaped(row.says)} | {row.confidence} |" for row in rows]
    yield "\n".join(table)


def _others(line: ErrorLine, lines: Sequence[ErrorLine]) -> Iterator[str]:
    alike = [other for other in lines if line.enhanced and other.enhanced == line.enhanced and other is not line]
    owners = other_owners(line.enhanced)
    if not alike and not owners:
        return
    yield "## The same code, another line"
    yield "A code names no cause by itself; compare the text, word for word."
    listed = [f"- [{escaped(other.title)}]({other.name}.md)" for other in alike]
    listed += [f"- {owner.who} {owner.means} ({cited(owner.source)})" for owner in owners]
    yield "\n".join(listed)
