"""Numbers of Azure Communication Services Email, dated where they change. Sizes are octets, quotas are sends."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, NamedTuple

from relaylab.rules import milestones
from relaylab.rules.acs import sources
from relaylab.rules.limits import Dated


class Rate(NamedTuple):
    """So many in any minute, and in any hour."""

    per_minute: int
    per_hour: int


RECIPIENTS: Final = 50  # of one message; sources.RECIPIENTS
MESSAGE_SIZE: Final = 10_485_760  # 10 MB, of the whole request or message; sources.SIZE
# Custom domains; support can raise them (AcsResource.limits).
SENDS: Final = Rate(30, 100)  # sources.SEND_QUOTA
STATUS: Final = Rate(60, 200)  # sources.STATUS_QUOTA
# Azure-managed domains; before the page of 2024 one table held for everybody.
MANAGED_SENDS: Final = Dated(
    SENDS, sources.SEND_QUOTA, ((milestones.ACS_MANAGED_DOMAIN_LIMITS, Rate(5, 10), sources.MANAGED_SEND_QUOTA),)
)
MANAGED_STATUS: Final = Dated(
    STATUS, sources.STATUS_QUOTA, ((milestones.ACS_MANAGED_DOMAIN_LIMITS, Rate(10, 20), sources.MANAGED_STATUS_QUOTA),)
)
# How long the managed suppression list keeps an address: after the first hard bounce, and after each send in that time.
LEASES: Final = (
    timedelta(hours=24),
    timedelta(hours=48),
    timedelta(hours=96),
    timedelta(days=7),
    timedelta(days=14),
)  # sources.MANAGED_SUPPRESSION
