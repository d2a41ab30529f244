"""Handshakes of HTTPS that fail: each is an event, whichever way the client ended it."""

from __future__ import annotations

import socket
import ssl
from urllib.parse import urlsplit

import pytest

from relaylab.app.emulator import Emulator
from relaylab.domain.event import TlsFailed
from tests.clients.oauth import OAuthLab


def place(emulator: Emulator) -> tuple[str, int]:
    where = urlsplit(emulator.https_url)
    return str(where.hostname), where.port or 443


def failed(lab: OAuthLab) -> list[str]:
    """What the log says, once whatever came before has been read."""
    with lab.http() as http:
        http.get("/contoso.com/discovery/v2.0/keys")
    return [entry.event.reason for entry in lab.emulator.store.events if isinstance(entry.event, TlsFailed)]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_client_that_does_not_trust_the_root_is_logged_once(oauth_lab: OAuthLab, version: ssl.TLSVersion) -> None:
    context = ssl.create_default_context()
    context.minimum_version = context.maximum_version = version

    with socket.create_connection(place(oauth_lab.emulator)) as plain, pytest.raises(ssl.SSLCertVerificationError):
        context.wrap_socket(plain, server_hostname="localhost")

    assert ["tlsv1 alert unknown ca"] == failed(oauth_lab)


def test_a_client_that_speaks_plain_http_is_logged(oauth_lab: OAuthLab) -> None:
    with socket.create_connection(place(oauth_lab.emulator)) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        plain.recv(100)

    assert ["http request"] == failed(oauth_lab)


def test_a_client_that_connects_and_leaves_is_not(oauth_lab: OAuthLab) -> None:
    socket.create_connection(place(oauth_lab.emulator)).close()

    assert [] == failed(oauth_lab)


def test_after_a_reset_visits_are_numbered_anew_and_a_failure_has_the_next_number(oauth_lab: OAuthLab) -> None:
    failed(oauth_lab)
    oauth_lab.emulator.reset()
    with socket.create_connection(place(oauth_lab.emulator)) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\n\r\n")
        plain.recv(100)
    failed(oauth_lab)

    sessions = [entry.event.session for entry in oauth_lab.emulator.store.events if hasattr(entry.event, "session")]
    assert len(sessions) == len(set(sessions)) == 2
