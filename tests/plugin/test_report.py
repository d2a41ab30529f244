"""The certificate of a test run."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema  # type: ignore[import-untyped]
import pytest

from relaylab_conformance.test_run.as_json import SCHEMA_FILE, schema_text
from tests.plugin.conftest import Project, empty_project
from tests.plugin.test_projects import SENDING

FILES = ("report.json", "report.html", "junit.xml")
TESTS = """
import pytest
from conftest import relay, submit

def test_passes(relaylab):
    submit(relaylab)

@pytest.mark.relaylab(at="2027-01-04", reading={"basic_auth_refusal": "5.7.139"})
def test_expects(relaylab):
    with relaylab.expect_refusal("5.7.139"):
        submit(relaylab)

def test_fails(relaylab):
    relay(relaylab, "nobody@contoso.com")

@pytest.mark.relaylab(strict=True)
def test_errs(relaylab):
    with pytest.raises(Exception):
        relay(relaylab, "nobody@contoso.com")

def test_skips(relaylab):
    pytest.skip("not today")

def test_uses_nothing():
    pass

@pytest.mark.parametrize("number", range(6))
def test_many(relaylab, number):
    relaylab.travel("2026-12-24")
    for _ in range(number):
        relay(relaylab)
"""
# Who shares a lab sees the numbers of sessions that others had before, so its order is part of what it does.
SHARED = """
from conftest import relay, submit

def test_shared_first(relaylab_module):
    relay(relaylab_module)

def test_shared_second(relaylab_module):
    submit(relaylab_module)
"""


@dataclass(frozen=True, slots=True)
class Run:
    """The folder of a certificate, and its files by name."""

    folder: Path
    files: dict[str, str]


def certified(project: Project, name: str, *arguments: str, shared: bool = False) -> dict[str, str]:
    project.write(conftest=SENDING, test_a=TESTS)
    if shared:
        project.write(test_b=SHARED)
    run = project.run(f"--relaylab-report={name}", *arguments)
    assert 1 == run.code, run.output
    assert "relaylab: the certificate of this run is in" in run.output
    return {file: (project.folder / name / file).read_text(encoding="utf-8") for file in FILES}


def read(folder: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return document


@pytest.fixture(scope="module")
def run_alone(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One run, for all who read different things in its certificate."""
    project = empty_project(tmp_path_factory.mktemp("alone"))
    return Run(project.folder / "out", certified(project, "out"))


def test_it_says_what_came_of_each_test_that_used_a_lab(project: Project) -> None:
    certified(project, "out", shared=True)
    report = read(project.folder / "out")

    outcomes = {test["name"].partition("::")[2]: test["outcome"] for test in report["tests"]}
    assert {"passed"} == {outcomes.pop(f"test_many[{number}]") for number in range(1, 6)}
    assert {
        "test_many[0]": "not-exercised",
        "test_passes": "passed",
        "test_expects": "passed",
        "test_fails": "failed",
        "test_errs": "error",
        "test_skips": "skipped",
        "test_shared_first": "passed",
        "test_shared_second": "passed",
    } == outcomes
    assert "failed" == report["outcome"]
    assert "It is not a Microsoft programme" in report["statement"]


def test_it_holds_verdicts_mail_dates_choices_and_the_rules_with_their_sources(project: Project) -> None:
    certified(project, "out", shared=True)
    report = read(project.folder / "out")

    tests = {test["name"].partition("::")[2]: test for test in report["tests"]}
    (expects,) = tests["test_expects"]["labs"]
    (refusal,) = expects["verdicts"]
    assert ("5.7.139", True) == (refusal["reply"]["enhanced"], refusal["expected"])
    assert ({"basic_auth_refusal": "5.7.139"}, ["2027-01-04T00:00:00Z"]) == (expects["chosen"], expects["at"])
    assert ["2026-12-01T00:00:00Z", "2026-12-24T00:00:00Z"] == tests["test_many[0]"]["labs"][0]["at"]
    assert 5 == len(tests["test_many[5]"]["labs"][0]["messages"])
    assert ["mx", "submission"] == [
        tests[f"test_shared_{which}"]["labs"][0]["messages"][0]["endpoint"] for which in ("first", "second")
    ]
    rules = {rule["id"]: rule for rule in report["rules"]}
    assert {"submission.auth.basic_auth_is_off_by_default", "mx.rcpt.recipient_is_unknown"} == set(rules)
    assert 2 == len(rules["mx.rcpt.recipient_is_unknown"]["tests"])
    assert rules["mx.rcpt.recipient_is_unknown"]["source"]["title"]


def test_its_json_keeps_its_schema_and_the_committed_schema_is_fresh(run_alone: Run) -> None:
    jsonschema.validate(read(run_alone.folder), json.loads(schema_text()))
    assert schema_text() == SCHEMA_FILE.read_text(encoding="utf-8")


def test_it_is_the_same_in_any_order_and_by_any_number_of_workers(run_alone: Run, project: Project) -> None:
    alone = run_alone.files

    assert alone == certified(project, "again", "-p", "randomly", "-p", "no:xdist")
    assert alone == certified(project, "workers", "-n", "3")


def test_its_junit_counts_what_failed(run_alone: Run) -> None:
    suites = ET.fromstring(run_alone.files["junit.xml"])

    assert ("11", "1", "1", "2") == tuple(suites.get(name) for name in ("tests", "failures", "errors", "skipped"))
    (failure,) = suites.iter("failure")
    assert "rule: mx.rcpt.recipient_is_unknown" in str(failure.text)


def test_its_page_opens_offline_and_holds_no_secret(run_alone: Run) -> None:
    page = run_alone.files["report.html"]

    assert "<script" not in page
    assert "Content-Security-Policy" in page
    assert "submission.auth.basic_auth_is_off_by_default" in page
    assert "fake-" not in page


def outcomes(project: Project, *arguments: str) -> tuple[str, dict[str, str]]:
    """Give what a run came to, and each test in its certificate."""
    run = project.run("--relaylab-report=out", *arguments)
    assert (project.folder / "out" / "report.json").is_file(), run.output
    report = read(project.folder / "out")
    return report["outcome"], {test["name"].rpartition("::")[2]: test["outcome"] for test in report["tests"]}


def test_a_test_that_got_no_lab_is_an_error_and_not_left_out(project: Project) -> None:
    project.write(
        conftest=SENDING,
        test_a="""
            import pytest
            from conftest import submit

            @pytest.fixture
            def broken(): raise RuntimeError("mine")

            def test_fine(relaylab): submit(relaylab)

            @pytest.mark.relaylab(att="2027-01-04")
            def test_wrong_word(relaylab): submit(relaylab)

            @pytest.mark.relaylab(world="contsoo")
            def test_wrong_world(relaylab): submit(relaylab)

            def test_set_up(broken, relaylab): submit(relaylab)

            def test_foreign(broken): ...
            """,
    )

    expected = {"test_fine": "passed"} | dict.fromkeys(("test_wrong_word", "test_wrong_world", "test_set_up"), "error")
    assert ("failed", expected) == outcomes(project)


def test_a_test_whose_worker_died_is_an_error_and_not_left_out(project: Project) -> None:
    project.write(
        conftest=SENDING,
        test_a="""
            import os

            import pytest
            from conftest import submit

            @pytest.fixture
            def deadly(): os._exit(1)

            def test_fine(relaylab): submit(relaylab)

            def test_dies(relaylab):
                submit(relaylab)
                os._exit(1)

            def test_dies_before_anybody_knows(deadly): ...

            def test_dies_without_a_lab(): os._exit(1)
            """,
    )

    expected = {"test_fine": "passed", "test_dies": "error", "test_dies_before_anybody_knows": "error"}
    assert ("failed", expected) == outcomes(project, "-n", "1")


def test_a_file_that_cannot_be_read_is_an_error_and_not_left_out(project: Project) -> None:
    project.write(conftest=SENDING, test_a="import nothing_of_that_name\n", test_b=SHARED)

    shared = dict.fromkeys(("test_shared_first", "test_shared_second"), "passed")
    assert ("failed", {"test_a.py": "error"}) == outcomes(project)
    assert ("failed", {"test_a.py": "error"} | shared) == outcomes(project, "--continue-on-collection-errors")


def test_a_run_that_was_broken_off_has_not_passed(project: Project) -> None:
    project.write(
        conftest=SENDING,
        test_a="""
            from conftest import submit

            def test_fine(relaylab): submit(relaylab)

            def test_stops(): raise KeyboardInterrupt
            """,
    )

    assert ("error", {"test_fine": "passed"}) == outcomes(project)


def test_a_run_that_exercised_nothing_has_not_passed(project: Project) -> None:
    project.write(test_a="def test_uses_nothing(): ...")
    assert ("not-exercised", {}) == outcomes(project)

    project.write(test_a="def test_only_looks(relaylab): ...")
    assert ("not-exercised", {"test_only_looks": "not-exercised"}) == outcomes(project)

    project.write(conftest=SENDING, test_a=f"{SHARED}\ndef test_only_looks(relaylab): ...")
    _, of_each = outcomes(project)
    assert {"not-exercised", "passed"} == set(of_each.values())
    junit = ET.parse(project.folder / "out" / "junit.xml")
    assert ["not-exercised"] == [skipped.get("message") for skipped in junit.iter("skipped")]
    assert "Nobody was answered" not in (project.folder / "out" / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("listing", ["--collect-only", "--fixtures", "--markers"])
def test_nothing_is_certified_where_nothing_is_run(project: Project, listing: str) -> None:
    project.write(test_a="def test_it(relaylab): ...")
    run = project.run("--relaylab-report=out", listing)

    assert 0 == run.code, run.output
    assert not (project.folder / "out").exists()


def test_a_lab_of_others_is_no_part_of_a_test_that_did_not_ask_for_it(project: Project) -> None:
    project.write(
        conftest=SENDING,
        test_a="""
            import pytest
            from conftest import relay, submit

            pytestmark = pytest.mark.relaylab(at="2026-12-30")

            def test_module(relaylab_module): relay(relaylab_module)

            def test_without(): ...

            @pytest.mark.relaylab(at="2026-12-24")
            def test_own(relaylab): submit(relaylab)

            def test_on_the_way(request): relay(request.getfixturevalue("relaylab_module"))
            """,
    )
    assert "passed" == outcomes(project)[0]

    tests = {test["name"].rpartition("::")[2]: test["labs"] for test in read(project.folder / "out")["tests"]}
    assert {
        "test_module": [("2026-12-30T00:00:00Z", 1)],
        "test_own": [("2026-12-24T00:00:00Z", 1)],
        "test_on_the_way": [("2026-12-30T00:00:00Z", 1)],
    } == {name: [(*lab["at"], len(lab["messages"])) for lab in labs] for name, labs in tests.items()}


def test_what_was_in_force_besides_dates_and_readings_is_in_it(project: Project) -> None:
    project.write(
        conftest=SENDING,
        test_a="""
            import pytest
            from conftest import relay

            @pytest.mark.relaylab(strict=True, tarpit=True, faults="mx=mail4xx,times=1")
            def test_it(relaylab):
                with relaylab.expect_refusal("4.3.2"):
                    relay(relaylab)
            """,
    )
    outcomes(project)

    (lab,) = read(project.folder / "out")["tests"][0]["labs"]
    fault = {"id": "f-1", "behaviour": "mail4xx", "scope": {"listener": "mx"}, "times": 1, "used": 1}
    assert (True, True, [fault]) == (lab["strict"], lab["tarpit"], lab["faults"])
    assert "fault <code>mail4xx</code> listener <code>mx</code>, used 1 times" in (
        project.folder / "out" / "report.html"
    ).read_text(encoding="utf-8")
    jsonschema.validate(read(project.folder / "out"), json.loads(schema_text()))


def test_an_instant_that_the_emulator_was_set_to_by_itself_is_in_it(project: Project) -> None:
    project.write(
        conftest=SENDING,
        test_a="""
            from datetime import UTC, datetime

            from conftest import submit

            def test_it(relaylab):
                relaylab.emulator.travel(datetime(2026, 12, 24, tzinfo=UTC))
                submit(relaylab)
            """,
    )
    outcomes(project)

    assert ["2026-12-01T00:00:00Z", "2026-12-24T00:00:00Z"] == read(project.folder / "out")["at"]


def test_a_folder_that_cannot_be_is_refused_before_any_test(project: Project) -> None:
    project.write(test_a="def test_it(): ...")
    (project.folder / "taken").write_text("", encoding="utf-8")
    run = project.run("--relaylab-report=taken")

    assert 4 == run.code
    assert "--relaylab-report taken: File exists; name another folder" in run.output
