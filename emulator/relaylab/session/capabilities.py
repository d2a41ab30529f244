"""The EHLO list by endpoint, TLS state, date and reading, in the order seen on the wire (CS-EHLO-01, MX-EHLO-02)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaylab.domain.endpoint import Endpoint
from relaylab.rules import limits, milestones
from relaylab.rules.acs import limits as acs

if TYPE_CHECKING:
    from relaylab.session.moment import Moment


def capabilities(endpoint: Endpoint, moment: Moment, *, in_tls: bool) -> tuple[str, ...]:
    """Give the keywords; inside TLS the STARTTLS line gives way, in place, to AUTH where there is one.

    That the list of the MX only loses its STARTTLS there is inferred: sources.MX_EHLO_AFTER_TLS. That of Azure
    Communication Services is not public: it is Exchange Online's, with its own size (acs.smtp_sources.EXCHANGE_STYLE).
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
    match endpoint:
        case Endpoint.HVE:
            return moment.rulebook.readings["hve_ehlo_size"]
        case Endpoint.ACS_SMTP:
            return str(acs.MESSAGE_SIZE)
        case _:
            return str(limits.MESSAGE_SIZE)


def _mechanisms(endpoint: Endpoint, moment: Moment) -> tuple[str, ...]:
    if endpoint is Endpoint.MX:
        return ()
    if endpoint is Endpoint.HVE:
        return ("AUTH LOGIN XOAUTH2",)
    if endpoint is Endpoint.ACS_SMTP:
        has_xoauth2 = moment.rulebook.calendar.has_come(milestones.ACS_SMTP_XOAUTH2.name, moment.now)
        return ("AUTH LOGIN XOAUTH2",) if has_xoauth2 else ("AUTH LOGIN",)
    ends = (milestones.BASIC_AUTH_OFF_BY_DEFAULT, milestones.BASIC_AUTH_REMOVED)
    off = any(moment.rulebook.calendar.has_come(end.name, moment.now) for end in ends)
    dropped = off and moment.rulebook.readings["login_offer_when_off"] == "dropped"
    return ("AUTH XOAUTH2",) if dropped else ("AUTH LOGIN XOAUTH2",)
