"""Every profile, replayed under every behaviour of its captures, does on the wire what the real sender did.

Compared, event by event and in order, as the server sees it: each line the client sends, the whole content, how many
octets each TLS record holds (so what travels in one flight), what waits in the buffer behind a command, the version
and server name of the handshake, who closes, and that nothing else comes.

What is not compared, and why (``normal``):

- times: they are the machine's;
- the sizes of reads in clear: TCP may join what was written apart, and did;
- the TLS suite: the library's choice, not the sender's;
- the server name where the capture has none: it was not written down under implicit TLS;
- the alert in a refused handshake beyond its kind, and all of it for TLS 1.0: the library's words;
- the number behind Postfix's SIZE=: the size of its queue file, one octet more than the message here;
- MSGSTAT: derived from the content, which is compared itself.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.scenarios.capture import Capture, Event, Session, captures
from tests.scenarios.replay import replay
from tests.scenarios.scripted_server import Certificates

CASES = [(captured, session) for captured in captures() for session in range(len(captured.sessions))]

NOT_REPRODUCED: dict[tuple[str, str], str] = {}
"""Captures that a profile cannot reproduce, by sender and behaviour, with the reason."""


def normal(session: Session, captured: Capture) -> tuple[tuple[Any, ...], ...]:
    return tuple(_without_clear_reads(_normal(event, captured) for event in session if event.kind != "MSGSTAT"))


def _normal(event: Event, captured: Capture) -> tuple[Any, ...]:
    match event.kind, event.data:
        case "TLS", [version, _, *names]:
            return ("TLS", version, *([] if captured.behaviour == "implicit" else names))
        case "TLSFAIL", [reason, names]:
            return ("TLSFAIL", names, None if captured.behaviour == "tls10" else _alert(reason))
        case "C", str(line) if captured.sender == "postfix":
            return ("C", re.sub(r" SIZE=\d+", " SIZE=n", line))
        case kind, data:
            return (kind, data)
    raise AssertionError(event)


def _alert(reason: str) -> str:
    found = re.search(r"ALERT_(\w+)|(UNEXPECTED_EOF)", reason)
    return "reset" if "Reset" in reason else found[found.lastindex or 0] if found else reason


def _without_clear_reads(events: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    is_clear = True
    for event in events:
        is_clear = is_clear and event[0] != "TLS"
        if not (is_clear and event[0] == "RECV"):
            yield event


@pytest.mark.parametrize(("captured", "session"), CASES, ids=str)
def test_a_profile_does_on_the_wire_what_the_real_sender_did(
    captured: Capture, session: int, certificates: Certificates
) -> None:
    if reason := NOT_REPRODUCED.get((captured.sender, captured.behaviour)):
        pytest.skip(reason)

    replayed = replay(captured, certificates, session=session)

    assert normal(captured.sessions[session], captured) == normal(replayed.record, captured)


def test_every_exception_has_a_capture() -> None:
    assert NOT_REPRODUCED.keys() <= {(captured.sender, captured.behaviour) for captured in captures()}
