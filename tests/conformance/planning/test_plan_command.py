"""The verb: forms, exit codes, the world that it writes, and certify's judgement of that world."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from relaylab.app.config import KnownNames, load_world
from relaylab.app.world_file.source import shipped_file
from relaylab.domain.clock import parse_instant
from relaylab_certs import TestAuthority
from relaylab_conformance.cli import main
from relaylab_conformance.planning import Planned, as_json, make_plan
from relaylab_conformance.planning.as_csv import as_csv
from relaylab_conformance.planning.as_html import as_html
from relaylab_conformance.planning.as_markdown import as_markdown
from relaylab_conformance.planning.as_text import as_text
from relaylab_conformance.planning.findings import findings
from relaylab_conformance.planning.model import Plan
from relaylab_scenarios import profiles
from tests.conformance.planning.planning import a_sender, estate_text

AT = ("--at", "2026-11-26")
EXPECTED = Path(as_json.__file__).parents[1] / "expected" / "contoso-plan.txt"
KNOWN = KnownNames.of_the_rules(frozenset(profiles()))


def relaylab(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def _written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "estate.toml"
    file.write_bytes(text.encode())
    return file


@cache
def contoso() -> Planned:
    """The plan of the shipped estate, made once for those who only read it."""
    text = Path(shipped_file("contoso")).read_text(encoding="utf-8")
    return make_plan(load_world("contoso", known=KNOWN), parse_instant("2026-11-26"), text=text)


@pytest.fixture(scope="module")
def told_and_written(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """The same by the verb: its JSON, and the world that it writes."""
    out = tmp_path_factory.mktemp("plan") / "plan.toml"
    result = relaylab("plan", "contoso", *AT, "--json", "--out", str(out))
    assert 1 == result.exit_code
    return result.stdout, out


def test_the_plan_of_the_shipped_estate_is_the_expected_one() -> None:
    assert EXPECTED.read_text(encoding="utf-8").splitlines() == list(findings(contoso().plan))


def test_the_world_that_is_written_is_the_one_that_was_judged(told_and_written: tuple[str, Path]) -> None:
    assert contoso().world == load_world(told_and_written[1], known=KNOWN).world


def test_all_that_a_person_wrote_stays(told_and_written: tuple[str, Path]) -> None:
    old = Path(shipped_file("contoso")).read_text(encoding="utf-8").splitlines()
    new = told_and_written[1].read_text(encoding="utf-8").splitlines()
    gone = [line for line in old if line not in new]
    assert all(line.lstrip().startswith(("target = ", "value = ", "sender_usernames = ")) for line in gone)
    assert 'target = "connector-relay"  # relaylab plan: was mail-contact, which does not hold' in new


def test_line_ends_and_comments_of_a_file_stay(tmp_path: Path) -> None:
    sender = a_sender(target="mail-contact").replace('"mail-contact"', '"mail-contact"  # as Ann said')
    world = _written(tmp_path, estate_text(sender).replace("\n", "\r\n"))
    relaylab("plan", str(world), *AT, "--out", str(world))

    text = world.read_bytes().decode()
    assert text.count("\n") == text.count("\r\n")
    assert "# relaylab plan: was mail-contact, which does not hold; as Ann said" in text


def test_certify_finds_the_plan_enough(tmp_path: Path) -> None:
    world = _written(
        tmp_path,
        estate_text(
            a_sender("one", site="shop", target="smtp-auth-basic"),
            a_sender("two", profile="curl", mail_from="shut@contoso.com", target="smtp-auth-basic"),
        ),
    )
    assert 1 == relaylab("plan", str(world), *AT, "--out", str(world)).exit_code
    result = relaylab("certify", "migration", str(world), "--at", "2027-01-04", "--json")

    assert ["the plan is enough"] * 2 == [one["plan"] for one in json.loads(result.stdout)["senders"]]


def test_an_account_that_high_volume_email_needs_is_written_with_the_target(tmp_path: Path) -> None:
    text = estate_text(
        a_sender(
            "bulk", target="smtp-auth-basic", mail_from="franking@northwind.example", to=("office@northwind.example",)
        )
        + "\nmessages_per_day = 20000"
    ).replace('site = "hq"\n', "")
    box = '  [[tenant.mailbox]]\n  address = "franking@northwind.example"\n  password = "fake"\n\n[[site]]\nname = "hq"'
    world = _written(tmp_path, text.replace('\n[[site]]\nname = "hq"', box))
    relaylab("plan", str(world), *AT, "--out", str(world))

    sender = load_world(world, known=KNOWN).world.senders[0]
    assert ("hve-basic", "franking-hve@northwind.example") == (sender.target, str(sender.hve_account))


def test_json_is_as_the_schema_says_and_the_schema_as_the_types_say(told_and_written: tuple[str, Path]) -> None:
    schema = json.loads(as_json.SCHEMA_FILE.read_text(encoding="utf-8"))

    assert not list(Draft202012Validator(schema).iter_errors(json.loads(told_and_written[0])))
    assert as_json.SCHEMA_FILE.read_text(encoding="utf-8") == as_json.schema_text()


@pytest.mark.parametrize("form", [as_json.as_json, as_markdown, as_html, as_csv, partial(as_text, fit=200)])
def test_no_form_tells_a_secret(form: Callable[[Plan], str]) -> None:
    assert "fake" not in form(contoso().plan)


def test_an_estate_in_which_nothing_is_to_be_done_ends_with_0(tmp_path: Path) -> None:
    sender = a_sender(today="connector-relay", target="connector-relay")
    result = relaylab("plan", str(_written(tmp_path, estate_text(sender))), *AT)

    assert 0 == result.exit_code
    assert "Every sender goes on as it is." in result.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("plan", "contoso", "--json", "--markdown"), "give one of them"),
        (("plan", "nowhere.toml"), "nowhere.toml"),
        (("plan", "default"), "has no senders"),
        (("plan", "contoso", "--at", "someday"), "someday"),
        (("plan", "contoso", *AT, "--out", "/no/such/folder/plan.toml"), "choose another file or folder"),
        (("plan", "contoso", *AT, "--html", "/no/such/folder/plan.html"), "choose another file or folder"),
        (("plan", "contoso", *AT, "--csv", "/no/such/folder/plan.csv"), "choose another file or folder"),
    ],
)
def test_bad_use_ends_with_2_and_the_way_out(arguments: tuple[str, ...], said: str) -> None:
    result = relaylab(*arguments)

    assert 2 == result.exit_code
    assert said in result.output


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--html", "estate.toml"), "--html estate.toml: would replace the world file"),
        (("--csv", "folder/../estate.toml"), "--csv folder/../estate.toml: would replace the world file"),
        (("--html", "link"), "--html link: would replace the world file"),
        (("--out", "root.pem"), "--out root.pem: would replace a trusted_root of the world"),
        (("--out", "x", "--html", "./x"), "--out x and --html x are one file"),
        (("--out", "estate.toml", "--csv", "link"), "--csv link: would replace the world file"),
        (("--html", "x", "--csv", "folder/../x"), "--html x and --csv folder/../x are one file"),
    ],
)
def test_a_plan_is_not_written_over_what_it_reads_nor_over_itself(
    options: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    try:
        (tmp_path / "link").symlink_to("estate.toml")
    except OSError:
        pytest.skip("this system makes no links")
    TestAuthority.open(tmp_path / "ca").ca_file.rename(tmp_path / "root.pem")
    world = _written(tmp_path, estate_text(a_sender()) + '\n[[trusted_root]]\nfile = "root.pem"\n')
    before = {file: file.read_bytes() for file in tmp_path.iterdir() if file.is_file()}
    result = relaylab("plan", world.name, *AT, *options)

    assert 2 == result.exit_code
    assert said in result.output
    assert "; name " in result.output
    assert before == {file: file.read_bytes() for file in tmp_path.iterdir() if file.is_file()}


@pytest.mark.parametrize("name", ["litware", "tailspin", "woodgrove"])
def test_what_import_writes_can_be_planned_and_what_plan_writes_is_a_world(name: str, tmp_path: Path) -> None:
    world, out = tmp_path / "world.toml", tmp_path / "plan.toml"
    relaylab("import", "--example", name, "--out", str(world))

    assert 1 == relaylab("plan", str(world), *AT, "--out", str(out)).exit_code
    before, after = load_world(world, known=KNOWN).world.senders, load_world(out, known=KNOWN).world.senders
    assert [one.name for one in before] == [one.name for one in after]


def test_senders_inside_a_line_are_refused_and_nothing_is_written(tmp_path: Path) -> None:
    head = estate_text().partition("[[sender]]")[0]
    inline = (
        'sender = [{name = "x", profile = "curl", from = "app@contoso.com", to = ["desk@contoso.com"], '
        'today = "smtp-auth-basic", target = "mail-contact"}]\n'
    )
    world, out = _written(tmp_path, inline + head), tmp_path / "out.toml"
    result = relaylab("plan", str(world), *AT, "--out", str(out))

    assert 2 == result.exit_code
    assert "sender" in result.output
    assert not out.exists()
