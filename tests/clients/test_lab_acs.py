"""Microsoft's client in a lab, unmodified: it has the resource's own endpoint, and asks the lab's DNS where that is."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dns.resolver
import httpx
import pytest
from azure.communication.email import EmailClient
from azure.identity import ClientSecretCredential

from relaylab_certs import TestAuthority
from tests.acs_rest_lab import APP, MAIL, WORLD_FILE, a_message
from tests.clients.oauth import TENANT
from tests.clients.programs import program, run
from tests.clients.served import Served
from tests.servers.labs import ALONE, can_listen, needs_more_loopback

HOST = f"{MAIL}.communication.azure.com"
WITH_A_LABEL = f"{MAIL}.unitedstates.communication.azure.com"

pytestmark = [
    pytest.mark.clients,
    pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be sent these signals on Windows"),
    needs_more_loopback,
    pytest.mark.skipif(not can_listen(ALONE, 53, 443), reason="ports below 1024 need leave here; see docs/lab.md"),
]


@pytest.fixture(scope="module")
def lab(authority: TestAuthority) -> Iterator[Served]:
    """A lab with the real ports of HTTPS and DNS."""
    words = ("--json", "--at", "2026-12-01", "--ca", str(authority.ca_file.parent), "--dns", "--lab", ALONE)
    with Served(str(WORLD_FILE), *words, "--lab", f"dns={ALONE}", "--lab-ports", "587:0,25:0,80:0,8443:0") as served:
        yield served


@pytest.fixture
def lab_s_dns(lab: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """What naming the lab's DNS in /etc/resolv.conf does, for this process only."""
    resolver = dns.resolver.Resolver(configure=False)
    where = lab.told["endpoints"]["dns"]
    resolver.nameservers, resolver.port = [where["host"]], where["port"]
    real = socket.getaddrinfo

    def found(host: Any, *more: Any, **named: Any) -> Any:  # noqa: ANN401 - as getaddrinfo
        is_of_the_cloud = isinstance(host, str) and host.endswith((".azure.com", ".microsoftonline.com"))
        return real(resolver.resolve(host, "A")[0].to_text() if is_of_the_cloud else host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", found)


def messages(lab: Served) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = lab.get("/messages").json()["messages"]
    return found


@pytest.mark.parametrize("host", [HOST, WITH_A_LABEL])
def test_a_program_keeps_its_connection_string(lab: Served, lab_s_dns: None, host: str) -> None:
    key, before = lab.told["acs_rest"][MAIL]["primary_key"], len(messages(lab))
    client = EmailClient.from_connection_string(
        f"endpoint=https://{host}/;accesskey={key}", connection_verify=str(lab.ca_file)
    )

    client.begin_send(a_message(), polling=False)  # half a minute of the lab's time would have to pass

    assert before + 1 == len(messages(lab))


def test_with_a_credential_it_fetches_its_token_at_entra_s_own_name(lab: Served, lab_s_dns: None) -> None:
    trust = {"connection_verify": str(lab.ca_file)}
    credential = ClientSecretCredential(TENANT, APP, "fake-secret-1", disable_instance_discovery=True, **trust)
    before = len(messages(lab))

    EmailClient(f"https://{HOST}", credential, **trust).begin_send(a_message(), polling=False)

    assert before + 1 == len(messages(lab))


def test_curl_trusts_the_certificate_under_either_name(lab: Served, tmp_path: Path) -> None:
    for host in (HOST, WITH_A_LABEL):
        told = run(
            (
                *(program("curl"), "--noproxy", "*", "-sS", "--cacert", lab.ca_file),
                *(
                    "--resolve",
                    f"{host}:443:{ALONE}",
                    "-X",
                    "POST",
                    f"https://{host}/emails:send?api-version=2025-09-01",
                ),
            ),
            tmp_path,
        )
        assert b"Denied by the resource provider." in told.stdout, told.stderr


def test_sheet_and_page_say_where_a_program_sends_and_show_no_key(lab: Served) -> None:
    page = httpx.get(lab.told["lab"]["page"], trust_env=False).text
    first = lab.told["lab"]["acs_rest"][0]

    assert (MAIL, f"https://{HOST}/", f"https://{ALONE}/acs/{MAIL}/") == (
        first["name"],
        first["endpoint"],
        first["by_address"],
    )
    assert "orders@contoso.com" in first["senders"]
    for host in (HOST, WITH_A_LABEL):
        assert {"name": host, "address": ALONE} in lab.told["lab"]["dns"]
        assert f"<td>{host}</td>" in page
    assert f"<td>https://{HOST}/</td>" in page
    assert not any(
        one[which] in page for one in lab.told["acs_rest"].values() for which in ("primary_key", "secondary_key")
    )
