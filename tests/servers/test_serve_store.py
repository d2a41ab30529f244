"""What got a 250 with ``--store`` is there, octet for octet, after the process was killed in the middle of its work."""

from __future__ import annotations

import signal
import smtplib
import ssl
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from hashlib import sha256
from itertools import count
from pathlib import Path
from threading import Event

import pytest

from relaylab.store import SqliteMailStore
from relaylab_certs import TestAuthority
from tests.clients.by_socket import Door, send_directly
from tests.clients.served import Served
from tests.conftest import WORLD_FILE

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")

WORLD = str(WORLD_FILE)


def a_message(number: int) -> bytes:
    """A message of its own, of up to some hundred kilobytes."""
    noise = sha256(b"%d" % number).hexdigest().encode() + b"\r\n"
    return b"From: <scanner@contoso.com>\r\nSubject: %d\r\n\r\n" % number + noise * (number * 37 % 5000)


@pytest.mark.parametrize("soon", [1, 60])
def test_what_got_a_250_survives_kill_9(soon: int, authority: TestAuthority, tmp_path: Path) -> None:
    store = tmp_path / "mail.sqlite3"
    words = (WORLD, "--json", "--at", "2026-12-01", "--ca", str(authority.ca_file.parent), "--store", str(store))

    with Served(*words) as served, ThreadPoolExecutor(1) as thread:
        enough = Event()
        sent = thread.submit(send_until_cut_off, served.door("submission"), served.ca_file, soon, enough)
        assert enough.wait(60), sent.exception(0)
        served.process.kill()
        accepted = sent.result(60)

    with closing(SqliteMailStore(store)) as mail:
        found = [mail.raw(kept.id) for kept in mail.messages()]
    assert soon <= accepted
    assert [a_message(number) for number in range(accepted)] == found[:accepted]
    assert len(found) - accepted in {0, 1}  # one may have been kept whose 250 was not heard


def test_another_run_goes_on_with_the_same_store(authority: TestAuthority, tmp_path: Path) -> None:
    store = tmp_path / "mail.sqlite3"
    words = (WORLD, "--json", "--at", "2026-12-01", "--ca", str(authority.ca_file.parent), "--store", str(store))
    with Served(*words) as served:
        send_directly(served.door("mx"))
        served.end(signal.Signals(9))  # SIGKILL, by a name that type checkers know on Windows too

    with Served(*words) as served:
        send_directly(served.door("mx"))
        messages = served.get("/messages").json()["messages"]
        contents = [served.get(f"/messages/{message['id']}/raw").content for message in messages]

    assert ["s-000001-1", "s2-000001-1"] == [message["id"] for message in messages]
    assert 1 == len(set(contents))


def test_a_store_that_is_none_is_refused(authority: TestAuthority, tmp_path: Path) -> None:
    store = tmp_path / "letter.txt"
    store.write_text("Dear Sir or Madam, this is a letter and no store of messages. " * 20, encoding="utf-8")

    with pytest.raises(AssertionError, match="exit code 2") as raised:
        Served(WORLD, "--json", "--ca", str(authority.ca_file.parent), "--store", str(store))

    assert "letter.txt" in str(raised.value)
    assert "Traceback" not in str(raised.value)


def send_until_cut_off(where: Door, ca_file: Path, soon: int, enough: Event) -> int:
    """Send message after message with smtplib; give the number of those that got a 250."""
    accepted = 0
    with suppress(smtplib.SMTPException, OSError), smtplib.SMTP(where.host, where.port) as client:
        client.starttls(context=ssl.create_default_context(cafile=ca_file))
        client.login("scanner@contoso.com", "fake tray 2")
        for number in count():
            client.sendmail("scanner@contoso.com", ["helpdesk@contoso.com"], a_message(number))
            accepted = number + 1
            if accepted == soon:
                enough.set()
    return accepted
