"""``relaylab serve`` as a script or a person starts it: what it prints, where it listens, how it ends."""

from __future__ import annotations

import re
import signal
import socket
import sys
from contextlib import closing
from pathlib import Path

import pytest

from relaylab.store import SqliteMailStore
from relaylab_certs import TestAuthority
from tests.clients.by_socket import MESSAGE, Wire, send_directly, signed_in
from tests.clients.served import Served, free_port_bases, place_in
from tests.conftest import WORLD_FILE
from tests.servers.dns_questions import datagram, over_udp

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be sent these signals on Windows")

ENDPOINTS = ("submission", "mx", "hve", "acs_smtp", "submission_legacy")
WORLD = str(WORLD_FILE)


@pytest.fixture
def ca(authority: TestAuthority) -> str:
    """The folder of a root that is already made."""
    return str(authority.ca_file.parent)


# The line of JSON ---------------------------------------------------------------------------------------------------


def test_json_is_one_line_once_every_listener_answers(ca: str, authority: TestAuthority) -> None:
    with Served(WORLD, "--json", "--at", "2027-01-04", "--seed", "9", "--ca", ca) as served:
        told = served.told

        assert ["ca_file", "at", "seed", "endpoints", "sites"] == list(told)  # no resource of ACS: nothing told of it
        assert (str(authority.ca_file), "2027-01-04T00:00:00Z", 9) == (told["ca_file"], told["at"], told["seed"])
        assert [*ENDPOINTS, "https", "control"] == list(told["endpoints"])
        assert "smtp.office365.com" == told["endpoints"]["submission"]["name"]
        assert ["host", "port", "names"] == list(told["endpoints"]["mx"])
        assert "contoso-com.mail.protection.outlook.com" == told["endpoints"]["mx"]["names"]["contoso.com"]
        assert ["url", "token"] == list(told["endpoints"]["control"])
        assert ["hq", "shop"] == list(told["sites"])
        assert ["public_ip", *ENDPOINTS] == list(told["sites"]["hq"])
        assert "203.0.113.42" == told["sites"]["hq"]["public_ip"]
        for site in (None, "hq", "shop"):
            for endpoint in ENDPOINTS:
                with Wire(served.door(endpoint, site)) as wire:
                    assert "4 Jan 2027" in wire.greeting
        assert 200 == served.get("/clock").status_code

        assert (0, "", "") == served.end(signal.SIGTERM)


@pytest.mark.parametrize(
    ("at", "name"),
    [
        ("2025-06-01", "smtp-hve.office365.com"),
        ("2026-03-31T23:59:59Z", "smtp-hve.office365.com"),
        ("2026-04-01", "smtp.hve.mx.microsoft"),
    ],
)
def test_high_volume_email_is_printed_under_its_name_of_the_day(ca: str, at: str, name: str) -> None:
    with Served(WORLD, "--json", "--at", at, "--ca", ca) as served:
        assert name == served.told["endpoints"]["hve"]["name"]
        assert {name} == {served.told["sites"][site]["hve"].get("name", name) for site in ("hq", "shop")}


def test_a_port_base_fixes_the_ports_in_their_order_and_ten_further_for_each_site(ca: str) -> None:
    served, base = served_at_a_port_base("--json", "--ca", ca)
    with served:
        told = served.told

        offsets = {"submission": 0, "mx": 1, "hve": 2, "acs_smtp": 3, "submission_legacy": 6}
        assert {key: base + offset for key, offset in offsets.items()} == {
            key: told["endpoints"][key]["port"] for key in offsets
        }
        assert f"http://127.0.0.1:{base + 5}" == told["endpoints"]["control"]["url"]
        for number, site in enumerate(("hq", "shop"), 1):
            assert {key: base + 10 * number + offset for key, offset in offsets.items()} == {
                key: told["sites"][site][key]["port"] for key in offsets
            }


def test_dns_is_an_endpoint_where_it_is_asked_for_with_a_port_of_its_own(ca: str) -> None:
    served, base = served_at_a_port_base("--json", "--dns", "--ca", ca)
    with served:
        told = served.told

    assert [*ENDPOINTS, "dns", "https", "control"] == list(told["endpoints"])
    assert {"host": "127.0.0.1", "port": base + 7} == told["endpoints"]["dns"]
    assert ["public_ip", *ENDPOINTS] == list(told["sites"]["hq"])


def test_a_person_is_told_the_mx_hosts_and_each_question_to_dns(ca: str) -> None:
    with Served(WORLD, "--at", "2026-12-01", "--dns", "--ca", ca) as served:
        told = served.introduction()
        where = place_in(told, "dns")
        over_udp(where, "smtp.office365.com")
        datagram(where, b"\x12\x34" + bytes(10))
        said = [served.line(), served.line()]

    assert re.fullmatch(r"2026-12-01T00:00:\d\dZ dns smtp\.office365\.com A -> NOERROR  \[127\.0\.0\.1\]", said[0])
    assert said[1].endswith("dns octets that are no question -> FORMERR  [127.0.0.1]")


def test_a_port_that_is_taken_for_dns_is_named(ca: str) -> None:
    for base in free_port_bases(30):
        with socket.create_server(("127.0.0.1", base + 7)), pytest.raises(AssertionError) as raised:
            Served(WORLD, "--json", "--dns", "--ca", ca, "--port-base", str(base))
        if "dns cannot" in str(raised.value):  # else somebody was faster at another port of the row
            break

    assert f"dns cannot listen on 127.0.0.1:{base + 7}: " in str(raised.value)
    assert "Traceback" not in str(raised.value)


def test_a_taken_port_is_named_and_ends_with_exit_code_2(ca: str) -> None:
    for base in free_port_bases(30):
        with socket.create_server(("127.0.0.1", base + 11)):
            with pytest.raises(AssertionError) as raised:
                Served(WORLD, "--json", "--ca", ca, "--port-base", str(base))
            break

    assert f"mx cannot listen on 127.0.0.1:{base + 11}: " in str(raised.value)
    assert "exit code 2" in str(raised.value)
    assert "Traceback" not in str(raised.value)


def test_its_clock_runs(ca: str) -> None:
    with Served(WORLD, "--json", "--at", "2026-12-30T23:59:59.999", "--ca", ca) as served:
        with Wire(served.door("submission")) as wire:
            wire.start_tls(served.ca_file)
            refused = wire.log_in("scanner@contoso.com", "fake tray 2")

        now = served.get("/clock").json()["now"]

    assert refused.startswith("550 5.7.30")
    assert "2026-12-31T00:00:00" < now < "2026-12-31T01:00:00"


# For a person -------------------------------------------------------------------------------------------------------


def test_a_person_is_told_where_to_connect_and_whom_to_trust(ca: str, authority: TestAuthority) -> None:
    with Served("default", "--at", "2026-12-01", "--ca", ca) as served:
        told = served.introduction()

    assert "relaylab stands at 2026-12-01T00:00:00Z, seed 0" == told[0]
    assert any(re.fullmatch(r"  submission +127\.0\.0\.1:\d+  smtp\.office365\.com", line) for line in told)
    assert any(re.fullmatch(r"  mx +127\.0\.0\.1:\d+  as site hq, 203\.0\.113\.42", line) for line in told)
    assert any(re.fullmatch(r"  control +http://127\.0\.0\.1:\d+  token \S+", line) for line in told)
    acs = told.index(next(line for line in told if line.startswith("  acs_rest")))
    assert re.fullmatch(r"  acs_rest +endpoint=https://127\.0\.0\.1:\d+/;accesskey=[\w+/]+=*", told[acs])
    assert re.fullmatch(r" +second key [\w+/]+=*  contoso-email\.communication\.azure\.com", told[acs + 1])
    assert f"  trust              {authority.ca_file}" in told


def test_a_person_gets_one_line_for_each_verdict_with_its_rule(ca: str) -> None:
    with Served(WORLD, "--at", "2026-12-01", "--ca", ca) as served:
        with Wire(place_in(served.introduction(), "mx")) as wire:
            for line in ("EHLO x", "MAIL FROM:<a@fabrikam.com>", "RCPT TO:<nobody@contoso.com>", "NOOP", "QUIT"):
                wire.say(line)
        said = [served.line(), served.line()]
        code, rest, err = served.end(signal.SIGTERM)

    assert re.fullmatch(
        r"2026-12-01T00:00:\d\dZ s-000001 MAIL FROM:<a@fabrikam\.com> -> 250 2\.1\.0 Sender OK  \[mx\.mail: default\]",
        said[0],
    )
    assert " s-000001 RCPT TO:<nobody@contoso.com> -> 550 5.4.1 Recipient address rejected: " in said[1]
    assert said[1].endswith("  [mx.rcpt.recipient_is_unknown]")
    assert (0, "", "") == (code, rest, err)


def test_what_a_client_says_cannot_steer_the_terminal(ca: str) -> None:
    with Served(WORLD, "--ca", ca, environment={"PYTHONIOENCODING": "ascii"}) as served:
        with Wire(place_in(served.introduction(), "mx")) as wire:
            wire.say("EHLO x")
            wire.say("MAIL FROM:<\x9b31m\u202e\u00e9@contoso.com>")
            wire.say("RCPT TO:<nobody@contoso.com>")
        said = [served.line(), served.line()]

    assert r"MAIL FROM:<\x9b31m\u202e\xe9@contoso.com>" in said[0]
    assert said[1].endswith("  [mx.rcpt.recipient_is_unknown]")


# Phases -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phase", "said", "rule"),
    [
        ("2026-basic-on", "235 2.7.0 Authentication successful", None),
        ("2027-off", "550 5.7.30 Basic authentication is", "submission.auth.basic_auth_is_off_by_default"),
        ("2027-off-reenabled", "235 2.7.0 Authentication successful", None),
        ("removed", "550 5.7.30 Basic authentication is", "submission.auth.basic_auth_is_removed"),
    ],
)
def test_a_phase_sets_the_cutover_at_the_present_instant(phase: str, said: str, rule: str | None, ca: str) -> None:
    with Served(WORLD, "--json", "--phase", phase, "--ca", ca) as served:
        with Wire(served.door("submission")) as wire:
            wire.start_tls(served.ca_file)
            verdict = wire.log_in("scanner@contoso.com", "fake tray 2")
        (judged,) = served.get("/events?kind=judged").json()["events"]

    assert verdict.startswith(said)
    assert rule == judged["verdict"]["rule"]


# How it ends --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_all_written_that_was_accepted(by: signal.Signals, ca: str, tmp_path: Path) -> None:
    store = tmp_path / "mail.sqlite3"
    with Served(WORLD, "--json", "--at", "2026-12-01", "--ca", ca, "--store", str(store)) as served:
        for _ in range(3):
            send_directly(served.door("mx"))
        half = signed_in(served.door("submission"), served.ca_file)
        half.begin_message("scanner@contoso.com", "helpdesk@contoso.com")
        half.send(b"half a message")

        ended = served.end(by)

    assert (0, "", "") == ended
    assert b"" == half.rest()
    half.socket.close()
    with closing(SqliteMailStore(store)) as mail:
        assert [MESSAGE] * 3 == [mail.raw(kept.id) for kept in mail.messages()]


def test_a_client_that_never_reads_and_a_control_client_that_never_finishes_do_not_hold_up_the_end(ca: str) -> None:
    with Served(WORLD, "--json", "--ca", ca) as served:
        deaf = Wire(served.door("mx"))
        deaf.socket.setblocking(False)  # noqa: FBT003 - socket's signature
        with pytest.raises(BlockingIOError):
            send_for_ever(deaf)
        control = served.told["endpoints"]["control"]
        slow = socket.create_connection(("127.0.0.1", int(control["url"].rpartition(":")[2])))
        lines = (
            "PUT /clock HTTP/1.1",
            "Host: localhost",
            f"Authorization: Bearer {control['token']}",
            "Content-Length: 9",
            "",
        )
        slow.sendall("\r\n".join((*lines, "{")).encode())

        assert (0, "", "") == served.end(signal.SIGTERM)

    deaf.socket.close()
    slow.close()


def test_secrets_of_the_world_are_not_printed(ca: str, authority: TestAuthority) -> None:
    with Served(WORLD, "--at", "2026-12-01", "--ca", ca) as served:
        told = served.introduction()
        signed_in(place_in(told, "submission"), authority.ca_file).socket.close()
        _, rest, err = served.end(signal.SIGTERM)

    assert "fake" not in "\n".join([*told, rest, err])


def served_at_a_port_base(*words: str) -> tuple[Served, int]:
    """The command at fixed ports; another base where somebody else was faster."""
    for base in free_port_bases(30):
        try:
            return Served(WORLD, "--port-base", str(base), *words), base
        except AssertionError as error:
            if "cannot listen on" not in str(error):
                raise
    raise AssertionError("no ports were free")


def send_for_ever(wire: Wire) -> None:
    while True:
        wire.socket.send(b"HELP\r\n" * 10_000)
