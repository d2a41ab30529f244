"""Exports that do not hold together still give a world: what it cannot hold is left out, and told."""

from __future__ import annotations

from pathlib import Path

import pytest

from relaylab_conformance.inventory.found import NoteKind
from relaylab_conformance.inventory.inventory import Inventory
from relaylab_conformance.inventory.writing import Written, merged
from tests.conformance.inventory.importing import csv, put, take

DOMAINS = csv(
    ("DomainName", "DomainType"), ("contoso.com", "Authoritative"), ("contoso.onmicrosoft.com", "Authoritative")
)
CAS_COLUMNS = ("PrimarySmtpAddress", "SmtpClientAuthenticationDisabled", "EmailAddresses")
CAS = csv(CAS_COLUMNS, ("a@contoso.com", "", "SMTP:a@contoso.com;smtp:b@contoso.com"))
GROUP = ("PrimarySmtpAddress", "GroupType", "Members")
CONNECTOR = ("Name", "ConnectorType", "SenderIPAddresses", "SenderDomains")
TRACE = ("Received", "SenderAddress", "RecipientAddress", "Status", "FromIP", "MessageTraceId")


def imported(folder: Path, **files: str) -> tuple[Inventory, Written]:
    put(folder, {"domains.csv": DOMAINS, "cas.csv": CAS, **{f"{name}.csv": text for name, text in files.items()}})
    inventory = take(folder)
    return inventory, merged(inventory, None)


def left_out(inventory: Inventory) -> list[str]:
    return [str(note) for note in inventory.notes if note.kind is NoteKind.LEFT_OUT]


def test_what_holds_together_is_not_touched(tmp_path: Path) -> None:
    inventory, _ = imported(tmp_path)

    assert [] == left_out(inventory)


def test_a_list_whose_members_no_export_says_has_a_stand_in(tmp_path: Path) -> None:
    inventory, written = imported(tmp_path, groups=csv(GROUP[:2], ("all@contoso.com", "Universal")))

    (group,) = written.world.world.tenants[0].distribution_groups
    assert ["a@contoso.com"] == list(map(str, group.members))
    assert "# unknown: who is in it" in written.text
    assert [] == left_out(inventory)


def test_a_member_whom_no_export_has_is_left_out(tmp_path: Path) -> None:
    rows = csv(GROUP, ("all@contoso.com", "Universal", "a@contoso.com;ghost@contoso.com;guest@home.example"))

    inventory, written = imported(tmp_path, groups=rows)

    (group,) = written.world.world.tenants[0].distribution_groups
    assert ["a@contoso.com", "guest@home.example"] == list(map(str, group.members))
    (said,) = left_out(inventory)
    assert "groups.csv row 2" in said
    assert "ghost@contoso.com" in said


def test_a_list_of_nobody_that_is_known_has_a_stand_in(tmp_path: Path) -> None:
    _, written = imported(tmp_path, groups=csv(GROUP, ("all@contoso.com", "Universal", "")))

    (group,) = written.world.world.tenants[0].distribution_groups
    assert ["a@contoso.com"] == list(map(str, group.members))


def test_a_list_of_members_whom_no_export_has_is_kept_and_asks_for_them(tmp_path: Path) -> None:
    inventory, written = imported(tmp_path, groups=csv(GROUP, ("all@contoso.com", "Universal", "ghost@contoso.com")))

    (group,) = written.world.world.tenants[0].distribution_groups
    assert ["a@contoso.com"] == list(map(str, group.members))
    assert "# unknown: its members, of whom none is left; one mailbox stands in for them" in written.text
    assert "ghost@contoso.com" in left_out(inventory)[0]


def test_members_are_taken_for_mailboxes_where_no_export_has_these(tmp_path: Path) -> None:
    rows = csv(GROUP, ("all@contoso.com", "Universal", "ann@contoso.com;guest@home.example"))
    put(tmp_path, {"domains.csv": DOMAINS, "groups.csv": rows})

    written = merged(take(tmp_path), None)

    (tenant,) = written.world.world.tenants
    assert ["ann@contoso.com"] == [str(one.address) for one in tenant.mailboxes]
    assert ["ann@contoso.com", "guest@home.example"] == list(map(str, tenant.distribution_groups[0].members))
    assert "# unknown: kind: a member of all@contoso.com, and no export lists it" in written.text


def test_an_address_of_a_domain_that_is_none_of_the_tenants_is_left_out(tmp_path: Path) -> None:
    boxes = csv(
        CAS_COLUMNS, ("x@sold.example", "", ""), ("c@contoso.com", "", "smtp:c@sold.example;smtp:d@contoso.com")
    )

    inventory, written = imported(tmp_path, more=boxes)

    boxes_there = written.world.world.tenants[0].mailboxes
    assert ["a@contoso.com", "c@contoso.com"] == [str(box.address) for box in boxes_there]
    assert ["d@contoso.com"] == list(map(str, boxes_there[1].proxy_addresses))
    assert 2 == len(left_out(inventory))


def test_an_address_that_two_objects_have_stays_with_the_first(tmp_path: Path) -> None:
    rows = csv(GROUP, ("b@contoso.com", "Universal", "a@contoso.com"))

    inventory, written = imported(tmp_path, groups=rows)

    assert () == written.world.world.tenants[0].distribution_groups
    assert "is taken by mailbox" in left_out(inventory)[0]


@pytest.mark.parametrize("lost", ["System.Object[]", ""])
def test_a_connector_that_knows_nobody_is_left_out_and_stands_as_a_question(tmp_path: Path, lost: str) -> None:
    rows = csv(CONNECTOR, ("Relay", "OnPremises", lost, "*"), ("Good", "OnPremises", "203.0.113.1", "*"))

    inventory, written = imported(tmp_path, connectors=rows)

    assert ["Good"] == [one.name for one in written.world.world.tenants[0].inbound_connectors]
    assert "# unknown: inbound_connector Relay: is left out (sender_ip_addresses is missing)" in written.text
    assert any("connectors.csv row 2" in said for said in left_out(inventory))


def test_the_question_goes_when_the_export_is_right(tmp_path: Path) -> None:
    world = tmp_path / "world.toml"
    _, written = imported(tmp_path / "e", connectors=csv(CONNECTOR, ("Relay", "OnPremises", "System.Object[]", "*")))
    world.write_text(written.text, encoding="utf-8")
    put(tmp_path / "e", {"connectors.csv": csv(CONNECTOR, ("Relay", "OnPremises", "203.0.113.1", "*"))})

    again = merged(take(tmp_path / "e", into=world), world)

    assert "# unknown: inbound_connector" not in again.text
    assert 1 == len(again.world.world.tenants[0].inbound_connectors)


def test_a_lost_export_does_not_take_out_a_connector_that_is_there(tmp_path: Path) -> None:
    world = tmp_path / "world.toml"
    _, written = imported(tmp_path / "e", connectors=csv(CONNECTOR, ("Relay", "OnPremises", "203.0.113.1", "*")))
    world.write_text(written.text, encoding="utf-8")
    put(tmp_path / "e", {"connectors.csv": csv(CONNECTOR, ("Relay", "OnPremises", "System.Object[]", "*"))})

    again = merged(take(tmp_path / "e", into=world), world)

    assert ["Relay"] == [one.name for one in again.world.world.tenants[0].inbound_connectors]


def test_an_address_that_the_lab_keeps_for_itself_is_no_site(tmp_path: Path) -> None:
    trace = csv(TRACE, ("2026-11-01T06:00:00Z", "a@contoso.com", "b@contoso.com", "Delivered", "192.0.2.1", "1"))

    inventory, written = imported(tmp_path, trace=trace)

    assert [None] == [sender.site for sender in written.world.world.senders]
    assert "site 192.0.2.1" in left_out(inventory)[0]


def test_two_records_that_cannot_stand_together_are_not_both_written(tmp_path: Path) -> None:
    put(tmp_path, {"domains.csv": DOMAINS, "cas.csv": CAS})
    put(tmp_path, {"z.txt": 'contoso.com. IN TXT "v=spf1 -all"\n', "y.txt": "contoso.com. IN CNAME other.example.\n"})

    written = merged(take(tmp_path), None)

    assert 1 == len(written.world.world.dns)


def test_a_list_of_which_nobody_is_known_is_asked_for_without_invented_names(tmp_path: Path) -> None:
    rows = csv(("PrimarySmtpAddress", "GroupType"), ("all@contoso.com", "Universal"))

    domains = csv(("DomainName", "DomainType"), ("contoso.com", "Authoritative"))
    notes = take(put(tmp_path, {"dg.csv": rows, "d.csv": domains}), tenant="contoso").notes

    assert any("give Get-Mailbox as well" in one.way_out for one in notes)
    assert not any("desk@" in str(one) for one in notes)
