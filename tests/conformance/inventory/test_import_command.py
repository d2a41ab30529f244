"""``relaylab import``: what it prints, writes and ends with; the shipped sets and the script."""

from __future__ import annotations

import csv as python_csv
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest

from relaylab.app.config import KnownNames, load_world
from relaylab_conformance.inventory import command
from relaylab_conformance.inventory.as_json import SCHEMA_FILE, schema_text
from relaylab_conformance.inventory.shapes import BY_NAME
from relaylab_scenarios import profiles
from relaylab_scenarios.exports import CSV, DIALECTS, Dialect, example_folder, examples, exported
from tests.conformance.inventory.importing import an_export_estate, csv, put, relaylab

CAS = csv(("PrimarySmtpAddress", "SmtpClientAuthenticationDisabled"), ("a@contoso.com", "True"))
LOST = csv(
    ("PrimarySmtpAddress", "SmtpClientAuthenticationDisabled", "EmailAddresses"),
    ("a@contoso.com", "", "System.Object[]"),
)


def test_without_out_nothing_is_written(tmp_path: Path) -> None:
    folder = put(tmp_path / "exports", {"cas.csv": CAS})

    done = relaylab(folder, "--tenant", "contoso")

    assert 0 == done.exit_code
    assert "Nothing is written" in done.output
    assert [folder] == list(tmp_path.iterdir())


def test_a_world_file_is_written_that_certify_accepts(tmp_path: Path) -> None:
    folder, world = put(tmp_path / "exports", exported(an_export_estate(), CSV)), tmp_path / "world.toml"

    done = relaylab(folder, "--out", world)

    assert 0 == done.exit_code
    loaded = load_world(world, known=KnownNames.of_the_rules(frozenset(profiles())))
    assert 8 == len(loaded.world.senders)
    assert f"Next: relaylab plan {world}" in done.output


def test_one_of_a_kind_is_counted_as_one(tmp_path: Path) -> None:
    columns = ("Sender address", "TLS 1.0", "TLS 1.1", "TLS 1.2", "Messages sent")
    folder = put(tmp_path, {"r.csv": csv(columns, ("a@contoso.com", "0", "0", "100", "9"))})

    done = relaylab(folder, "--tenant", "contoso")

    assert "1 sender (1 smtp-auth-basic)" in " ".join(done.output.split())


def test_its_help_names_every_export_that_it_knows() -> None:
    told = "".join(relaylab("--help").output.split())  # a narrow terminal breaks a name at its hyphen
    cmdlets = {one for shape in BY_NAME.values() for one in re.findall(r"^Get-[A-Z]\w+", shape.title)}

    assert set() == {one for one in (*cmdlets, "Get-UnifiedGroup", "Get-DynamicDistributionGroup") if one not in told}
    assert "AzureMonitor" in told


def test_something_lost_ends_with_1_and_is_written_all_the_same(tmp_path: Path) -> None:
    folder, world = put(tmp_path / "exports", {"cas.csv": LOST}), tmp_path / "world.toml"

    done = relaylab(folder, "--tenant", "contoso", "--out", world)

    assert 1 == done.exit_code
    assert "To mend\n  lost: cas.csv row 2, EmailAddresses (column C)" in done.output
    assert "# unknown: proxy_addresses: lost in cas.csv row 2" in world.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "which exports?"),
        (("--example", "lightware"), 'did you mean "litware"?'),
        (("--as", "cas=x.csv"), "cas is not a kind of export"),
        (("--as", "users=x.csv"), "there is no such file"),
        (("nowhere.csv",), "there is no such file"),
        (("--column", "x"), "is not of the form THEIRS=OURS"),
        (("--report-days", "0", "--example", "litware"), "0 is not in the range 1<=x<=90"),
    ],
)
def test_bad_use_ends_with_2_and_the_way_out(arguments: tuple[str, ...], said: str) -> None:
    done = relaylab(*arguments)

    assert 2 == done.exit_code
    assert said in done.output


def test_the_days_of_the_report_are_a_persons_to_say(tmp_path: Path) -> None:
    columns = ("Sender address", "TLS 1.0 (percent)", "TLS 1.1 (percent)", "TLS 1.2 (percent)", "Messages sent")
    folder = put(tmp_path / "e", {"r.csv": csv(columns, ("a@contoso.com", "0", "0", "100", "900"))})

    found = json.loads(relaylab(folder, "--tenant", "contoso", "--report-days", "90", "--json").output)

    assert [10] == [sender["messages_per_day"] for sender in found["senders"]]


def test_json_fits_its_schema_and_says_where_everything_is_from(tmp_path: Path) -> None:
    folder, world = put(tmp_path / "exports", exported(an_export_estate(), CSV)), tmp_path / "world.toml"

    found = json.loads(relaylab(folder, "--out", world, "--json").output)

    jsonschema.validate(found, json.loads(SCHEMA_FILE.read_text(encoding="utf-8")))
    assert str(world) == found["world_file"]
    assert all(one["evidence"] and one["evidence"][0]["origin"] for one in found["senders"])
    assert all(value["origin"] or value["note"] for one in found["tables"] for value in one["values"].values())
    assert ["messagetrace.csv"] == found["exports"]["message_trace"]


def test_the_schema_of_the_json_is_fresh() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text()


def test_a_cell_cannot_steer_the_terminal_or_leave_its_comment(tmp_path: Path) -> None:
    columns = ("Name", "ConnectorType", "SenderIPAddresses", "SenderDomains")
    name = 'Relay\x1b[31m\n[[tenant]]\nname = "evil"'
    folder, world = (
        put(tmp_path / "e", {"i.csv": csv(columns, (name.replace('"', '""'), "OnPremises", "", "*"))}),
        tmp_path / "w.toml",
    )

    done = relaylab(folder, "--tenant", "contoso", "--out", world)

    assert "\x1b" not in done.output
    assert not world.exists() or ["contoso"] == [one.name for one in load_world(world).world.tenants]


def test_the_name_of_a_file_cannot_leave_its_comment(tmp_path: Path) -> None:
    folder, world = tmp_path / "e", tmp_path / "w.toml"
    try:
        put(folder, {'a\n[[tenant]]\nname = "evil".csv': CAS})
    except OSError:
        pytest.skip("this system has no such names")

    assert 0 == relaylab(folder, "--tenant", "contoso", "--out", world).exit_code
    assert ["contoso"] == [one.name for one in load_world(world).world.tenants]


# What is shipped -----------------------------------------------------------------------------------------------------


def test_three_sets_of_exports_are_shipped() -> None:
    assert ("litware", "tailspin", "woodgrove") == examples()


@pytest.mark.parametrize(("name", "code"), [("litware", 0), ("tailspin", 0), ("woodgrove", 1)])
def test_a_shipped_set_is_imported(tmp_path: Path, name: str, code: int) -> None:
    world = tmp_path / "world.toml"

    assert code == relaylab("--example", name, "--out", world).exit_code
    assert [name] == [one.name for one in load_world(world).world.tenants]
    assert 7 <= len(load_world(world).world.senders)


def test_the_three_sets_stand_in_one_world(tmp_path: Path) -> None:
    world = tmp_path / "world.toml"
    for name in examples():
        relaylab("--example", name, "--out", world)
    before = world.read_bytes()
    for name in examples():
        relaylab("--example", name, "--out", world)

    assert before == world.read_bytes()
    assert list(examples()) == [one.name for one in load_world(world).world.tenants]


def test_shipped_sets_hold_no_real_address() -> None:
    text = "".join(
        file.read_bytes().decode("utf-16" if file.name == "cas.csv" else "utf-8", "replace")
        for name in examples()
        for file in example_folder(name).iterdir()
    )

    domains = {match.rsplit(".", 2)[-1] for match in re.findall(r"@[\w.-]+\.[a-z]+", text)}
    assert {"example", "net"} >= domains
    assert {"example.net"} >= {match[1:] for match in re.findall(r"@[\w.-]+\.net", text)}


def test_the_shipped_sets_are_what_their_maker_makes(tmp_path: Path) -> None:
    faker = pytest.importorskip("faker")
    done = subprocess.run(
        [sys.executable, "-m", "relaylab_scenarios.exports.make", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == done.returncode, done.stderr

    made = {file.relative_to(tmp_path).as_posix() for file in tmp_path.rglob("*.*") if file.is_file()}
    there = {f"{name}/{file.name}" for name in examples() for file in example_folder(name).iterdir()}
    assert made == there, faker.VERSION


@pytest.mark.parametrize("dialect", [one for one in DIALECTS if not one.is_json], ids=lambda one: one.name)
def test_pythons_csv_reads_what_we_export(dialect: Dialect) -> None:
    for content in (text for name, text in exported(an_export_estate(), dialect).items() if name.endswith(".csv")):
        text = content.decode(dialect.encoding).removeprefix(f"{dialect.type_line}\r\n" if dialect.type_line else "")
        rows = list(python_csv.reader(io.StringIO(text, newline=""), delimiter=dialect.delimiter, strict=True))
        assert 2 <= len(rows)
        assert 1 == len({len(row) for row in rows})


# The script ----------------------------------------------------------------------------------------------------------


def test_the_script_is_printed() -> None:
    assert command.script() == relaylab("--script").output


def test_the_script_only_reads() -> None:
    code = re.sub(r"(?s)<#.*?#>|#[^\n]*", "", command.script())
    verbs = {verb for verb, _ in re.findall(r"\b([A-Z][a-z]+)-([A-Z]\w+)", code)}

    assert {
        "Get",
        "Connect",
        "Select",
        "Where",
        "New",
        "Join",
        "Set",
        "Export",
        "ConvertTo",
        "Save",
        "Start",
        "Write",
        "Out",
        "Remove",
    } >= verbs
    assert {"New-Item"} == set(re.findall(r"\bNew-\w+", code))  # the folder
    assert {"Set-Content"} == set(re.findall(r"\bSet-\w+", code))  # the files
    assert {"Remove-Item -Path $Path", "Remove-Item -Path $TraceFile"} == set(re.findall(r"\bRemove-.*?(?= -E)", code))
    assert {"Out-Null"} == set(re.findall(r"\bOut-\w+", code))


def test_the_script_has_every_cmdlet_that_import_reads() -> None:
    text = command.script()
    cmdlets = {
        one for shape in BY_NAME.values() for one in re.findall(r"Get-[A-Z]\w+", f"{shape.title} {shape.command}")
    }

    assert set() == {one for one in cmdlets if one not in text} - {"Get-Date"}


def test_the_script_asks_graph_in_a_process_of_its_own() -> None:
    before, _, after = command.script().partition("Connect-ExchangeOnline -ShowBanner")

    assert "Connect-MgGraph" in before
    assert "Connect-MgGraph" not in after
    assert "-File $PSCommandPath -Folder $Folder -SignInsOnly" in after


def test_brackets_of_the_script_are_balanced() -> None:
    code = re.sub(r"(?s)<#.*?#>|#[^\n]*|\"[^\"\n]*\"", "", command.script())

    assert all(code.count(opening) == code.count(closing) for opening, closing in ("{}", "()", "[]"))


def test_a_folder_that_is_not_there_is_named_and_no_temporary_file(tmp_path: Path) -> None:
    told = relaylab("--example", "litware", "--out", tmp_path / "nosuch" / "w.toml").output

    assert f"w.toml: cannot be written: there is no folder {tmp_path / 'nosuch'}; make it, or choose another" in told
