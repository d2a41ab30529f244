"""Client certificates as a user of ``relaylab serve`` meets them: a line, an event, a root beside the world file."""

from __future__ import annotations

import smtplib
import ssl
import sys
from pathlib import Path

import pytest

from relaylab_certs import ClientKind, TestAuthority, issue_client
from relaylab_certs.authority import KeyFiles
from tests.clients.served import Place, Served, place_in
from tests.conftest import WORLD_FILE

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be sent these signals on Windows")

MAIL = "mail.contoso.com"


def say_hello(where: Place, authority: TestAuthority, shown: KeyFiles) -> None:
    context = ssl.create_default_context(cafile=authority.ca_file)
    context.load_cert_chain(*shown)
    with smtplib.SMTP(where.host, where.port, local_hostname="client.example") as client:
        client.starttls(context=context)


def test_a_person_is_told_of_a_client_certificate_and_of_what_it_is_worth(
    authority: TestAuthority, tmp_path: Path
) -> None:
    ca = str(authority.ca_file.parent)
    with Served(str(WORLD_FILE), "--at", "2026-12-01", "--ca", ca) as served:
        where = place_in(served.introduction(), "mx")
        for kind in (ClientKind.GOOD, ClientKind.EXPIRED):
            say_hello(where, authority, issue_client(authority, kind, MAIL).write_to(tmp_path))
        said = [served.line(), served.line()]

    assert said[0].endswith(f" TLS handshake -> client certificate {MAIL}  [is trusted]")
    assert said[1].endswith(
        f" TLS handshake -> client certificate {MAIL}  "
        "[is not trusted: its chain was valid only before 2001-01-01T00:00:01Z]"
    )


def test_a_root_beside_the_world_file_is_trusted_and_stands_in_the_document(
    authority: TestAuthority, tmp_path: Path
) -> None:
    corporate = TestAuthority.open(tmp_path / "corporate")
    world = tmp_path / "world.toml"
    tables = WORLD_FILE.read_text(encoding="utf-8")
    world.write_text(f'{tables}\n[[trusted_root]]\nfile = "corporate/ca.pem"\n', encoding="utf-8")
    shown = issue_client(corporate, ClientKind.GOOD, MAIL).write_to(tmp_path)
    with Served(str(world), "--json", "--at", "2026-12-01", "--ca", str(authority.ca_file.parent)) as served:
        say_hello(served.door("mx"), authority, shown)
        document = served.get("/world").json()
        (event,) = served.get("/events?kind=tls_started").json()["events"]

    assert [corporate.ca_file.read_text()] == [root["pem"] for root in document["world"]["trusted_root"]]
    told = event["client_certificate"]
    assert (MAIL, [MAIL], True, None) == (told["subject"], told["names"], told["trusted"], told["fault"])
    assert "is trusted" == told["standing"]
