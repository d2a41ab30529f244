"""What holds for every rule of the catalogue, whoever writes the next one."""

from __future__ import annotations

import importlib
import pkgutil
import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import ModuleType

import pytest

from relaylab.domain.clock import parse_instant
from relaylab.domain.decision import EffectKind
from relaylab.engine.rule import AnyRule, Rule
from relaylab.engine.rulebook import Rulebook
from relaylab.rules import acs_rest, acs_smtp, entra, hve, mx, submission
from relaylab.rules.acs_rest.errors import ERRORS as REST_ERRORS
from relaylab.rules.blanks import in_words
from relaylab.rules.catalogue import RULES, rulebook
from relaylab.rules.entra.errors import ERRORS
from relaylab.rules.milestones import EARLIEST_SUPPORTED, MILESTONES
from relaylab.rules.readings import READINGS
from relaylab.rules.replies import REPLIES
from tests.builders import TODAY, at, just_before
from tests.catalogue.examples import CALENDARS, EXAMPLES

ROOT = Path(__file__).resolve().parents[2]
EMULATOR = ROOT / "emulator" / "relaylab"
IDS = Path(__file__).with_name("rule_ids.txt")


def _name(rule: AnyRule) -> str:
    return ",".join([rule.id, *(f"{name}={value}" for name, value in rule.under)])


every_rule = pytest.mark.parametrize("rule", RULES, ids=_name)
with_a_beginning = pytest.mark.parametrize("rule", [rule for rule in RULES if rule.since], ids=_name)
with_an_end = pytest.mark.parametrize("rule", [rule for rule in RULES if rule.until], ids=_name)


def _rulebook(rule: AnyRule) -> Rulebook:
    moved = {name: parse_instant(day) if day else None for name, day in CALENDARS.get(rule.id, {}).items()}
    return rulebook(dict(rule.under), moved)


def _date(rule: AnyRule, name: str | None) -> datetime:
    instant = _rulebook(rule).calendar.at(name or "")
    assert instant is not None, f"{rule.id}: give {name} a day in CALENDARS"
    return instant


def _decides(rule: AnyRule, instant: datetime) -> bool:
    verdict = _rulebook(rule).judge(replace(EXAMPLES[rule.id], now=instant))
    return verdict.rule is rule


def _in_force(rule: AnyRule) -> datetime:
    if rule.since:
        return _date(rule, rule.since)
    return just_before(_date(rule, rule.until)) if rule.until else at(TODAY)


@every_rule
def test_some_ask_makes_the_rule_decide(rule: AnyRule) -> None:
    assert _decides(rule, _in_force(rule))


@with_a_beginning
def test_a_rule_is_not_in_force_the_instant_before_it_begins_and_is_from_then_on(rule: AnyRule) -> None:
    begins = _date(rule, rule.since)

    assert not _decides(rule, just_before(begins))
    assert _decides(rule, begins)


@with_an_end
def test_a_rule_is_in_force_until_the_instant_before_it_ends_and_is_not_from_then_on(rule: AnyRule) -> None:
    ends = _date(rule, rule.until)

    assert _decides(rule, just_before(ends))
    assert not _decides(rule, ends)


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.under], ids=_name)
def test_a_rule_holds_under_its_reading_only(rule: AnyRule) -> None:
    book = _rulebook(rule)
    ask = replace(EXAMPLES[rule.id], now=_in_force(rule))
    catalogue = {reading.name: reading for reading in READINGS}

    for name, value in rule.under:
        for other in catalogue[name].names:
            if other != value:
                moved = {one: book.calendar.at(one) for one in CALENDARS.get(rule.id, {})}
                elsewhere = rulebook(dict(rule.under) | {name: other}, moved)
                assert rule is not elsewhere.judge(ask).rule


@every_rule
def test_a_rule_says_in_a_sentence_what_it_does_and_where_that_is_written(rule: AnyRule) -> None:
    assert rule.sentence.endswith(".")
    assert rule.sentence[0].isupper()
    assert rule.source.fact
    assert rule.source.title


@every_rule
def test_a_rule_that_stands_in_the_way_says_its_line_and_the_way_out(rule: AnyRule) -> None:
    verdict = _rulebook(rule).judge(replace(EXAMPLES[rule.id], now=_in_force(rule)))

    assert verdict.effect.kind is not EffectKind.ADMIT
    assert verdict.effect.kind.places is (verdict.reply is None)  # who sent it is not told where it was put
    assert verdict.reply is None or "{" not in verdict.reply.text
    assert verdict.fix
    assert "{" not in verdict.fix


def test_what_a_reader_must_put_into_a_way_out_stands_in_upper_case() -> None:
    others = re.compile(r"<[^>]+>|\(the id of|-[A-Za-z]+ \.\.\.")

    assert [] == [rule.id for rule in RULES if others.search(rule.fix)]


def test_what_a_case_fills_in_stands_in_words_where_there_is_no_case() -> None:
    texts = (*(rule.fix for rule in RULES), *(error.text for error in REST_ERRORS))
    blanks = {blank for text in texts for blank in re.findall(r"\{([a-z_]+)\}", text)}

    assert [] == sorted(blank for blank in blanks if in_words(f"{{{blank}}}") == f"<{blank.replace('_', ' ')}>")


def test_a_rule_stands_once_under_the_same_readings() -> None:
    names = [_name(rule) for rule in RULES]

    assert sorted(set(names)) == sorted(names)


def test_the_ids_are_the_ones_that_were_agreed_on() -> None:
    seen = list(dict.fromkeys(rule.id for rule in RULES))

    assert IDS.read_text(encoding="utf-8").split() == seen, f"a rename breaks worlds and tests of others: mend {IDS}"


@pytest.mark.parametrize("package", [submission, mx, hve, acs_smtp, entra, acs_rest])
def test_every_rule_of_a_module_is_in_its_tuple_and_in_the_catalogue(package: object) -> None:
    name, path = package.__name__, package.__path__  # type: ignore[attr-defined]
    for found in pkgutil.iter_modules(path):
        module = importlib.import_module(f"{name}.{found.name}")
        written = {value.id for value in vars(module).values() if isinstance(value, Rule)}
        listed = {rule.id for rule in getattr(module, "RULES", ())}
        taken_in = {
            rule.id
            for value in vars(module).values()
            if isinstance(value, ModuleType)
            for rule in getattr(value, "RULES", ())
        }
        assert written | taken_in == listed, module.__name__
        assert listed <= {rule.id for rule in RULES}


def test_an_example_is_kept_for_rules_that_exist_only() -> None:
    assert set(EXAMPLES) == {rule.id for rule in RULES}


def _source_without(*names: str) -> str:
    files = [file for file in EMULATOR.rglob("*.py") if file.name not in names]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


@pytest.mark.parametrize("reading", READINGS, ids=lambda reading: reading.name)
def test_a_reading_is_a_choice_that_something_asks_for(reading: object) -> None:
    name, values = reading.name, reading.names  # type: ignore[attr-defined]
    milestones = {under for milestone in MILESTONES for under, _, _ in milestone.under}
    rules = {under for rule in RULES for under, _ in rule.under}

    assert reading.default in values  # type: ignore[attr-defined]
    assert 2 <= len(set(values))
    assert name in rules | milestones or f'"{name}"' in _source_without("readings.py")


@pytest.mark.parametrize("milestone", MILESTONES, ids=lambda milestone: milestone.name)
def test_a_milestone_changes_something_and_lies_where_the_rulebook_reaches(milestone: object) -> None:
    name, day = milestone.name, milestone.at  # type: ignore[attr-defined]
    rules = {edge for rule in RULES for edge in (rule.since, rule.until)}

    assert name in rules or f"milestones.{name.upper()}" in _source_without("milestones.py")
    assert day is None or day >= EARLIEST_SUPPORTED


@pytest.mark.parametrize("reply", REPLIES, ids=lambda reply: reply.name)
def test_a_reply_is_said_by_something(reply: object) -> None:
    assert f"replies.{reply.name.upper()}" in _source_without("replies.py")  # type: ignore[attr-defined]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.name)
def test_an_error_of_entra_is_given_by_some_rule(error: object) -> None:
    assert error in [rule.effect.reply for rule in RULES]


@pytest.mark.parametrize("error", REST_ERRORS, ids=lambda error: error.name)
def test_an_error_of_the_rest_interface_is_given_by_some_rule(error: object) -> None:
    assert error in [rule.effect.reply for rule in RULES]


@pytest.mark.parametrize(
    ("timeline", "dates"),
    [
        ("2024-04", {"basic_auth_off_by_default": None, "basic_auth_removed": "2025-09-01"}),
        ("2025-06", {"basic_auth_ramp_begins": "2026-03-01", "basic_auth_removed": "2026-04-30"}),
        ("2026-01", {"basic_auth_off_by_default": "2026-12-31", "basic_auth_removed": None}),
    ],
)
def test_the_cutover_can_be_judged_as_it_was_announced(timeline: str, dates: dict[str, str | None]) -> None:
    calendar = rulebook({"basic_auth_timeline": timeline}).calendar

    assert {name: at(day) if day else None for name, day in dates.items()} == {
        name: calendar.at(name) for name in dates
    }


def test_a_moved_milestone_moves_the_window_of_its_rules() -> None:
    moved = rulebook(milestones={"basic_auth_off_by_default": at("2027-03-31")})
    ask = EXAMPLES["submission.auth.basic_auth_is_off_by_default"]

    assert moved.judge(replace(ask, now=just_before("2027-03-31"))).admits
    assert not moved.judge(replace(ask, now=at("2027-03-31"))).admits
