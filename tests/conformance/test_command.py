"""The command: every verb, every kind of bad input, exit codes."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from relaylab.app.rulebooks import Phase
from relaylab_conformance import options
from relaylab_conformance.cli import main
from tests.conformance.estates import a_sender, estate_text

NO_FOLDER = Path(__file__) / "x"  # below a file


def relaylab(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.fixture
def world(tmp_path: Path) -> str:
    file = tmp_path / "estate.toml"
    file.write_text(estate_text(), encoding="utf-8")
    return str(file)


@pytest.fixture
def calm_world(tmp_path: Path) -> str:
    """An estate in which nothing goes wrong."""
    file = tmp_path / "calm.toml"
    file.write_text(estate_text(a_sender(today="connector-relay", target="connector-relay")), encoding="utf-8")
    return str(file)


# Help ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "verb",
    [
        (),
        ("serve",),
        ("certify",),
        ("certify", "migration"),
        ("timeline",),
        ("explain",),
        ("rules",),
        ("readings",),
        ("milestones",),
        ("errors",),
        ("import",),
        ("inferences",),
        ("travel",),
        ("status",),
        ("messages",),
        ("events",),
        ("replay",),
    ],
)
def test_every_verb_has_help(verb: tuple[str, ...]) -> None:
    done = relaylab(*verb, "--help")

    assert 0 == done.exit_code
    assert "Usage:" in done.output


def test_help_is_light() -> None:
    program = (
        "import sys\n"
        "from relaylab_conformance.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'pydantic', 'starlette', 'cryptography', 'uvicorn', 'jinja2', 'aiosmtpd', 'asyncio', 'ssl'}\n"
        "print(*sorted(heavy & set(sys.modules)), file=sys.stderr, end='')\n"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (0, "") == (done.returncode, done.stderr)


def test_the_phases_in_help_are_the_phases_there_are() -> None:
    assert tuple(Phase) == options.PHASES


# certify -------------------------------------------------------------------------------------------------------------


def test_certify_writes_everything_and_finds_problems(world: str, tmp_path: Path) -> None:
    out = tmp_path / "certificate"

    done = relaylab("certify", "migration", world, "--at", "2026-12-30", "--at", "2027-01-04", "--out", str(out))
    assert 1 == done.exit_code, done.output
    assert {"report.json", "report.html", "junit.xml", "transcripts"} <= {file.name for file in out.iterdir()}
    assert "will fail silently" in done.output
    assert "report.html" in done.output


def test_certify_of_an_estate_without_problems_ends_with_0(calm_world: str) -> None:
    assert 0 == relaylab("certify", "migration", calm_world, "--at", "2027-01-04").exit_code


def test_certify_json_is_the_report_and_nothing_else(world: str) -> None:
    done = relaylab("certify", "migration", world, "--at", "2027-01-04", "--json", "--seed", "11")

    report = json.loads(done.stdout)
    assert (11, ["2027-01-04T00:00:00Z"]) == (report["seed"], report["at"])
    assert "estate" == report["estate"]


def test_dates_are_put_in_order_and_each_is_judged_once(world: str) -> None:
    done = relaylab("certify", "migration", world, "--json", *_dates("2027-01-04", "2026-12-30", "2027-01-04T00:00Z"))

    assert ["2026-12-30T00:00:00Z", "2027-01-04T00:00:00Z"] == json.loads(done.stdout)["at"]


def test_without_dates_certify_asks_about_the_cutover(world: str) -> None:
    done = relaylab("certify", "migration", world, "--json")

    assert ["2026-12-30T00:00:00Z", "2027-01-04T00:00:00Z"] == json.loads(done.stdout)["at"]


def test_readings_milestones_and_phase_reach_the_certificate(world: str) -> None:
    chosen = ("--reading", "basic_auth_refusal=5.7.139", "--milestone", "basic_auth_removed=2027-01-02")
    done = relaylab("certify", "migration", world, "--json", *_dates("2027-01-04"), *chosen)

    report = json.loads(done.stdout)
    assert "5.7.139" == report["readings"]["basic_auth_refusal"]
    assert "2027-01-02T00:00:00Z" == report["milestones"]["basic_auth_removed"]
    assert ["basic_auth_removed"] == report["milestones_moved"]
    phase = relaylab("certify", "migration", world, "--json", *_dates("2026-11-24"), "--phase", "removed")
    assert "removed" == json.loads(phase.stdout)["phase"]


def test_where_a_world_lies_does_not_show(world: str, tmp_path: Path) -> None:
    elsewhere = tmp_path / "else" / "where"
    elsewhere.mkdir(parents=True)
    copy = elsewhere / "estate.toml"
    copy.write_text(Path(world).read_text(encoding="utf-8"), encoding="utf-8")

    one, other = (
        relaylab("certify", "migration", each, "--json", *_dates("2027-01-04")) for each in (world, str(copy))
    )
    assert one.stdout == other.stdout
    assert str(tmp_path) not in one.stdout


def _dates(*days: str) -> list[str]:
    return [word for day in days for word in ("--at", day)]


# The catalogue -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verb", "word"),
    [
        ("rules", "submission.auth.basic_auth_is_off_by_default"),
        ("readings", "basic_auth_refusal"),
        ("milestones", "basic_auth_off_by_default"),
    ],
)
def test_the_catalogue_is_listed_for_people_for_programs_and_as_a_page(verb: str, word: str) -> None:
    table, document, page = (relaylab(verb, *form) for form in ((), ("--json",), ("--markdown",)))

    assert {0} == {table.exit_code, document.exit_code, page.exit_code}
    assert word in table.stdout
    names = [row.get("id") or row["name"] for row in json.loads(document.stdout)[verb]]
    assert word in names
    assert page.stdout.startswith(f"# {verb.capitalize()}")


def test_rules_at_a_date_are_those_in_force_then() -> None:
    off = "submission.auth.basic_auth_is_off_by_default"

    assert off not in relaylab("rules", "--at", "2026-12-30").stdout
    assert off in relaylab("rules", "--at", "2026-12-31").stdout


def test_milestones_at_a_date_tell_what_has_come() -> None:
    rows = json.loads(relaylab("milestones", "--at", "2026-12-31", "--json").stdout)["milestones"]

    come = {row["name"]: row["has_come"] for row in rows}
    assert (True, False) == (come["basic_auth_off_by_default"], come["basic_auth_removed"])
    assert "to come" in relaylab("milestones", "--at", "2026-12-31").stdout


def test_readings_at_a_date_are_those_that_matter_then() -> None:
    before, after = (relaylab("readings", "--at", day).stdout for day in ("2026-12-30", "2026-12-31"))

    assert "basic_auth_refusal_trailer" not in before
    assert "basic_auth_refusal_trailer" in after


def test_a_moved_milestone_shows_in_the_lists() -> None:
    done = relaylab("milestones", "--milestone", "basic_auth_off_by_default=2027-03-31")

    assert "2027-03-31 (moved)" in done.stdout
    assert "never" in relaylab("milestones", "--help").stdout


# explain and timeline ------------------------------------------------------------------------------------------------


def test_explain_takes_a_line_and_gives_json_too() -> None:
    line = "550 5.7.30 Basic authentication is not supported for Client Submission."

    done = relaylab("explain", line, "--json")
    assert 0 == done.exit_code
    assert "submission.auth.basic_auth_is_off_by_default" in json.loads(done.stdout)["replies"][0]["rules"]


def test_explain_takes_an_event_of_a_run(world: str, tmp_path: Path) -> None:
    relaylab("certify", "migration", world, *_dates("2027-01-04"), "--out", str(tmp_path / "run"))

    done = relaylab("explain", "1", "--run", str(tmp_path / "run"))
    assert 0 == done.exit_code
    assert done.stdout.startswith("Event 1: judged at 2027-01-04T00:00:00Z")


def test_timeline_shows_the_change_and_ends_with_1(world: str) -> None:
    done = relaylab("timeline", world)

    assert 1 == done.exit_code
    assert "2026-12-31" in done.stdout
    assert "2027-03-31" in relaylab("timeline", world, "--milestone", "basic_auth_off_by_default=2027-03-31").stdout


def test_timeline_of_an_estate_without_problems_ends_with_0(calm_world: str) -> None:
    assert 0 == relaylab("timeline", calm_world, "--json").exit_code


def test_a_certificate_is_not_written_over_the_world_that_it_is_of(calm_world: str, tmp_path: Path) -> None:
    world = Path(calm_world).rename(tmp_path / "report.json")
    before = world.read_bytes()

    done = relaylab("certify", "migration", str(world), "--out", str(tmp_path))

    assert 2 == done.exit_code
    assert "report.json: would replace the world file, which is read; name another file" in done.output
    assert before == world.read_bytes()


# Bad input -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "way_out"),
    [
        (["frobnicate"], "--help"),
        (["certify", "migration"], "--help"),
        (["certify", "migration", "contoso", "--at", "2019-05-01"], "choose 2020-10-01 or a later date"),
        (["certify", "migration", "contoso", "--at", "0001-01-01"], "2020-10-01"),
        (["certify", "migration", "contoso", "--at", "9999-12-31T23:59:59-12:00"], "such as 2027-01-04"),
        (["certify", "migration", "contoso", "--at", "9999-12-31"], "choose a date before 3000"),
        (["serve", "contoso", "--at", "3000-01-01"], "choose a date before 3000"),
        (["certify", "migration", "contoso", "--at", "soon"], "2027-01-04"),
        (["certify", "migration", "contosso"], 'did you mean "contoso"?'),
        (["certify", "migration", "nowhere.toml"], "relaylab ships: contoso"),
        (["certify", "migration", "contoso", "--seed", "x"], "integer"),
        (["certify", "migration", "contoso", "--phase", "2027"], "2027-off"),
        (["certify", "migration", "contoso", "--out", __file__], "--out"),
        (["certify", "migration", "contoso", "--out", str(NO_FOLDER)], "choose another file or folder"),
        (["certify", "migration", "contoso", "--milestone", "basic_auth_off_by_default=never"], "--at DATE"),
        (["certify", "migration", "contoso", "--milestone", "basic_auth_off_by_default=2020-10-01"], "--at DATE"),
        (["rules", "--reading", "basic_auth_refusl=5.7.30"], 'did you mean "basic_auth_refusal"?'),
        (["rules", "--reading", "basic_auth_refusal=5.7.31"], 'did you mean "5.7.30"?'),
        (["rules", "--reading", "basic_auth_refusal"], "NAME=VALUE"),
        (["rules", "--reading", "smart_lockout=off", "--reading", "smart_lockout=after_10"], "give it once"),
        (["rules", "--milestone", "basic_auth_of_by_default=never"], 'did you mean "basic_auth_off_by_default"?'),
        (["rules", "--milestone", "basic_auth_removed=tomorrow"], "2027-01-04"),
        (["rules", "--at", "2020-09-30"], "choose 2020-10-01 or a later date"),
        (["rules", "--json", "--markdown"], "give one of them"),
        (["rules", "--markdown", "--at", "2027-01-04"], "leave out --at"),
        (["errors", "--json", "--pages", "pages"], "give one of them"),
        (["explain", "5.7.999"], "of its family there are"),
        (["explain", "17"], "--run DIR"),
        (["explain", "17", "--run", "a", "--control", "b"], "give one of them"),
        (["explain", "17", "--run", "nowhere"], "--out of certify"),
        (["explain", "17", "--control", "file:///etc/passwd"], "http://127.0.0.1"),
        (["explain", "17", "--control", "http://127.0.0.1:1"], "is it serving?"),
        (["timeline", "nowhere.toml"], "relaylab ships: contoso"),
        (["serve", "nowhere.toml"], "relaylab ships: contoso"),
        (["serve", "contoso", "--idle", "0"], "--idle"),
        (["serve", "contoso", "--port-base", "70000"], "--port-base"),
        (["serve", "contoso", "--ca", str(NO_FOLDER)], "--ca DIR"),
    ],
)
def test_bad_input_ends_with_2_and_a_way_out(arguments: list[str], way_out: str) -> None:
    done = relaylab(*arguments)

    assert 2 == done.exit_code, done.output
    assert way_out in done.stderr
    assert "Traceback" not in done.output


def test_a_wrong_world_file_names_every_problem_at_once(tmp_path: Path) -> None:
    file = tmp_path / "wrong.toml"
    text = estate_text(a_sender(profile="generic-mpf"), a_sender("other", today="smtp-auth-basik"))
    file.write_text(text, encoding="utf-8")

    done = relaylab("certify", "migration", str(file))
    assert 2 == done.exit_code
    assert 'did you mean "generic-mfp"?' in done.stderr
    assert 'did you mean "smtp-auth-basic"?' in done.stderr


def test_a_world_without_senders_has_nothing_to_certify(tmp_path: Path) -> None:
    file = tmp_path / "empty.toml"
    file.write_text('[[tenant]]\nname = "contoso"\n', encoding="utf-8")

    for verb in (("certify", "migration"), ("timeline",)):
        done = relaylab(*verb, str(file))
        assert 2 == done.exit_code
        assert "[[sender]]" in done.stderr


def test_a_port_that_is_taken_is_told_with_a_way_out(world: str, tmp_path: Path) -> None:
    with closing(a_taken_port()) as taken:
        port = str(taken.getsockname()[1])
        done = relaylab("serve", world, "--port-base", port, "--ca", str(tmp_path / "ca"))

    assert 2 == done.exit_code
    assert port in done.stderr
    assert "choose another port base" in done.stderr


def a_taken_port() -> socket.socket:
    """A listening socket on a port that --port-base takes."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(20)]
    low = next(each for each in sockets if each.getsockname()[1] <= 60_000)
    for each in sockets:
        if each is not low:
            each.close()
    return low


# serve ---------------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be sent this signal on Windows")
def test_serve_prints_one_line_when_all_listens_and_ends_on_a_signal(world: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "relaylab_conformance", "serve", world, "--at", "2027-01-04", "--json"]
    more = ["--seed", "7", "--ca", str(tmp_path / "ca"), "--store", str(tmp_path / "mail.db"), "--phase", "2027-off"]

    with subprocess.Popen([*command, *more], stdout=subprocess.PIPE, text=True) as serving:
        assert serving.stdout is not None
        line = json.loads(serving.stdout.readline())
        control = line["endpoints"]["control"]
        asked = relaylab("explain", "1", "--control", control["url"], "--token", control["token"])
        refused = relaylab("explain", "1", "--control", control["url"], "--token", "wrong")
        serving.send_signal(signal.SIGTERM)
        rest = serving.stdout.read()

    assert (0, "") == (serving.returncode, rest)
    assert ("2027-01-04T00:00:00Z", 7) == (line["at"], line["seed"])
    assert {"submission", "mx", "control"} <= line["endpoints"].keys()
    assert "203.0.113.42" == line["sites"]["hq"]["public_ip"]
    assert (2, True) == (asked.exit_code, "is no event or message there" in asked.stderr)
    assert (2, True) == (refused.exit_code, "prints the token" in refused.stderr)
