"""The pages of the error lines: one for each, found by its words, and as fresh as the catalogue."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from relaylab.domain.acs_rest import RestError
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.source import Confidence
from relaylab.rules.acs_rest.errors import ERRORS as REST_ERRORS
from relaylab.rules.blanks import in_general
from relaylab.rules.catalogue import RULES, rulebook
from relaylab.rules.readings import READINGS
from relaylab.rules.replies import OF_FAULTS, REPLIES
from relaylab_conformance.cli import main
from relaylab_conformance.errors import ErrorLine, RestCode, error_lines, pages, rest_codes
from relaylab_conformance.errors.meanings import MEANINGS
from relaylab_conformance.errors.page import page
from relaylab_conformance.errors.rest import rest_page
from relaylab_conformance.errors.rest_meanings import REST_MEANINGS

DOCS = Path(__file__).resolve().parents[2] / "docs"
BOOK = rulebook()
LINES = error_lines(BOOK)
ERRORS = [reply for reply in REPLIES if int(reply.code) >= 400 and reply not in OF_FAULTS]

every_line = pytest.mark.parametrize("line", LINES, ids=lambda line: line.name)


def _the_line(words: str) -> ErrorLine:
    return next(line for line in LINES if words in line.text)


def _page(words: str) -> str:
    return page(_the_line(words), LINES, BOOK)


def test_every_refusal_has_one_page_and_the_page_one_name() -> None:
    assert {str(reply) for reply in ERRORS} == {line.text for line in LINES}
    assert [] == [name for name, times in Counter(line.name for line in LINES).items() if times > 1]


def test_what_a_line_means_is_told_for_lines_that_exist_only() -> None:
    assert set(MEANINGS) <= {reply.name for reply in ERRORS}


@every_line
def test_a_page_begins_with_the_line_as_logs_have_it(line: ErrorLine) -> None:
    heading, _, fence, verbatim = page(line, LINES, BOOK).split("\n")[:4]

    assert heading.startswith("# ")
    assert "```text" == fence
    assert line.text.startswith(verbatim.removesuffix(" ..."))


@every_line
def test_a_page_says_what_to_change(line: ErrorLine) -> None:
    text = page(line, LINES, BOOK)

    assert line.meaning.means in text
    if line.rules:
        assert {rule.id for rule in line.rules} == {rule.id for rule in line.rules if f"[`{rule.id}`]" in text}
        assert all(in_general(rule.fix) in text for rule in line.rules)
    else:
        assert line.meaning.way_out
        assert line.meaning.way_out in text


@every_line
def test_a_page_cites_the_wording_and_every_rule(line: ErrorLine) -> None:
    text = page(line, LINES, BOOK)
    sources = [line.reply.source, *(rule.source for rule in line.rules)]

    assert [] == [source.fact for source in sources if f"{source.confidence}, {source.fact}" not in text]


def test_every_rule_that_refuses_is_on_the_page_of_its_line() -> None:
    on_a_page = {rule.id for line in LINES for rule in line.rules}

    over_http = {Endpoint.ENTRA, Endpoint.ACS_REST}  # their errors are JSON, unless a report says a line
    saying = [rule for rule in RULES if rule.endpoint not in over_http or rule.effect.reply in REPLIES]
    of_mail = {rule.id for rule in saying if not rule.effect.kind.places}
    assert of_mail == on_a_page


def test_the_cause_that_comes_first_is_one_that_comes_at_all() -> None:
    text = _page("5.7.30 Basic authentication is not supported")

    assert text.index("basic_auth_is_off_by_default`]") < text.index("basic_auth_is_removed`]")


def test_a_code_with_other_owners_warns_of_them() -> None:
    text = _page("5.7.30 Basic authentication is not supported")

    assert "Gmail answers 550 5.7.30" in text
    assert "RFC 8689 registers X.7.30" in text


def test_lines_with_one_code_lead_to_each_other() -> None:
    wrong, off = _the_line("user credentials were incorrect"), _the_line("basic authentication is disabled")

    assert f"]({off.name}.md)" in page(wrong, LINES, BOOK)
    assert f"]({wrong.name}.md)" in page(off, LINES, BOOK)


def test_a_page_tells_what_each_sender_makes_of_the_line() -> None:
    text = _page("5.7.30 Basic authentication is not supported")

    assert "queues in silence for five days" in text
    assert "the scan is lost" in text


def test_a_line_that_comes_back_as_a_report_is_said_to() -> None:
    text = _page("RESOLVER.ADR.RecipientNotFound")

    assert "non-delivery report" in text
    assert "What senders make of it" not in text


def test_a_moved_date_moves_on_the_page() -> None:
    moved = rulebook(milestones={"basic_auth_off_by_default": None})
    lines = error_lines(moved)
    line = next(line for line in lines if "5.7.30" in line.text)

    assert "2026-12-31" not in page(line, lines, moved)


# Over REST -----------------------------------------------------------------------------------------------------------


def test_every_error_that_the_rest_interface_can_answer_has_a_page() -> None:
    answered = {rule.effect.reply for rule in RULES if isinstance(rule.effect.reply, RestError)}
    on_a_page = {error: f"{code.name}.md" for code in rest_codes() for error in code.errors}

    assert answered == set(REST_ERRORS) == set(on_a_page)
    assert set(on_a_page.values()) <= set(pages(BOOK))
    assert {error.error for error in REST_ERRORS} == set(REST_MEANINGS)


@pytest.mark.parametrize("code", rest_codes(), ids=lambda code: code.code)
def test_a_page_of_a_rest_code_says_its_texts_their_causes_and_what_to_change(code: RestCode) -> None:
    text = rest_page(code, BOOK)

    assert code.means in text
    for error in code.errors:
        assert error.text in text
        assert f"{error.source.confidence}, {error.source.fact}" in text
        rules = [rule for rule in RULES if rule.effect.reply == error]
        assert all(f"[`{rule.id}`]" in text and in_general(rule.fix) in text for rule in rules)
        assert all(rule.fix for rule in rules)


@pytest.mark.parametrize("code", rest_codes(), ids=lambda code: code.code)
def test_no_two_sections_of_a_page_are_headed_alike(code: RestCode) -> None:
    headings = [line for line in rest_page(code, rulebook()).splitlines() if line.startswith("## ")]

    assert [] == [heading for heading, times in Counter(headings).items() if times > 1]


def test_a_cause_that_both_requests_meet_is_told_once_with_both() -> None:
    denied = next(code for code in rest_codes() if code.code == "Denied")
    text = rest_page(denied, BOOK)

    causes = [line for line in text.splitlines() if line.startswith("### ")]
    assert sorted(set(causes)) == sorted(causes)
    assert len(causes) == text.count("- Comes at: `POST /emails:send` or `GET /emails/operations/OPERATION`")


def test_a_denial_that_nobody_has_seen_is_not_called_observed() -> None:
    closed = [rule for rule in RULES if rule.id.startswith("acs_rest.") and rule.id.endswith("of_a_new_customer")]

    replies = [rule.effect.reply for rule in closed]
    assert [Confidence.INFERRED] * 2 == [reply.source.confidence for reply in replies if reply is not None]


# What is committed ---------------------------------------------------------------------------------------------------


def test_the_committed_error_pages_are_those_that_the_catalogue_gives() -> None:
    committed = {file.name: file.read_text(encoding="utf-8") for file in (DOCS / "errors").glob("*")}

    assert dict(pages(BOOK)) == committed, "run: relaylab errors --pages docs/errors"


@pytest.mark.parametrize("verb", ["rules", "readings", "milestones", "inferences"])
def test_a_committed_catalogue_is_the_one_that_judges(verb: str) -> None:
    printed = CliRunner().invoke(main, [verb, "--markdown"]).stdout

    assert printed == (DOCS / f"{verb}.md").read_text(encoding="utf-8"), f"relaylab {verb} --markdown > docs/{verb}.md"


# The command ---------------------------------------------------------------------------------------------------------


def test_pages_of_lines_that_are_no_more_are_removed(tmp_path: Path) -> None:
    (tmp_path / "old-line.md").write_text("old", encoding="utf-8")

    done = CliRunner().invoke(main, ["errors", "--pages", str(tmp_path)])

    assert 0 == done.exit_code
    assert set(pages(BOOK)) == {file.name for file in tmp_path.iterdir()}


def test_error_lines_are_listed_for_people_and_for_programs() -> None:
    table, document = (CliRunner().invoke(main, ["errors", *form]).stdout for form in ((), ("--json",)))

    assert "Basic authentication is not supported" in table
    listed = {(row["enhanced"], row["name"]) for row in json.loads(document)["errors"]}
    assert {(line.enhanced, line.name) for line in LINES} == listed
    assert "DomainNotLinked, HTTP 404 or 403" in table
    assert [code.code for code in rest_codes()] == [row["error"] for row in json.loads(document)["rest_errors"]]


def test_everything_inferred_is_listed_with_what_it_rests_on() -> None:
    rows = json.loads(CliRunner().invoke(main, ["inferences", "--json"]).stdout)["inferences"]
    listed = {(row["kind"], row["name"]) for row in rows}

    inferred = {("rule", rule.id) for rule in RULES if rule.source.confidence is Confidence.INFERRED}
    inferred |= {("text", reply.name) for reply in REPLIES if reply.source.confidence is Confidence.INFERRED}
    inferred |= {("reading", one.name) for one in READINGS if one.source.confidence is Confidence.INFERRED}
    assert inferred == {row for row in listed if row[0] != "date"}
    assert all(row["basis"] and row["says"] for row in rows)
    assert "basic_auth_off_by_default" in CliRunner().invoke(main, ["inferences"]).stdout
