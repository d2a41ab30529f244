"""On which terms High Volume Email is had: as a preview or generally available, and at which price."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

from relaylab.rules import milestones

if TYPE_CHECKING:
    from datetime import datetime

    from relaylab.engine.milestones import Calendar

# US dollars for one recipient, counted after groups were expanded, and only where it was delivered (fact HVE-BILL-03).
PRICE: Final = Fraction(42, 1_000_000)
HIGH_VOLUME: Final = 10_000  # messages a day from which it is meant for; below, Direct Send does


def is_preview(calendar: Calendar, now: datetime) -> bool:
    """Tell whether it is a preview: Microsoft gives no support for those (fact HVE-DATE-03)."""
    return not calendar.has_come(milestones.HVE_GENERAL_AVAILABILITY.name, now)


def is_billed(calendar: Calendar, now: datetime) -> bool:
    """Tell whether recipients are paid for (fact HVE-DATE-04)."""
    return calendar.has_come(milestones.HVE_BILLING_BEGINS.name, now)
