"""Explains a rule: its sentence, its dates, what it says under which reading, where that is written, and the fix."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from typing import TYPE_CHECKING

from relaylab.app.world_file.errors import near_miss
from relaylab.domain.clock import iso
from relaylab.rules import pages
from relaylab.rules.blanks import in_words
from relaylab_conformance.explain.answer import Explanation, UnknownError, cited, cut, entry

if TYPE_CHECKING:
    from relaylab.domain.reply import ReplyTemplate
    from relaylab.engine.rule import AnyRule
    from relaylab.engine.rulebook import Rulebook


def is_like_a_rule(what: str) -> bool:
    """Tell whether somebody asks about a rule: words joined by underscores and dots, as no reply line is."""
    return " " not in what and "_" in what


def explain_rule(what: str, rulebook: Rulebook) -> Explanation:
    """Explain the rule of an id, or of the end of one where that is enough to tell it; raise UnknownError."""
    name = find_rule(what, rulebook)
    rows = [row for row in pages.rules_rows(rulebook) if row["id"] == name]
    return Explanation(describe_rule(name, rulebook), {"kind": "rule", "rule": name, "variants": rows})


def find_rule(what: str, rulebook: Rulebook) -> str:
    """Give the id that is meant."""
    ids = list(dict.fromkeys(rule.id for rule in rulebook.catalogue.rules))
    if what in ids:
        return what
    ends = [one for one in ids if one.endswith(f".{what}")]
    if len(ends) == 1:
        return ends[0]
    short = {one.rpartition(".")[2]: one for one in ids}
    near = near_miss(what, ids) or short.get(near_miss(what, short) or "")
    if ends:
        way_out = f"more than one rule ends so: {', '.join(ends)}"
    else:
        way_out = f'did you mean "{near}"?' if near else "`relaylab rules` lists them"
    raise UnknownError(f"{what!r} is not a rule; {way_out}")


def describe_rule(name: str, rulebook: Rulebook, saying: Container[ReplyTemplate] | None = None) -> str:
    """Describe the variants of a rule, or those that say one of some replies; what they have in common once."""
    variants = [
        rule for rule in rulebook.catalogue.rules if rule.id == name and (saying is None or rule.effect.reply in saying)
    ]
    first = variants[0]
    lines = [
        name,
        f"  {first.sentence}",
        entry("Decides", f"at {first.endpoint}, stage {first.stage}: {first.effect.kind}"),
        entry("In force", _window(first, rulebook)),
        *_says(variants, rulebook),
    ]
    lines += [entry("Source", cited(source)) for source in dict.fromkeys(rule.source for rule in variants)]
    lines += _readings(variants, rulebook)
    if first.rests_on:
        held = ", ".join(f"{reading}={rulebook.readings[reading]}" for reading in first.rests_on)
        lines.append(entry("Rests on", held))
    if first.fix:
        lines.append(entry("Fix", in_words(first.fix)))
    return "\n".join(lines)


def _says(variants: Sequence[AnyRule], rulebook: Rulebook) -> Iterator[str]:
    """Give each line that a rule says, with the readings under which it does."""
    lines: dict[str, list[AnyRule]] = {}
    for rule in variants:
        lines.setdefault(str(rule.effect.reply or "(nothing)"), []).append(rule)
    for line, rules in lines.items():
        said = [cut(line)]
        for rule in rules:
            if rule.under:
                under = ", ".join(f"{name}={value}" for name, value in rule.under)
                chosen = "in force" if rulebook.readings.allow(rule.under) else "not in force"
                said.append(f"with {under} ({chosen})")
        yield entry("Says", "\n".join(said))
        reply = rules[0].effect.reply
        if reply and reply.source != rules[0].source:
            yield entry("Wording", cited(reply.source))


def _readings(variants: Sequence[AnyRule], rulebook: Rulebook) -> Iterator[str]:
    """Give the questions behind the readings that a rule is bound to."""
    names = {name for rule in variants for name, _ in rule.under}
    for reading in rulebook.catalogue.readings:
        if reading.name in names:
            yield entry("Reading", f"{reading.name}: {reading.question}\n{cited(reading.source)}")


def _window(rule: AnyRule, rulebook: Rulebook) -> str:
    parts = [
        f"{word} {_instant(name, rulebook)} ({name})"
        for word, name in (("from", rule.since), ("until", rule.until))
        if name
    ]
    return " ".join(parts) or "always"


def _instant(name: str, rulebook: Rulebook) -> str:
    at = rulebook.calendar.at(name)
    return iso(at).removesuffix("T00:00:00Z") if at else "a day that is not named yet"
