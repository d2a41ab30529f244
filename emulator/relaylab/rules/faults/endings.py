"""Connections that end, or seem to."""

from __future__ import annotations

from typing import Final

from relaylab.domain.fault import Behaviour, Step, When
from relaylab.rules.faults.conduct import (
    ALL,
    ends,
)
from relaylab.rules.sources import requirement

_CLOSED: Final = requirement("CON-11", 5321, "3.8")
ENDS: Final = (
    ends(
        Behaviour.RESET,
        "Resets the connection behind the answer, or in its place.",
        _CLOSED,
        "step",
        "when",
        steps=ALL,
        step=Step.CONNECT,
    ),
    ends(
        Behaviour.HANGUP,
        "Closes the connection behind the answer, or in its place, and TLS without a close_notify.",
        requirement("TLS-18", 8446, "6.1"),
        "step",
        "when",
        steps=ALL,
        step=Step.CONNECT,
    ),
    ends(
        Behaviour.BLACKHOLE,
        "Says nothing any more, and keeps the connection.",
        requirement("CON-02", 5321, "4.5.3.2.1"),
        "step",
        steps=ALL - {Step.QUIT},
        step=Step.CONNECT,
        when=When.BEFORE,
    ),
    ends(
        Behaviour.ACCEPTRESET,
        "Takes the message, and resets the connection in place of the answer.",
        requirement("ENV-16", 5321, "6.1"),
        steps=frozenset({Step.FINAL}),
        step=Step.FINAL,
        when=When.BEFORE,
    ),
)
