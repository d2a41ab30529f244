"""Entra's sign-in log in its forms; an event that several downloads have counts once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from relaylab_conformance.inventory.found import NoteKind
from relaylab_conformance.inventory.inventory import FoundSender
from relaylab_conformance.inventory.writing import write
from tests.conformance.inventory.importing import csv, put, take, world_of

DOMAINS = csv(
    ("DomainName", "DomainType"), ("contoso.com", "Authoritative"), ("contoso.onmicrosoft.com", "Authoritative")
)
SIGN_INS = ("Username", "IP address", "Client app", "Sign-in error code")
SIGNED_IN = ("a@contoso.com", "203.0.113.7", "Authenticated SMTP", "0")


def sender_in(folder: Path, **files: str) -> FoundSender:
    exports = {name.replace("__", "."): text for name, text in files.items()}
    (sender,) = take(put(folder, {"domains.csv": DOMAINS, **exports})).senders
    return sender


def diagnostic(number: int, *, error: int = 0, app: str = "Authenticated SMTP") -> dict[str, object]:
    """A record as Entra's diagnostic settings write it for Azure Monitor."""
    return {
        "time": f"2026-11-24T07:00:{number:02}Z",
        "operationName": "Sign-in activity",
        "category": "NonInteractiveUserSignInLogs",
        "resultType": str(error),
        "callerIpAddress": "203.0.113.7",
        "properties": {
            "id": f"event-{number}",
            "userPrincipalName": "a@contoso.com",
            "ipAddress": "203.0.113.7",
            "clientAppUsed": app,
            "userAgent": "BAV2ROPC",
            "status": {"errorCode": error},
        },
    }


@pytest.mark.parametrize("form", ["a document a line", "storage account", "list"])
def test_what_diagnostic_settings_write_is_a_sign_in_log(tmp_path: Path, form: str) -> None:
    records = [diagnostic(1), diagnostic(2), diagnostic(3, error=50126), diagnostic(4, app="Browser")]
    text = {
        "a document a line": "\n".join(map(json.dumps, records)),
        "storage account": json.dumps({"records": records}),
        "list": json.dumps(records),
    }[form]

    sender = sender_in(tmp_path, insights__json=text)

    assert "signed in 2 times from 203.0.113.7" in str(sender.evidence[0])
    assert ("BAV2ROPC",) == sender.user_agents


@pytest.mark.parametrize(
    "columns",
    [("Request ID",), ("Id",), ("Date (UTC)", "Correlation ID")],
    ids=["the portal", "Graph", "by correlation and instant"],
)
def test_a_sign_in_that_two_logs_have_counts_once(tmp_path: Path, columns: tuple[str, ...]) -> None:
    heading = (*columns, *SIGN_INS)
    rows = [(*(f"{column} {number}" for column in columns), *SIGNED_IN)
            for number in range(3)]  # fmt: skip

    sender = sender_in(tmp_path, monday__csv=csv(heading, *rows[:2]), tuesday__csv=csv(heading, *rows[1:]))

    assert "signed in 3 times from 203.0.113.7" in str(sender.evidence[0])


def test_several_sign_ins_of_one_correlation_are_several(tmp_path: Path) -> None:
    logged = csv(
        ("Date (UTC)", "Correlation ID", *SIGN_INS), ("07:00:01", "c", *SIGNED_IN), ("07:00:02", "c", *SIGNED_IN)
    )

    assert "signed in 2 times" in str(sender_in(tmp_path, signins__csv=logged).evidence[0])


def test_the_result_type_of_log_analytics_tells_whether_a_sign_in_went_well(tmp_path: Path) -> None:
    logged = csv(
        ("UserPrincipalName", "IPAddress", "ClientAppUsed", "ResultType", "Status"),
        ("a@contoso.com", "203.0.113.7", "Authenticated SMTP", "0", "{'errorCode':0}"),
        ("a@contoso.com", "203.0.113.7", "Authenticated SMTP", "50126", "{'errorCode':50126}"),
    )

    assert "signed in once" in str(sender_in(tmp_path, signins__csv=logged).evidence[0])


def test_a_site_that_no_export_names_any_more_is_told_and_stays(tmp_path: Path) -> None:
    elsewhere = ("a@contoso.com", "203.0.113.8", "Authenticated SMTP", "0")
    world = tmp_path / "world.toml"
    first = put(tmp_path / "one", {"domains.csv": DOMAINS, "signins.csv": csv(SIGN_INS, SIGNED_IN, elsewhere)})
    write(world_of(first).text, world)

    again = world_of(put(tmp_path / "two", {"signins.csv": csv(SIGN_INS, SIGNED_IN)}), into=world)

    (told,) = [note for note in again.change.notes if note.where.startswith("site ")]
    assert (NoteKind.GONE, "site site-203-0-113-8") == (told.kind, told.where)
    assert "is in none of these; it is kept" in told.what
    assert ["203.0.113.7", "203.0.113.8"] == [str(one.public_ip) for one in again.world.world.sites]


def test_a_site_that_these_exports_could_not_show_is_not_told(tmp_path: Path) -> None:
    world = tmp_path / "world.toml"
    write(
        world_of(put(tmp_path / "one", {"domains.csv": DOMAINS, "signins.csv": csv(SIGN_INS, SIGNED_IN)})).text,
        world,
    )

    again = world_of(put(tmp_path / "two", {"domains.csv": DOMAINS}), into=world)

    assert [] == again.change.notes
