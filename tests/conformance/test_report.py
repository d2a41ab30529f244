"""A certificate in its forms: schema, page, XML, transcripts, folder; and that its bytes depend on nothing else."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema  # type: ignore[import-untyped]
import pytest

from relaylab.domain.clock import parse_instant
from relaylab_conformance.migration import Order, certify
from relaylab_conformance.report.as_html import as_html
from relaylab_conformance.report.as_json import SCHEMA_FILE, as_json, schema_text
from relaylab_conformance.report.as_junit import as_junit
from relaylab_conformance.report.console import as_text
from relaylab_conformance.report.folder import write
from relaylab_conformance.report.transcript import escaped
from tests.conformance.estates import (
    DAY_BEFORE,
    DAYS_AFTER,
    PASSWORD,
    TOKEN,
    a_mixed_certificate,
    a_sender,
    an_estate,
    certified,
)
from tests.conformance.pages import Page

HOSTILE = "<script>alert(1)</script>&\\\"]]>'x"
SECRETS = (PASSWORD, TOKEN, "fake-app-password", "fake-shut-password", "fake-bulk-password")


def written(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(a_mixed_certificate(), tmp_path / "certificate")
    return tmp_path / "certificate"


# Bytes ---------------------------------------------------------------------------------------------------------------


def test_two_runs_write_the_same_bytes(tmp_path: Path) -> None:
    senders = (a_sender("mfp"), a_sender("smart-host", profile="postfix"), a_sender("script", profile="curl"))
    write(certified(*senders), tmp_path / "one")
    write(certified(*senders), tmp_path / "two")

    one = written(tmp_path / "one")
    assert {"report.json", "report.html", "junit.xml", "events.jsonl", "messages.jsonl"} <= one.keys()
    assert one == written(tmp_path / "two")


def test_another_seed_writes_other_letters_and_says_so() -> None:
    one, other = certified(seed=1), certified(seed=2)

    assert one.transcripts != other.transcripts
    assert (1, 2) == (one.report.seed, other.report.seed)


def test_a_certificate_replaces_an_earlier_one_and_leaves_other_files_alone(tmp_path: Path) -> None:
    (tmp_path / "transcripts").mkdir()
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    write(certified(a_sender("old")), tmp_path)
    write(certified(a_sender("new")), tmp_path)

    names = {Path(name).name for name in written(tmp_path) if name.startswith("transcripts/")}
    assert names
    assert all(name.startswith("01_new_") for name in names)
    assert (tmp_path / "notes.txt").exists()


def test_transcripts_of_somebody_else_are_not_deleted(tmp_path: Path) -> None:
    (tmp_path / "transcripts").mkdir()
    (tmp_path / "transcripts" / "mine.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "report.json").write_text('{"schema": "of another program"}', encoding="utf-8")
    write(certified(), tmp_path)

    assert (tmp_path / "transcripts" / "mine.txt").exists()


def test_no_secret_is_in_any_file(folder: Path) -> None:
    for name, octets in written(folder).items():
        for secret in SECRETS:
            assert secret.encode() not in octets, name
            assert base64.b64encode(secret.encode()) not in octets, name


def test_no_port_clock_or_path_of_this_machine_is_in_any_file(folder: Path) -> None:
    for name, octets in written(folder).items():
        assert not re.search(rb"(127\.0\.0\.1|localhost):\d", octets), name
        assert str(folder.parent).encode() not in octets, name


def test_a_world_is_named_and_not_located(tmp_path: Path) -> None:
    estate = an_estate()

    certificate = certify(estate, Order(at=(parse_instant(DAY_BEFORE),), seed=7))
    assert "estate" == certificate.report.estate
    assert estate.digest == certificate.report.estate_digest


# JSON ----------------------------------------------------------------------------------------------------------------


def test_the_committed_schema_is_what_the_types_say() -> None:
    assert schema_text() == SCHEMA_FILE.read_text(encoding="utf-8")


def test_a_report_keeps_to_the_schema() -> None:
    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))

    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(as_json(a_mixed_certificate().report)), schema)


def test_the_schema_knows_every_field_and_no_other() -> None:
    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    report = json.loads(as_json(a_mixed_certificate().report))

    with pytest.raises(jsonschema.ValidationError, match="surprise"):
        jsonschema.validate(report | {"surprise": 1}, schema)


def test_a_report_has_the_shape_of_the_contract() -> None:
    report = json.loads(as_json(a_mixed_certificate().report))

    contract = {"schema", "suite_version", "rulebook_digest", "seed", "at", "readings", "milestones", "estate_digest"}
    assert contract | {"senders", "mistakes"} <= report.keys()
    assert ["2026-12-30T00:00:00Z", "2027-01-04T00:00:00Z"] == report["at"]
    sender = report["senders"][0]
    assert {"name", "profile", "verdict", "cells"} <= sender.keys()
    cell = sender["cells"][0]
    assert {"at", "method", "status", "outcomes"} <= cell.keys()
    assert {"reply", "rule", "placed", "sender_does", "reading"} <= cell["outcomes"][0].keys()


def test_a_certificate_says_what_it_is_and_what_it_is_not() -> None:
    report = a_mixed_certificate().report

    assert "emulator" in report.statement
    assert "not a Microsoft programme" in report.statement
    for text in (as_html(report), as_json(report)):
        assert "not a Microsoft programme" in text


# The page ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def page() -> Page:
    return Page(as_html(a_mixed_certificate().report))


def test_the_page_is_well_formed(page: Page) -> None:
    assert [] == page.unbalanced


def test_the_page_shows_every_sender_by_every_date_with_line_citation_and_fix(page: Page) -> None:
    bodies = {body.all("th")[0].text.split(" ")[0]: body for body in page.root.all("tbody")}

    report = a_mixed_certificate().report
    assert {sender.name.split(" ")[0] for sender in report.senders} == bodies.keys()
    printer = bodies["mfp"]
    assert ["2026-12-30", "2027-01-04"] * 2 == [
        cell.attributes["data-at"] for cell in printer.all("td") if "data-at" in cell.attributes
    ]
    assert "550 5.7.30 Basic authentication is not supported for Client Submission." in printer.text
    assert "535 5.7.139 Authentication unsuccessful, basic authentication is disabled." in printer.text
    assert "Move the sender to OAuth 2.0" in printer.text
    (cited, *_) = [link for link in printer.all("a") if link.attributes.get("class") == "cite"]
    assert (cited.attributes["href"] or "").startswith("https://techcommunity.microsoft.com/")


def test_the_page_loads_nothing(page: Page) -> None:
    text = as_html(a_mixed_certificate().report)

    loading = {"script", "link", "img", "iframe", "object", "embed", "video", "audio", "source"}
    assert {} == {tag: found for tag in loading if (found := page.root.all(tag))}
    assert "@import" not in text
    assert "url(" not in text
    assert not re.search(r"<[^>]*\b(src|srcset|background|poster|data)=", text)
    policies = [meta.attributes.get("content") for meta in page.root.all("meta") if "http-equiv" in meta.attributes]
    assert ["default-src 'none'; style-src 'unsafe-inline'"] == policies


def test_links_lead_to_documents_or_to_transcripts_that_exist(page: Page, folder: Path) -> None:
    for link in page.root.all("a"):
        target = link.attributes["href"] or ""
        assert target.startswith("https://") or (folder / target).is_file(), target


def test_the_table_says_which_heading_a_cell_belongs_to(page: Page) -> None:
    (table,) = page.root.all("table")

    assert table.all("caption")
    assert all(heading.attributes.get("scope") in {"col", "row", "rowgroup"} for heading in table.all("th"))


def test_the_page_is_made_for_phones_print_and_dark_rooms() -> None:
    text = as_html(a_mixed_certificate().report)

    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in text
    assert '<html lang="en">' in text
    assert "@media print" in text
    assert "@media (prefers-color-scheme: dark)" in text
    assert "@media (max-width:" in text


def test_the_page_tells_the_fate_of_each_sender_in_plain_words(page: Page) -> None:
    text = page.root.text

    for words in ("will fail silently", "will queue for days", "will stop with a message", "the plan comes too late"):
        assert words in text


def test_a_hostile_name_stays_a_name() -> None:
    text = as_html(certified(a_sender(HOSTILE)).report)

    page = Page(text)
    assert [] == page.unbalanced
    assert [] == page.root.all("script")
    assert HOSTILE in page.root.all("tbody")[0].text


# XML, transcripts, terminal ------------------------------------------------------------------------------------------


def test_junit_has_a_suite_for_each_date_and_one_for_the_mistakes() -> None:
    root = ET.fromstring(as_junit(a_mixed_certificate().report))

    suites = {suite.get("name"): suite for suite in root.findall("testsuite")}
    assert ["2026-12-30T00:00:00Z", "2027-01-04T00:00:00Z", "mistakes"] == list(suites)
    after = suites["2027-01-04T00:00:00Z"]
    assert str(len(after.findall("testcase"))) == after.get("tests")
    case = next(one for one in after if (one.get("classname"), one.get("name")) == ("mfp", "smtp-auth-basic"))
    failure = case.find("failure")
    assert failure is not None
    assert "submission.auth.basic_auth_is_off_by_default" == failure.get("type")
    assert "550 5.7.30" in (failure.get("message") or "")


def test_what_is_not_exercised_is_skipped_and_never_passed() -> None:
    root = ET.fromstring(as_junit(a_mixed_certificate().report))

    cases = [one for one in root.iter("testcase") if one.get("name") == "hve-oauth"]
    assert 2 == len(cases)
    assert all("NOT-EXERCISED" in (one.findall("skipped")[0].get("message") or "") for one in cases)


def test_junit_stays_xml_with_hostile_names_and_control_characters() -> None:
    certificate = certified(a_sender(HOSTILE))

    root = ET.fromstring(as_junit(certificate.report))
    assert {HOSTILE} == {case.get("classname") for case in root.iter("testcase")} - {"mistakes"}


def test_control_characters_are_made_visible() -> None:
    assert r"a\x00b\x1bc" == escaped("a\x00b\x1bc")
    assert "Gerät" == escaped("Gerät")


def test_transcripts_are_the_wire_with_secrets_by_name() -> None:
    transcripts = a_mixed_certificate().transcripts

    text = transcripts["01_mfp_2027-01-04_smtp-auth-basic_5.7.30.txt"]
    assert "C: EHLO MFP-2F" in text
    assert "-- TLS begins" in text
    assert "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\n" in text
    assert "C: <password>\nS: 550 5.7.30 Basic authentication is not supported for Client Submission. [" in text
    assert "=> loses-message" in text


def test_a_bare_line_feed_is_shown() -> None:
    text = certified(a_sender(profile="curl"), at=(DAY_BEFORE,)).transcripts

    assert "M: To: desk@contoso.com\\n\n" in text["01_mfp_2026-12-30_smtp-auth-basic_5.7.30.txt"]


def test_files_of_hostile_names_are_plain_files() -> None:
    certificate = certified(a_sender("../../etc/passwd"), a_sender("CON:?*"), a_sender("..."))

    names = list(certificate.transcripts)
    assert all(re.fullmatch(r"[0-9a-z_.-]+\.txt", name) for name in names)
    assert all(".." not in name for name in names)
    assert len(names) == len({name.lower() for name in names})


def test_events_are_numbered_through_the_run_and_outcomes_point_at_them() -> None:
    certificate = a_mixed_certificate()

    assert list(range(1, len(certificate.events) + 1)) == [event["seq"] for event in certificate.events]
    outcome = (
        certificate.report.senders[0].cell(certificate.report.senders[0].today, parse_instant(DAYS_AFTER)).outcomes[0]
    )
    event = certificate.events[(outcome.event or 0) - 1]
    verdict = event["verdict"]
    assert isinstance(verdict, dict)
    assert "submission.auth.basic_auth_is_off_by_default" == verdict["rule"]
    assert outcome.transcript == event["transcript"]


def test_messages_have_names_of_their_own_in_a_run() -> None:
    names = [message["id"] for message in a_mixed_certificate().messages]

    assert len(names) == len(set(names))


def test_the_summary_on_a_terminal_names_senders_lines_rules_fixes_and_mistakes() -> None:
    text = as_text(a_mixed_certificate().report, 120)

    for words in (
        "smart-host",
        "will queue for days",
        "550 5.7.30 Basic authentication is not supported for Client Submission.\n  or 535 5.7.139",
        "[submission.auth.basic_auth_is_off_by_default]",
        "fix: Move the sender to OAuth 2.0",
        "mistake 1, a mail contact taken for a relay: FAIL",
        "mistake 4, High Volume Email used for recipients outside: FAIL",
        "pitfall of bulk: hve-oauth reaches nobody outside the tenant, and customer@example.net is there",
        "note: tenant[0].inbound_connector[0].require_tls",
    ):
        assert words in text
