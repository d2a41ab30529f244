"""Small scripts for the scripted server: ``S`` says a line, ``C`` waits for one, ``MSG`` waits for a content."""

from collections.abc import Iterator
from dataclasses import dataclass

from relaylab_scenarios import Errand, Nothing, Played, Profile, TlsWish, play
from tests.scenarios.capture import Event, Session
from tests.scenarios.scripted_server import PATIENCE, Certificates, ScriptedServer

HELLO = "250-mx.example Hello\r\n250-PIPELINING\r\n250 AUTH LOGIN PLAIN CRAM-MD5 XOAUTH2\r\n"
MESSAGE = b"Subject: t\r\n\r\ntext\r\n"


@dataclass(frozen=True, slots=True)
class Dialogue:
    """What the server heard, line by line, and what the player brought back."""

    heard: tuple[str, ...]
    played: Played


def script(*lines: str) -> Session:
    """Read ``S: 220 x`` as what the server sends, ``C`` and ``MSG`` as what it waits for, ``EOF`` as the end."""
    return tuple(_events(lines))


def _events(lines: tuple[str, ...]) -> Iterator[Event]:
    for line in lines:
        kind, _, text = line.partition(": ")
        yield Event(kind, text if text.endswith("\r\n") else f"{text}\r\n") if kind == "S" else Event(kind)


def talk(profile: Profile, certificates: Certificates, *lines: str, **wishes: object) -> Dialogue:
    """Let a profile talk to a script, in clear and without signing in unless something else is wished."""
    usual: dict[str, object] = {
        "host": "127.0.0.1",
        "mail_from": "scan@contoso.example",
        "recipients": ("a@contoso.example", "b@fabrikam.example"),
        "message": MESSAGE,
        "sign_in": Nothing(),
        "tls": TlsWish.NONE,
        "patience": PATIENCE,
    }
    with ScriptedServer(script(*lines), certificates.context("good")) as server:
        played = play(profile, Errand(port=server.port, **(usual | wishes)))  # type: ignore[arg-type]  # wishes are its fields
    return Dialogue(tuple(event.data.rstrip() for event in server.record if event.kind in ("C", "MSG")), played)
