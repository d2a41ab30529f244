"""Importing again brings a world file up to date, and keeps every line that a person wrote."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaylab.app.config import load_world
from relaylab_conformance.inventory.found import NoteKind
from relaylab_conformance.inventory.world_text.blocks import split
from relaylab_conformance.inventory.world_text.values import digest, is_marked, marked, written
from relaylab_conformance.inventory.writing import Written, merged
from relaylab_conformance.inventory.writing import write as write_file
from relaylab_scenarios.exports import CSV, an_estate, exported
from tests.conformance.inventory.importing import an_export_estate, comparable, csv, names, put, take, world_of

CONTOSO = Path(__file__).parents[3] / "emulator/relaylab/app/worlds/contoso.toml"
ROOT = CONTOSO.parents[4]
TOML_FILES = [ROOT / "pyproject.toml", *CONTOSO.parent.glob("*.toml"), *(ROOT / "scenarios").rglob("*.toml")]
DOMAINS = csv(("DomainName", "DomainType", "Default"), ("litware.example", "Authoritative", "True"))
DOMAINS += csv(("litware.onmicrosoft.com", "Authoritative", "False"))
SWITCH = "smtp_client_authentication_disabled"


def cas(*boxes: tuple[str, str]) -> dict[str, str]:
    return {"d.csv": DOMAINS, "c.csv": csv(("PrimarySmtpAddress", "SmtpClientAuthenticationDisabled"), *boxes)}


def reimport(folder: Path, files: dict[str, str], world: Path) -> Written:
    for old in folder.glob("*.csv"):
        old.unlink()
    found = merged(take(put(folder, files), into=world), world)
    write_file(found.text, world)
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return put(tmp_path / "exports", {})


@pytest.fixture
def world(tmp_path: Path) -> Path:
    return tmp_path / "world.toml"


def test_the_same_exports_again_change_nothing(folder: Path, world: Path) -> None:
    put(folder, exported(an_export_estate(), CSV))
    write_file(world_of(folder).text, world)

    again = world_of(folder, into=world)

    assert world.read_text(encoding="utf-8") == again.text
    assert ([], [], [], []) == (again.change.added, again.change.updated, again.change.removed, again.change.notes)


def test_a_value_that_changed_is_written_anew(folder: Path, world: Path) -> None:
    reimport(folder, cas(("a@litware.example", "False")), world)

    again = reimport(folder, cas(("a@litware.example", "True")), world)

    assert again.world.world.tenants[0].mailboxes[0].smtp_client_authentication_disabled is True
    assert [f"mailbox a@litware.example: {SWITCH} was false, is true (c.csv row 2)"] == again.change.updated


def test_a_value_that_is_empty_now_goes(folder: Path, world: Path) -> None:
    reimport(folder, cas(("a@litware.example", "False")), world)

    again = reimport(folder, cas(("a@litware.example", "")), world)

    assert again.world.world.tenants[0].mailboxes[0].smtp_client_authentication_disabled is None


@pytest.mark.parametrize("cell", ["True", ""])
def test_a_value_that_a_person_changed_stays_and_is_told(folder: Path, world: Path, cell: str) -> None:
    reimport(folder, cas(("a@litware.example", "True")), world)
    text = world.read_text(encoding="utf-8").replace(f"{SWITCH} = true", f"{SWITCH} = false")
    world.write_text(text, encoding="utf-8")

    again = reimport(folder, cas(("a@litware.example", cell)), world)

    assert again.world.world.tenants[0].mailboxes[0].smtp_client_authentication_disabled is False
    assert text == again.text
    (note,) = again.change.notes
    assert NoteKind.YOURS is note.kind
    assert f"{SWITCH} is false in your file" in note.what


def test_lines_comments_and_tables_of_a_person_stay_where_they_are(folder: Path, world: Path) -> None:
    reimport(folder, cas(("a@litware.example", "False")), world)
    text = world.read_text(encoding="utf-8")
    text = text.replace('name = "litware"\n', 'name = "litware"\nlicences = 40  # counted on Monday\n')
    text += '\n# ---- added by hand ----\n[[site]]\nname = "hq"   # the old mill\npublic_ip = "203.0.113.42"\n'
    world.write_text(text, encoding="utf-8")

    again = reimport(folder, cas(("a@litware.example", "False"), ("b@litware.example", "")), world)

    assert "licences = 40  # counted on Monday\n" in again.text
    assert again.text.endswith(
        '# ---- added by hand ----\n[[site]]\nname = "hq"   # the old mill\npublic_ip = "203.0.113.42"\n'
    )
    assert "# unknown: licences" not in again.text
    assert 2 == len(again.world.world.tenants[0].mailboxes)
    assert 40 == again.world.world.tenants[0].licences


def test_a_sender_that_was_renamed_and_planned_is_not_added_again(folder: Path, world: Path) -> None:
    files = exported(an_export_estate(), CSV)
    write_file(world_of(put(folder, files)).text, world)
    text = world.read_text(encoding="utf-8")
    first = load_world(world).world.senders[0]
    text = text.replace(f'name = "{first.name}"', 'name = "copier-2nd-floor"', 1)
    start = text.index('name = "copier-2nd-floor"')
    end = text.index("target = ", start)
    line_end = text.index("\n", end)
    text = text[:end] + 'target = "direct-send"' + text[line_end:]
    world.write_text(text, encoding="utf-8")

    again = world_of(folder, into=world)

    renamed = again.world.world.senders[0]
    assert ("copier-2nd-floor", "direct-send") == (renamed.name, renamed.target)
    assert text == again.text


def test_senders_that_a_person_wrote_are_recognised_by_address_and_site(folder: Path, world: Path) -> None:
    estate = an_export_estate()
    put(folder, exported(estate, CSV))
    written_once = world_of(folder)
    text = written_once.text
    for block in split(text):
        if block.path == ("sender",):
            text = text.replace(block.header, "[[sender]]  # mine\n")
    world.write_text(text, encoding="utf-8")

    again = world_of(folder, into=world)

    assert len(estate.senders) == len(again.world.world.senders)
    assert comparable(written_once.world.world) == comparable(again.world.world)


def test_a_sign_in_log_that_comes_later_gives_the_sender_its_site(folder: Path, world: Path) -> None:
    files = exported(replace(an_export_estate(3)), CSV)
    without = {name: content for name, content in files.items() if name != "signins.csv"}
    write_file(world_of(put(folder, without)).text, world)
    before = load_world(world).world

    again = world_of(put(folder, files), into=world)

    assert len(before.senders) == len(again.world.world.senders)
    assert any(one.site is None for one in before.senders if one.today == "smtp-auth-basic")
    assert all(one.site for one in again.world.world.senders if one.today == "smtp-auth-basic")


def connector(*addresses: str, name: str = "Relay") -> dict[str, str]:
    columns = ("Name", "ConnectorType", "SenderIPAddresses", "SenderDomains")
    return {"d.csv": DOMAINS, "i.csv": csv(columns, (name, "OnPremises", " ".join(addresses), "smtp:*;1"))}


def test_a_connector_that_is_no_more_goes(folder: Path, world: Path) -> None:
    reimport(folder, connector("203.0.113.1"), world)

    again = reimport(folder, connector("203.0.113.1", name="New"), world)

    assert ["New"] == [one.name for one in again.world.world.tenants[0].inbound_connectors]
    assert ["inbound_connector Relay"] == again.change.removed


def test_a_connector_that_a_person_changed_stays_and_is_told(folder: Path, world: Path) -> None:
    reimport(folder, connector("203.0.113.1"), world)
    text = world.read_text(encoding="utf-8").replace('["203.0.113.1"]', '["203.0.113.1", "203.0.113.2"]')
    world.write_text(text, encoding="utf-8")

    again = reimport(folder, connector("203.0.113.1", name="New"), world)

    assert ["Relay", "New"] == [one.name for one in again.world.world.tenants[0].inbound_connectors]
    assert NoteKind.GONE in {note.kind for note in again.change.notes}


def spf(value: str) -> dict[str, str]:
    return {"d.csv": DOMAINS, "z.txt": f'litware.example. 300 IN TXT "{value}"\nlitware.example. 300 IN TXT "MS=ms1"\n'}


def test_a_new_spf_record_takes_the_place_of_the_old_one(folder: Path, world: Path) -> None:
    reimport(folder, spf("v=spf1 -all"), world)

    again = reimport(folder, spf("v=spf1 ip4:203.0.113.1 -all"), world)

    assert {"v=spf1 ip4:203.0.113.1 -all", "MS=ms1"} == {one.value for one in again.world.world.dns}


def test_an_spf_record_that_a_person_planned_stays_alone(folder: Path, world: Path) -> None:
    reimport(folder, spf("v=spf1 -all"), world)
    text = world.read_text(encoding="utf-8").replace('"v=spf1 -all"', '"v=spf1 ip4:203.0.113.9 -all"')
    world.write_text(text, encoding="utf-8")

    again = reimport(folder, spf("v=spf1 -all"), world)

    assert {"v=spf1 ip4:203.0.113.9 -all", "MS=ms1"} == {one.value for one in again.world.world.dns}
    assert ["v=spf1 ip4:203.0.113.9 -all"] == [one.value for one in again.world.world.dns if "spf" in one.value]


def test_the_shipped_world_takes_an_import_and_keeps_every_line(tmp_path: Path, world: Path) -> None:
    before = CONTOSO.read_text(encoding="utf-8")
    world.write_text(before, encoding="utf-8")
    folder = put(tmp_path / "exports", exported(an_export_estate(), CSV))

    again = world_of(folder, into=world)

    kept = again.text.splitlines()
    assert [] == [line for line in before.splitlines() if line not in kept]
    assert [one.name for one in load_world(CONTOSO).world.senders] == [
        one.name for one in again.world.world.senders[: len(load_world(CONTOSO).world.senders)]
    ]


PARTS = {
    "report": ("smtp-auth-clients.csv",),
    "trace": ("messagetrace.csv",),
    "sign-ins": ("signins.csv",),
    "mailboxes": ("casmailbox.csv", "mailbox.csv"),
    "connectors": ("inboundconnector.csv",),
    "everything": (),
}


@pytest.mark.parametrize("part", PARTS)
def test_one_export_alone_is_understood_by_what_the_file_says(tmp_path: Path, world: Path, part: str) -> None:
    files = exported(an_export_estate(), CSV)
    write_file(world_of(put(tmp_path / "all", files)).text, world)
    before = world.read_text(encoding="utf-8")
    folder = put(tmp_path / "part", {name: files[name] for name in PARTS[part] or files})

    again = world_of(folder, into=world)

    assert ([], [], []) == (again.change.added, again.change.removed, again.change.notes)
    assert comparable(load_world(world).world)["connectors"] == comparable(again.world.world)["connectors"]
    assert load_world(world).world.senders == again.world.world.senders
    assert [line for line in before.splitlines() if "# seen: " in line] == [
        line for line in again.text.splitlines() if "# seen: " in line
    ]
    assert [line for line in before.splitlines() if "# not given" in line] == [
        line for line in again.text.splitlines() if "# not given" in line
    ]


def test_exports_that_come_one_by_one_give_the_same_world(tmp_path: Path, world: Path) -> None:
    files = exported(an_export_estate(4), CSV)
    at_once = world_of(put(tmp_path / "all", files))
    order = sorted(files, key=lambda name: (name not in {"accepteddomain.csv", "casmailbox.csv"}, name))

    for name in order:
        write_file(world_of(put(tmp_path / name, {name: files[name]}), into=world).text, world)

    expected = comparable(at_once.world.world)
    assert {**expected, "senders": None} == {**comparable(load_world(world).world), "senders": None}
    assert {one.from_address: one.today for one in at_once.world.world.senders} == {
        one.from_address: one.today for one in load_world(world).world.senders
    }
    assert "# not given" not in world.read_text(encoding="utf-8")


def test_a_report_alone_keeps_the_two_places_of_one_mailbox(folder: Path, world: Path) -> None:
    """The message count of a report cannot be shared out without the sign-ins."""
    columns = ("Sender address", "TLS 1.0", "TLS 1.1", "TLS 1.2", "Messages sent", "Authentication Protocol")
    files = {"d.csv": DOMAINS, "r.csv": csv(columns, ("a@litware.example", "0", "0", "100", "140", "Basic"))}
    logged = ("Username", "IP address", "Client app", "Status")
    signed_in = [("a@litware.example", f"203.0.113.{n}", "Authenticated SMTP", "Success") for n in (1, 2)]
    before = reimport(folder, {**files, "s.csv": csv(logged, *signed_in)}, world)

    again = reimport(folder, {"r.csv": csv(columns, ("a@litware.example", "0", "0", "100", "14", "OAuth"))}, world)

    assert [10, 10] == [one.messages_per_day for one in before.world.world.senders]
    assert [("smtp-auth-oauth", 10)] * 2 == [(one.today, one.messages_per_day) for one in again.world.world.senders]
    assert {"203.0.113.1", "203.0.113.2"} == {str(one.public_ip) for one in again.world.world.sites}
    assert 2 == again.text.count("# evidence: a@litware.example | 203.0.113.")


def test_of_several_tenants_the_one_is_taken_whose_domain_is_seen(tmp_path: Path, world: Path) -> None:
    for number, name in enumerate(("litware", "tailspin")):
        estate = an_estate(number, names(), tenant=name, domain=f"{name}.example", network=f"198.51.{number}")
        write_file(world_of(put(tmp_path / name, exported(estate, CSV)), into=world).text, world)
    report = tmp_path / "tailspin" / "smtp-auth-clients.csv"

    again = world_of(report, into=world)

    assert ([], []) == (again.change.added, again.change.notes)


def test_windows_line_ends_stay(folder: Path, world: Path) -> None:
    reimport(folder, cas(("a@litware.example", "False")), world)
    world.write_bytes(world.read_bytes().replace(b"\n", b"\r\n"))

    reimport(folder, cas(("a@litware.example", "True"), ("b@litware.example", "")), world)

    assert world.read_bytes().count(b"\n") == world.read_bytes().count(b"\r\n")


def test_a_link_to_a_world_file_stays_a_link(tmp_path: Path, folder: Path) -> None:
    real, link = tmp_path / "real.toml", tmp_path / "link.toml"
    real.write_text("", encoding="utf-8")
    try:
        link.symlink_to(real)
    except OSError:
        pytest.skip("this system makes no links")

    reimport(folder, cas(("a@litware.example", "")), link)

    assert link.is_symlink()
    assert "a@litware.example" in real.read_text(encoding="utf-8")


# The parts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", TOML_FILES, ids=lambda file: file.stem)
def test_every_toml_file_of_the_project_is_taken_apart_and_put_together(file: Path) -> None:
    text = file.read_text(encoding="utf-8")

    assert text == "".join(block.text() for block in split(text))


def test_a_statement_is_found_whatever_its_strings_hold() -> None:
    text = (
        'a = """x\n[b]\n"""""  # c\nd = [ "[", # hey\n  ["x"], ]\n\'q.w\' = \'\'\'#\n\'\'\'\nz = "a\\"#b" # real\n'
        '[[ t . "x y" ]] # [h]\nk = {a = "}"} # end\n'
    )

    first, second = split(text)

    assert [("a", "# c"), ("d", ""), ("q.w", ""), ("z", "# real")] == [(s.key, s.comment) for s in first.statements]
    assert (("t", "x y"), "[h]", "# end") == (second.path, second.comment, second.statements[0].comment)


TOML_VALUES = st.recursive(
    st.booleans() | st.integers(-(10**12), 10**12) | st.text(st.characters(exclude_categories=["Cs"])) | st.dates(),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=6,
)


@given(TOML_VALUES)
def test_what_is_written_is_read_back_with_its_mark(value: object) -> None:
    line = f"key = {written(value)}  {marked('note', value)}\n"

    (block,) = split(line)

    assert value == block.value("key")
    assert is_marked(block.statements[0].comment, block.value("key"))


@given(TOML_VALUES, TOML_VALUES)
def test_a_mark_is_of_its_value(one: object, other: object) -> None:
    assert is_marked(marked("", one), one)
    assert (digest(one) == digest(other)) == is_marked(marked("note", one), other)


def test_a_sender_that_is_gone_from_the_report_is_told_and_stays(folder: Path, world: Path) -> None:
    columns = ("Sender address", "Domain", "TLS 1.0", "TLS 1.1", "TLS 1.2", "Messages sent")
    rows = [(f"{name}@litware.example", "litware.example", "0", "0", "100", "70") for name in "ab"]
    reimport(folder, {"d.csv": DOMAINS, "r.csv": csv(columns, *rows)}, world)

    again = reimport(folder, {"r.csv": csv(columns, rows[0])}, world)

    assert ["sender b"] == [note.where for note in again.change.notes if note.kind is NoteKind.GONE]
    assert 2 == len(again.world.world.senders)


def test_a_forger_that_a_person_named_is_not_brought_back(folder: Path, world: Path) -> None:
    columns = ("MessageTraceId", "SenderAddress", "RecipientAddress", "FromIP", "Received", "Status")
    rows = [
        (ip, "a@litware.example", "b@litware.example", ip, "2026-11-20T08:00:00Z", "Delivered")
        for ip in ("198.51.100.9", "203.0.113.7")
    ]
    files = {"t.csv": csv(columns, *rows), **cas(("a@litware.example", "False"), ("b@litware.example", "False"))}
    text = reimport(folder, files, world).text
    blocks = [one for one in split(text) if "198.51.100.9" not in one.text()]
    comment = "# not ours: a@litware.example | 198.51.100.9\n"
    world.write_text("".join(one.text() for one in blocks) + comment, encoding="utf-8")

    again = reimport(folder, files, world)
    third = reimport(folder, files, world)

    for written_anew in (again, third):
        assert ["203.0.113.7"] == [str(one.public_ip) for one in written_anew.world.world.sites]
        assert 1 == len(written_anew.world.world.senders)
        assert [NoteKind.YOURS] == [note.kind for note in written_anew.change.notes]
        assert comment in written_anew.text
