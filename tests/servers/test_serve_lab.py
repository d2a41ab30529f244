"""``relaylab serve --lab``: what devices, people and programs meet on the addresses of a lab."""

from __future__ import annotations

import plistlib
import re
import signal
import socket
import ssl
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from relaylab_certs import TestAuthority
from tests.clients.by_socket import Wire, send_directly, signed_in
from tests.clients.served import Place, Served
from tests.conftest import WORLD_FILE
from tests.servers.labs import ALONE, ANY_PORTS, LAB, OTHER, THIRD, needs_ipv6, needs_more_loopback, needs_real_ports

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be sent these signals on Windows"),
    needs_more_loopback,
]

WORLD = str(WORLD_FILE)
ADDRESSES = ("--lab", LAB, "--lab", f"site:hq={OTHER}", "--lab", f"submission_legacy={THIRD}", *ANY_PORTS)


@pytest.fixture(scope="module")
def ca(authority: TestAuthority) -> str:
    """The folder of a root that is already made."""
    return str(authority.ca_file.parent)


@pytest.fixture(scope="module")
def lab(ca: str) -> Iterator[Served]:
    """One lab for all tests that only look."""
    words = ("--json", "--at", "2026-12-01", "--ca", ca, "--lab-name", "printer-lab.example")
    with Served(WORLD, *words, *ADDRESSES) as served:
        yield served


def get(url: str) -> httpx.Response:
    return httpx.get(url, trust_env=False)


# For programs -------------------------------------------------------------------------------------------------------


def test_json_keeps_its_shape_and_tells_of_the_lab(lab: Served, authority: TestAuthority) -> None:
    told = lab.told

    assert ["ca_file", "at", "seed", "endpoints", "sites", "lab"] == list(told)
    assert {"submission": LAB, "mx": LAB, "submission_legacy": THIRD} == {
        key: where["host"] for key, where in told["endpoints"].items() if key not in {"control", "https"}
    }
    assert {"public_ip": "203.0.113.42", "submission": OTHER, "mx": OTHER} == {
        key: where if key == "public_ip" else where["host"] for key, where in told["sites"]["hq"].items()
    }
    assert {"public_ip": "198.51.100.7"} == told["sites"]["shop"]
    assert {"sha256": authority.fingerprint, "sha1": authority.sha1_fingerprint} == told["lab"]["fingerprints"]
    assert [(LAB, "submission"), (LAB, "mx"), (THIRD, "submission_legacy"), (OTHER, "submission"), (OTHER, "mx")] == [
        (device["server"], device["endpoint"]) for device in told["lab"]["devices"]
    ]


def test_the_control_plane_stays_on_this_machine(lab: Served) -> None:
    assert lab.told["endpoints"]["control"]["url"].startswith("http://127.0.0.1:")


def test_no_password_of_the_world_is_told(lab: Served) -> None:
    page = get(lab.told["lab"]["page"]).text

    assert "scanner@contoso.com" in page
    assert "fake" not in lab.first_line + page


def test_who_sets_a_device_is_told_where_the_secrets_of_a_shipped_world_stand(ca: str) -> None:
    with Served("contoso", "--ca", ca, "--lab", LAB, *ANY_PORTS) as served:
        told = served.introduction()

    (note,) = [line for line in told if line.startswith("note: the passwords of contoso")]
    assert "fake-tray-2" in Path(note.rpartition(" stand in ")[2]).read_text(encoding="utf-8")
    on_paper, key = told[: told.index("On this machine only:")], "ZmFrZS1hY2Nlc3Mta2V5"
    (endpoint,) = [line.split()[1] for line in on_paper if line.startswith("   Endpoint")]
    assert re.fullmatch(r"https://contoso-email-acs\.communication\.azure\.com:\d+/", endpoint)
    assert f"  acs_rest           endpoint={endpoint};accesskey={key}" in told[len(on_paper) :]
    assert key not in "".join(on_paper)
    assert max(map(len, on_paper)) < 80


# The page -----------------------------------------------------------------------------------------------------------


def test_the_page_says_what_to_set_and_needs_nothing_from_elsewhere(lab: Served, authority: TestAuthority) -> None:
    page = get(lab.told["lab"]["page"])

    assert "text/html; charset=utf-8" == page.headers["content-type"]
    assert "default-src 'none'; style-src 'unsafe-inline'" == page.headers["content-security-policy"]
    assert 'name="viewport"' in page.text
    assert authority.fingerprint in page.text.replace("<wbr>", "")
    for device in lab.told["lab"]["devices"]:
        assert f"<td>{device['server']}</td>" in page.text
    for port in (lab.door("submission").port, lab.door("mx").port):
        assert f"<td>{port}</td>" in page.text
    linked = re.findall(r'(?:href|src)="([^"]+)"', page.text)
    assert {"relaylab-ca.cer", "relaylab-ca.pem", "relaylab-ca.mobileconfig", lab.told["lab"]["check_page"]} == set(
        linked
    )


def test_the_page_gives_the_root_in_every_form_with_its_type(lab: Served, authority: TestAuthority) -> None:
    told = lab.told["lab"]
    der, pem, profile = (get(told[form]) for form in ("ca_der", "ca_pem", "mobileconfig"))

    assert ("application/x-x509-ca-cert", authority.der) == (der.headers["content-type"], der.content)
    assert ("application/x-pem-file", authority.ca_file.read_bytes()) == (pem.headers["content-type"], pem.content)
    assert "application/x-apple-aspen-config" == profile.headers["content-type"]
    (payload,) = plistlib.loads(profile.content)["PayloadContent"]
    assert ("com.apple.security.root", authority.der) == (payload["PayloadType"], payload["PayloadContent"])


@pytest.mark.parametrize(("method", "path"), [("GET", "x"), ("POST", ""), ("PUT", "relaylab-ca.pem")])
def test_the_page_has_nothing_else_and_takes_nothing(method: str, path: str, lab: Served) -> None:
    answer = httpx.request(method, lab.told["lab"]["page"] + path, trust_env=False)

    assert answer.status_code in {404, 405}
    assert f"{method} /{path} is not here; GET one of /, /relaylab-ca.cer" in answer.text


def test_the_page_follows_the_clock_and_the_world(ca: str) -> None:
    with Served(WORLD, "--json", "--at", "2026-12-01", "--ca", ca, *ADDRESSES) as served:
        control, page = served.told["endpoints"]["control"], served.told["lab"]["page"]
        token = {"Authorization": f"Bearer {control['token']}"}
        before = get(page).text
        httpx.put(f"{control['url']}/clock", json={"now": "2027-01-04"}, headers=token, trust_env=False)
        document = served.get("/world").json()["world"]
        document["tenant"][0]["mailbox"].append({"address": "new-copier@contoso.com", "password": "fake new tray"})
        httpx.put(f"{control['url']}/world", json=document, headers=token, trust_env=False)
        after = get(page).text

    assert "Basic authentication is still on" in before
    assert "Basic authentication is off by default" in after
    assert "new-copier@contoso.com" not in before
    assert "new-copier@contoso.com" in after


def test_where_the_page_cannot_have_its_port_it_says_where_it_is(ca: str) -> None:
    with closing(socket.create_server((LAB, 0))) as taken:
        busy = taken.getsockname()[1]
        ports = ("--lab-ports", f"587:0,25:0,80:{busy},443:0,8443:0")
        with Served(WORLD, "--json", "--ca", ca, "--lab", LAB, *ports) as served:
            told = served.told["lab"]

            assert 200 == get(told["page"]).status_code
    (note,) = told["notes"]
    assert f"the page is at {told['page'].rstrip('/')}, because {LAB}:{busy} cannot be had: " in note


# For people ---------------------------------------------------------------------------------------------------------


def test_a_person_is_told_what_to_set_on_a_device(ca: str, authority: TestAuthority) -> None:
    with Served(
        WORLD, "--at", "2026-12-01", "--ca", ca, *ADDRESSES, "--lab-name", "lab.example", "--phase", "2027-off"
    ) as served:
        told = served.introduction()
    text = "\n".join(told)

    assert re.fullmatch(
        r"relaylab stands at 2026-12-01T00:0\d:\d\dZ, seed 0, phase 2027-off", told[0]
    )  # the clock runs
    assert "Basic authentication is off by default: passwords are refused." == told[1]
    assert "1  With an account (client submission)" in told
    assert f"   Server          {LAB}" in told
    assert "   Security        STARTTLS, not SSL/TLS" in told
    assert f"   Server          {THIRD}; all else as in 1" in told
    assert "4  As a device of site hq, which has the public address 203.0.113.42" in told
    assert f"   Server          {OTHER}; all else as in 1 or 2" in told
    assert "127.0.0.5 counts as a device of site shop" in text
    assert f"{LAB}  contoso-com.mail.protection.outlook.com" in text
    assert f"{LAB}  lab.example" in text
    assert authority.fingerprint in text.replace("\n" + " " * 19, "")
    assert authority.sha1_fingerprint in text
    assert "fake" not in text
    on_paper = told[: told.index("On this machine only:")]
    assert max(map(len, on_paper)) < 80


def test_every_address_at_once_ends_with_exit_code_2(ca: str) -> None:
    with pytest.raises(AssertionError) as raised:
        Served(WORLD, "--json", "--ca", ca, "--lab", "0.0.0.0")

    assert "exit code 2: --lab: 0.0.0.0 is every address of this machine" in str(raised.value)
    assert "Traceback" not in str(raised.value)


def test_a_site_that_the_world_does_not_have_ends_with_exit_code_2(ca: str) -> None:
    with pytest.raises(
        AssertionError, match="exit code 2: --lab site:attic: the world has no such site; its sites are"
    ):
        Served(WORLD, "--ca", ca, "--lab", LAB, "--lab", f"site:attic={OTHER}")


# For devices --------------------------------------------------------------------------------------------------------


def test_a_device_counts_as_the_site_whose_address_it_is_set_to(lab: Served) -> None:
    assert "Hello [203.0.113.42]" in send_directly(lab.door("mx", "hq"))


def test_a_device_counts_as_the_site_that_lists_its_own_address(lab: Served) -> None:
    assert "Hello [198.51.100.7]" in send_directly(lab.door("mx"), source="127.0.0.5")


def test_any_other_device_counts_as_the_default_address(lab: Served) -> None:
    assert "Hello [192.0.2.1]" in send_directly(lab.door("mx"), source="127.0.0.9")


def test_mail_to_the_outside_is_kept_and_not_delivered(ca: str) -> None:
    with Served(WORLD, "--json", "--at", "2026-12-01", "--ca", ca, *ADDRESSES) as served:
        with Wire(served.door("mx", "hq")) as wire:
            wire.say("EHLO copier")
            wire.begin_message("scanner@contoso.com", "someone@elsewhere.example")
            wire.send(b"Subject: Scan\r\n\r\nscan\r\n")
            assert wire.say(".").startswith("250")
        (kept,) = served.get("/messages").json()["messages"]

        assert ["outside"] == list(kept["placed"].values())
        assert (0, "", "") == served.end(signal.SIGTERM)


@pytest.mark.parametrize(
    ("phase", "said"), [("2026-basic-on", "235 2.7.0"), ("2027-off", "550 5.7.30"), ("2027-off-reenabled", "235 2.7.0")]
)
def test_a_phase_holds_in_a_lab_whatever_the_clock_says(phase: str, said: str, ca: str) -> None:
    words = ("--json", "--phase", phase, "--ca", ca, "--lab", LAB, *ANY_PORTS)
    with Served(WORLD, *words) as served, Wire(served.door("submission")) as wire:
        wire.start_tls(served.ca_file)
        verdict = wire.log_in("scanner@contoso.com", "fake tray 2")

    assert verdict.startswith(said)
    assert phase == served.told["lab"]["phase"]


@needs_ipv6
def test_a_lab_may_have_an_ipv6_address(ca: str) -> None:
    with Served(WORLD, "--json", "--at", "2026-12-01", "--ca", ca, "--lab", "::1", *ANY_PORTS) as served:
        page = served.told["lab"]["page"]

        assert page.startswith("http://[::1]:")
        assert 200 == get(page).status_code
        assert "Hello [192.0.2.1]" in send_directly(served.door("mx"))
        signed_in(served.door("submission"), served.ca_file).socket.close()


def token_from(place: Place, ca_file: Path) -> int:
    """Ask by Entra's own name at an address, as a device does whose DNS is the lab's; give the HTTP status."""
    name, trust = "login.microsoftonline.com", ssl.create_default_context(cafile=ca_file)
    head = f"POST /contoso.com/oauth2/v2.0/token HTTP/1.0\r\nHost: {name}\r\nContent-Length: 0\r\n\r\n"
    plain = socket.create_connection((place.host, place.port), 30)
    with plain, trust.wrap_socket(plain, server_hostname=name) as secured:
        secured.sendall(head.encode())
        answer = secured.makefile("rb").read()
    assert b"AADSTS900144" in answer
    return int(answer.split()[1])


def test_a_device_fetches_a_token_at_the_lab_s_address_by_entra_s_name(lab: Served) -> None:
    url = httpx.URL(lab.told["endpoints"]["https"]["url"])

    assert LAB == url.host
    assert 400 == token_from(Place(url.host, url.port or 443), lab.ca_file)
    assert {"name": "login.microsoftonline.com", "address": LAB} in lab.told["lab"]["dns"]


def test_https_may_have_an_address_of_its_own(ca: str) -> None:
    words = ("--json", "--at", "2026-12-01", "--ca", ca, "--lab", LAB, "--lab", f"https={OTHER}", *ANY_PORTS)
    with Served(WORLD, *words) as served:
        url = httpx.URL(served.told["endpoints"]["https"]["url"])

        assert OTHER == url.host
        assert 400 == token_from(Place(url.host, url.port or 443), served.ca_file)
        assert {"name": "login.microsoftonline.com", "address": OTHER} in served.told["lab"]["dns"]


@needs_real_ports
def test_a_lab_has_the_real_ports(ca: str) -> None:
    with Served(WORLD, "--json", "--at", "2026-12-01", "--ca", ca, "--lab", ALONE) as served:
        assert f"http://{ALONE}/" == served.told["lab"]["page"]
        assert (Place(ALONE, 587), Place(ALONE, 25)) == (served.door("submission"), served.door("mx"))
        assert "Hello [192.0.2.1]" in send_directly(Place(ALONE, 25))
        assert 400 == token_from(Place(ALONE, 443), served.ca_file)
