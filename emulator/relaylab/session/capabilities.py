"""The EHLO list by endpoint, TLS state, date and reading, in the order seen on the wire (CS-EHLO-01, MX-EHLO-02)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaylab.domain.endpoint import Endpoint
from relaylab.rules import limits, milestones

if TYPE_CHECKING:
    from relaylab.session.moment import Moment


def capabilities(endpoint: Endpoint, moment: Moment, *, in_tls: bool) -> tuple[str, ...]:
    """Give the keywords; inside TLS the STARTTLS line gives way, in place, to AUTH where there is one.

    That the list of the MX only loses its STARTTLS there is inferred: sources.MX_EHLO_AFTER_TLS.
    """
    return (
        f"SIZE {_size(endpoint, moment)}",
        "PIPELINING",
        "DSN",
        "ENHANCEDSTATUSCODES",
        *(_mechanisms(endpoint, moment) if in_tls else ("STARTTLS",)),
        "8BITMIME",
        "BINARYMIME",
        "CHUNKING",
        "SMTPUTF8",
    )


def _size(endpoint: Endpoint, moment: Moment) -> str:
    return moment.rulebook.readings["hve_ehlo_size"] if endpoint is Endpoint.HVE else str(limits.MESSAGE_SIZE)


def _mechanisms(endpoint: Endpoint, moment: Moment) -> tuple[str, ...]:
    if endpoint is Endpoint.MX:
        return ()
    if endpoint is Endpoint.HVE:
        return ("AUTH LOGIN XOAUTH2",)
    ends = (milestones.BASIC_AUTH_OFF_BY_DEFAULT, milestones.BASIC_AUTH_REMOVED)
    off = any(moment.rulebook.calendar.has_come(end.name, moment.now) for end in ends)
    dropped = off and moment.rulebook.readings["login_offer_when_off"] == "dropped"
    return ("AUTH XOAUTH2",) if dropped else ("AUTH LOGIN XOAUTH2",)
