"""Exports of commands that found nothing, and of receivers that are neither mailboxes nor plain lists."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from relaylab_conformance.inventory.found import NoteKind
from tests.conformance.inventory.importing import csv, put, take, world_of

DOMAINS = json.dumps([{"DomainName": "contoso.com", "DomainType": "Authoritative"}])
BOXES = json.dumps([{"PrimarySmtpAddress": "scan@contoso.com", "SmtpClientAuthenticationDisabled": None}])
CONNECTOR = json.dumps(
    [
        {
            "Name": "Relay",
            "ConnectorType": "OnPremises",
            "SenderIPAddresses": ["203.0.113.9"],
            "SenderDomains": ["smtp:*;1"],
        }
    ]
)


@pytest.mark.parametrize("nothing", ["[]", "[null]", "[\r\n\r\n]"])
def test_a_connector_leaves_the_world_when_the_export_finds_none(tmp_path: Path, nothing: str) -> None:
    folder = put(
        tmp_path / "exports",
        {"accepteddomain.json": DOMAINS, "casmailbox.json": BOXES, "inboundconnector.json": CONNECTOR},
    )
    world = tmp_path / "world.toml"
    world.write_text(world_of(folder, tenant="contoso").text)
    put(folder, {"inboundconnector.json": nothing})

    again = world_of(folder, tenant="contoso", into=world)

    assert ["inbound_connector Relay"] == again.change.removed
    assert () == again.world.world.tenants[0].inbound_connectors


def test_null_in_a_list_is_no_record(tmp_path: Path) -> None:
    folder = put(tmp_path, {"accepteddomain.json": DOMAINS, "authenticationpolicy.json": "[null]"})

    found = take(folder, tenant="contoso")

    assert not found.of("authentication_policy")
    assert [] == [note for note in found.notes if "authenticationpolicy" in note.where]


def test_groups_of_microsoft_365_and_plain_mail_users_receive(tmp_path: Path) -> None:
    group = {"PrimarySmtpAddress": "team@contoso.com", "Members": ["scan@contoso.com"]}
    user = {
        "PrimarySmtpAddress": "guest@contoso.com",
        "UserPrincipalName": "guest@contoso.com",
        "ExternalEmailAddress": "SMTP:guest@fabrikam.com",
        "HVEAccount": False,
        "EmailAddresses": ["SMTP:guest@contoso.com", "X500:/o=ExchangeLabs/ou=Exchange Group (FYD)/cn=guest, A; B"],
    }
    folder = put(
        tmp_path,
        {
            "accepteddomain.json": DOMAINS,
            "casmailbox.json": BOXES,
            "unifiedgroup.json": json.dumps([group]),
            "mailuser.json": json.dumps([user]),
        },
    )

    (tenant,) = world_of(folder, tenant="contoso").world.world.tenants

    assert ["team@contoso.com"] == [str(one.address) for one in tenant.distribution_groups]
    assert ["guest@contoso.com"] == [str(one.address) for one in tenant.mail_users]
    assert () == tenant.hve_accounts


def test_a_name_that_begins_like_a_formula_is_a_name(tmp_path: Path) -> None:
    rows = csv(("Name", "ExternalEmailAddress"), ("+49 69 1234 (Fax)", "fax@fabrikam.com"))
    folder = put(tmp_path, {"accepteddomain.json": DOMAINS, "mailcontact.csv": rows})

    assert ["+49 69 1234 (Fax)"] == [one.key for one in take(folder, tenant="contoso").of("mail_contact")]


def test_a_policy_is_known_by_its_distinguished_name(tmp_path: Path) -> None:
    policy = "CN=Block Basic,CN=Auth Policies,CN=Configuration,DC=EURPR01A001,DC=PROD,DC=OUTLOOK,DC=COM"
    user = json.dumps([{"UserPrincipalName": "scan@contoso.com", "AuthenticationPolicy": policy}])
    folder = put(tmp_path, {"accepteddomain.json": DOMAINS, "casmailbox.json": BOXES, "user.json": user})

    assert ["Block Basic"] == [one.key for one in take(folder, tenant="contoso").of("authentication_policy")]


def test_a_sign_in_of_nobody_that_is_known_is_left_out_and_noted(tmp_path: Path) -> None:
    rows = csv(
        ("Client app", "Username", "IP address", "Status", "Sign-in error code"),
        ("Authenticated SMTP", "scan@contoso.com", "203.0.113.9:52100", "Erfolg", ""),
        ("Authenticated SMTP", "scanner", "203.0.113.9", "Failure", "50126"),
        ("Authenticated SMTP", "scan@contoso.com", "", "Failure", "50126"),
    )
    folder = put(tmp_path, {"accepteddomain.json": DOMAINS, "casmailbox.json": BOXES, "signins.csv": rows})

    found = take(folder, tenant="contoso")

    assert [("scan@contoso.com", "203.0.113.9")] == [(str(one.address), one.ip) for one in found.senders]
    assert ["signins.csv row 3, Username (column B)", "signins.csv row 4, IP address (column C)"] == [
        note.where for note in found.notes if note.kind is NoteKind.LEFT_OUT
    ]
