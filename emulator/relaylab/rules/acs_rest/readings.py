"""The choices of the REST interface alone; those it shares with SMTP stand in ``rules.acs``."""

from __future__ import annotations

from typing import Final

from relaylab.engine.readings import Reading
from relaylab.rules.acs_rest import sources

READINGS: Final = (
    Reading(
        "acs_repeated_operation",
        "What does a second send with the same Operation-Id get?",
        (("409", "a refusal, which one client takes for already accepted"), ("202", "the first answer once more")),
        "409",
        sources.REPEATED_REPLAY,
    ),
    Reading(
        "acs_sender_headers",
        "What becomes of custom headers that name a sender: Sender, Return-Path, and those that begin with Resent-?",
        (
            ("taken", "they are in the message, as every other custom header"),
            ("left_out", "they are not: who sends is the service's to say"),
        ),
        "taken",
        sources.SENDER_HEADERS,
    ),
    Reading(
        "acs_domain_not_linked",
        "Which HTTP status does DomainNotLinked come with? Most saw 404, one client expects 403.",
        (("404", "Not Found"), ("403", "Forbidden")),
        "404",
        sources.DOMAIN_NOT_LINKED_403,
    ),
    Reading(
        "acs_date_clock",
        "Which clock must x-ms-date be within 5 minutes of? Clients sign by the machine's, which cannot be moved.",
        (
            ("either", "the simulated clock or that of this machine, so that unmodified clients work at any date"),
            ("simulated", "the simulated clock alone, for clients that live at its date"),
        ),
        "either",
        sources.THE_CLOCK,
    ),
)
