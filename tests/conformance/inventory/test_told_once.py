"""The same thing given twice counts once, and what no export says is not made up in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from relaylab.domain.estate import Method
from relaylab_conformance.inventory.found import NoteKind
from relaylab_conformance.inventory.inventory import Inventory
from relaylab_conformance.inventory.origin import ExportError
from relaylab_conformance.inventory.reading import NO_HINTS, read_exports
from tests.conformance.inventory.importing import csv, put, relaylab, take
from tests.conformance.inventory.test_senders import CONNECTORS, DOMAINS, TRACE, found_in, only, report, traced

CAS = ("PrimarySmtpAddress", "SmtpClientAuthenticationDisabled", "EmailAddresses")
ROW = ("a@contoso.com", "contoso.com", "0", "0", "100", "70")
IN_USE = traced("a@contoso.com", "b@contoso.com", trace_id="7")


def said(inventory: Inventory, kind: NoteKind) -> str:
    return "\n".join(str(note) for note in inventory.notes if note.kind is kind)


@pytest.mark.parametrize("mark", [";", " ", ","])
def test_an_x500_address_with_spaces_is_passed_over(tmp_path: Path, mark: str) -> None:
    x500 = "X500:/o=ExchangeLabs/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn=abc"
    joined = mark.join(("SMTP:a@contoso.com", x500, "smtp:b@contoso.com"))

    (box,) = found_in(tmp_path, cas=csv(CAS, ("a@contoso.com", "", joined))).of("mailbox")

    assert ["b@contoso.com"] == box.values["proxy_addresses"].value


def test_a_file_named_twice_counts_once(tmp_path: Path) -> None:
    folder = put(tmp_path, {"domains.csv": DOMAINS, "report.csv": report(ROW), "trace.csv": csv(TRACE, IN_USE)})

    sender = only(take(folder, folder / "trace.csv", folder / ".." / folder.name / "trace.csv"))

    assert (10, 1) == (sender.messages_per_day, sender.recipients_inside)


def test_a_copy_counts_once_and_is_told(tmp_path: Path) -> None:
    inventory = found_in(tmp_path, report=report(ROW), report2=report(ROW))

    assert 10 == only(inventory).messages_per_day
    assert "report2.csv: holds the same as report.csv" in said(inventory, NoteKind.INFERRED)


def test_two_reports_of_one_sender_are_not_added_up(tmp_path: Path) -> None:
    inventory = found_in(tmp_path, first=report(ROW), second=report((*ROW[:5], "700")))

    assert 10 == only(inventory).messages_per_day
    assert "is counted in first.csv row 2 already" in said(inventory, NoteKind.CONFLICT)


def test_traces_that_overlap_count_a_message_once_and_in_any_order(tmp_path: Path) -> None:
    rows = [traced("a@contoso.com", f"{to}@contoso.com", trace_id=n) for to in "bc" for n in "12"]

    sender = only(found_in(tmp_path, report=report((*ROW[:5], "0")), t1=csv(TRACE, *rows), t2=csv(TRACE, *rows[1:])))

    assert (2, 4) == (sender.messages_per_day, sender.recipients_inside)


def test_files_of_one_name_are_told_apart(tmp_path: Path) -> None:
    one, other = (put(tmp_path / name, {"cas.csv": csv(CAS, ("a@contoso.com", off, ""))}) for name, off in CASES)

    inventory = take(put(tmp_path / "d", {"domains.csv": DOMAINS}), one / "cas.csv", other / "cas.csv")

    assert str(other / "cas.csv") in said(inventory, NoteKind.CONFLICT)


CASES = (("x", "True"), ("y", "False"))


def test_a_mailbox_twice_in_one_file_is_a_contradiction(tmp_path: Path) -> None:
    rows = csv(CAS, ("a@contoso.com", "True", ""), ("a@contoso.com", "False", ""))

    assert "False in cas.csv row 3; the first is taken" in said(found_in(tmp_path, cas=rows), NoteKind.CONFLICT)


def test_the_world_file_may_lie_among_its_exports(tmp_path: Path) -> None:
    put(tmp_path, {"domains.csv": DOMAINS, "report.csv": report(ROW)})
    out = tmp_path / "world.toml"

    codes = [relaylab(tmp_path, "--out", out).exit_code for _ in range(2)]

    assert [0, 0] == codes


def test_a_note_in_a_folder_is_left_out_and_no_zone(tmp_path: Path) -> None:
    inventory = found_in(tmp_path, notes="Not a zone, just notes\n", report=report(ROW))

    assert "notes.csv: is none of the exports" in said(inventory, NoteKind.LEFT_OUT)


def test_a_sender_that_also_relays_is_two(tmp_path: Path) -> None:
    listed = csv(CONNECTORS, ("Relay", "OnPremises", "True", "203.0.113.9", "smtp:*;1"))
    rows = csv(TRACE, traced("a@contoso.com", "x@example.net", "203.0.113.9"))

    inventory = found_in(tmp_path, report=report(ROW), trace=rows, conn=listed)

    assert {Method.SMTP_AUTH_BASIC, Method.CONNECTOR_RELAY} == {one.method for one in inventory.senders}


def test_mail_of_one_that_signs_in_from_an_unknown_address_is_told(tmp_path: Path) -> None:
    rows = csv(TRACE, traced("a@contoso.com", "b@contoso.com", "198.51.100.9"))

    inventory = found_in(tmp_path, report=report(ROW), trace=rows)

    assert "also came in from 198.51.100.9" in said(inventory, NoteKind.INFERRED)


@pytest.mark.parametrize("status", ["Quarantined", "FilteredAsSpam"])
def test_what_was_taken_for_spam_makes_no_sender(tmp_path: Path, status: str) -> None:
    rows = csv(TRACE, traced("a@contoso.com", "b@contoso.com", "198.51.100.9", status=status))

    inventory = found_in(tmp_path, trace=rows)

    assert () == inventory.senders
    assert "was taken for spam" in said(inventory, NoteKind.INFERRED)


def test_a_forgers_many_addresses_are_cut_to_the_busiest(tmp_path: Path) -> None:
    rows = [traced("a@contoso.com", "b@contoso.com", f"198.51.100.{n}", trace_id=str(n)) for n in range(9)]

    inventory = found_in(tmp_path, trace=csv(TRACE, *rows))

    assert 5 == len(inventory.senders)
    assert "came in from 9 addresses" in said(inventory, NoteKind.LEFT_OUT)


def test_whom_mail_reached_exists(tmp_path: Path) -> None:
    inventory = found_in(
        tmp_path, cas=csv(CAS, ("a@contoso.com", "", "")), report=report(ROW), trace=csv(TRACE, IN_USE)
    )

    box = next(one for one in inventory.of("mailbox") if one.key == "b@contoso.com")

    assert "mail to it arrived" in box.unknown["kind"]


def test_one_mailboxs_switch_is_not_the_organisations(tmp_path: Path) -> None:
    folder = put(tmp_path, {"one.csv": csv(("Name", "SmtpClientAuthenticationDisabled"), ("Scanner", "True"))})

    with pytest.raises(ExportError, match="whose name is Transport Settings"):
        read_exports([folder / "one.csv"], NO_HINTS, lambda _: None)
