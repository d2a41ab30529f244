"""What a turn costs whom: values that the store applies to its counters."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from relaylab.domain.noun import noun


class Meter(StrEnum):
    """A counter of the service; the comment says whose, and over which span."""

    RECIPIENTS = "recipients"  # a mailbox, 24 hours (fact CS-LIM-06)
    DELIVERIES = "deliveries"  # a mailbox, 1 minute, at the instant of delivery (fact CS-LIM-04)
    EXTERNAL = "external"  # a tenant, 24 hours: copies to the outside (fact CS-LIM-20)
    MOERA_EXTERNAL = "moera_external"  # a tenant, 24 hours: the same, from onmicrosoft.com (fact CS-LIM-30)
    HVE_RECIPIENTS = "hve_recipients"  # a tenant, 24 hours: recipients of High Volume Email (fact HVE-LIM-02)
    HVE_OUTSIDE = "hve_outside"  # a tenant, 24 hours: those of them outside
    FAILED_SIGN_INS = "failed_sign_ins"  # a user name, the lock-out window
    ACS_SENDS_OF_A_MINUTE = "acs_sends_of_a_minute"  # a subscription's domains of a kind, 1 minute (fact ACS-LIM-01)
    ACS_SENDS_OF_AN_HOUR = "acs_sends_of_an_hour"  # the same, 1 hour
    ACS_STATUS_OF_A_MINUTE = "acs_status_of_a_minute"  # the same for questions about a send (fact ACS-LIM-02)
    ACS_STATUS_OF_AN_HOUR = "acs_status_of_an_hour"
    ACS_HARD_BOUNCES = "acs_hard_bounces"  # an address, 14 days: what suppresses it (fact ACS-DLV-07)
    OPEN_SUBMISSIONS = "open_submissions"  # a mailbox, now (fact CS-LIM-01); may be negative to close one

    __hash__ = str.__hash__  # Enum's is written in Python, and these are keys at every message


@noun()
class Charge:
    """``amount`` on the ``meter`` of ``owner`` (a mailbox address, a tenant id or a user name), at an instant."""

    meter: Meter
    owner: str
    amount: int
    at: datetime
