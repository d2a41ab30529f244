"""Real clients in a lab: they fetch the test root from its page, and then trust its addresses and names."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from relaylab.servers.fleet import Listening
from relaylab_certs import TestAuthority
from tests.clients.errand import Errand
from tests.clients.programs import program, run
from tests.clients.served import Served
from tests.clients.swaks import Swaks
from tests.conftest import WORLD_FILE
from tests.servers.labs import ANY_PORTS, LAB, OTHER, needs_more_loopback

NAME = "printer-lab.example"

pytestmark = [
    pytest.mark.clients,
    pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be sent these signals on Windows"),
    needs_more_loopback,
]


@dataclass(frozen=True, slots=True)
class Downloads:
    """The test root as a client has fetched it from the page."""

    pem: Path
    der: Path


@pytest.fixture(scope="module")
def lab(authority: TestAuthority) -> Iterator[Served]:
    words = ("--json", "--at", "2026-12-01", "--ca", str(authority.ca_file.parent), "--lab-name", NAME, *ANY_PORTS)
    with Served(str(WORLD_FILE), *words, "--lab", LAB, "--lab", f"site:hq={OTHER}") as served:
        yield served


@pytest.fixture
def root(lab: Served, tmp_path: Path) -> Downloads:
    """What wget takes from the page as PEM, and what openssl makes of the DER that curl takes."""
    pem, der, from_der = tmp_path / "ca.pem", tmp_path / "ca.cer", tmp_path / "from-der.pem"
    told = lab.told["lab"]
    for command in (
        (program("wget"), "--no-proxy", "-q", "-O", pem, told["ca_pem"]),
        (program("curl"), "--noproxy", "*", "-sSf", "-o", der, told["ca_der"]),
        (program("openssl"), "x509", "-inform", "der", "-in", der, "-out", from_der),
    ):
        ran = run(command, tmp_path)
        assert 0 == ran.returncode, ran.stderr
    return Downloads(pem, from_der)


def test_the_root_is_the_same_in_both_forms(root: Downloads, authority: TestAuthority) -> None:
    assert authority.ca_file.read_bytes() == root.pem.read_bytes() == root.der.read_bytes()


@pytest.mark.parametrize("name", [LAB, NAME, "smtp.office365.com", "contoso-com.mail.protection.outlook.com"])
@pytest.mark.parametrize("endpoint", ["submission", "mx"])
def test_openssl_verifies_the_address_and_the_names_of_a_lab(
    endpoint: str, name: str, lab: Served, root: Downloads, tmp_path: Path
) -> None:
    where = lab.door(endpoint)
    check = "-verify_ip" if name == LAB else "-verify_hostname"

    ran = run(
        [
            *(program("openssl"), "s_client", "-starttls", "smtp", "-connect", f"{where.host}:{where.port}"),
            *("-CAfile", root.der, check, name, "-verify_return_error"),
        ],
        tmp_path,
        given=b"QUIT\n",
    )

    assert 0 == ran.returncode, ran.stderr
    assert b"Verify return code: 0 (ok)" in ran.stdout
    assert b"Server public key is 2048 bit" in ran.stdout


def test_openssl_does_not_verify_a_name_that_the_lab_was_not_given(
    lab: Served, root: Downloads, tmp_path: Path
) -> None:
    where = lab.door("submission")

    ran = run(
        [
            *(program("openssl"), "s_client", "-starttls", "smtp", "-connect", f"{where.host}:{where.port}"),
            *("-CAfile", root.pem, "-verify_hostname", "other-lab.example", "-verify_return_error"),
        ],
        tmp_path,
        given=b"QUIT\n",
    )

    assert 0 != ran.returncode
    assert b"hostname mismatch" in (ran.stdout + ran.stderr).lower()


def test_curl_signs_in_by_the_name_of_the_lab(lab: Served, root: Downloads, tmp_path: Path) -> None:
    where, message = lab.door("submission"), tmp_path / "message.eml"
    message.write_bytes(b"From: scanner@contoso.com\r\nSubject: Scan\r\n\r\nscan\r\n")

    ran = run(
        [
            *(program("curl"), "-sS", "--noproxy", "*", "--ssl-reqd", "--cacert", root.der),
            *("--resolve", f"{NAME}:{where.port}:{where.host}", "--url", f"smtp://{NAME}:{where.port}"),
            *("--user", "scanner@contoso.com:fake tray 2", "--mail-from", "scanner@contoso.com"),
            *("--mail-rcpt", "someone@elsewhere.example", "--upload-file", message),
        ],
        tmp_path,
    )

    assert 0 == ran.returncode, ran.stderr
    assert ["someone@elsewhere.example"] == lab.get("/messages").json()["messages"][-1]["recipients"]


def test_swaks_relays_through_a_sites_address_that_it_verifies(lab: Served, root: Downloads, tmp_path: Path) -> None:
    where = lab.door("mx", "hq")
    errand = Errand(
        where=Listening(where.host, where.port),
        mail_from="scanner@contoso.com",
        to=("someone@elsewhere.example",),
        content=b"From: scanner@contoso.com\r\nSubject: Scan\r\n\r\nscan\r\n",
        ca_file=root.pem,
    )

    outcome = Swaks().send(errand, tmp_path)

    assert 0 == outcome.ended, outcome.output
    assert "hq" == lab.get("/messages").json()["messages"][-1]["site"]


def test_a_browser_that_trusts_the_root_opens_the_page_over_tls(lab: Served, root: Downloads, tmp_path: Path) -> None:
    url = lab.told["lab"]["check_page"]
    command = (program("curl"), "--noproxy", "*", "-sSf", url)

    assert 60 == run(command, tmp_path).returncode  # curl: the authority is not known
    trusting = run((*command, "--cacert", root.pem), tmp_path)

    assert 0 == trusting.returncode, trusting.stderr
    assert b"Set up a device" in trusting.stdout
