"""A tenant's anti-spoof policy, and what it does with a message (fact MX-DS-13)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Handling(StrEnum):
    """What becomes of a message after authentication."""

    DELIVER = "deliver"  # to the Inbox, as far as authentication is concerned
    JUNK = "junk"
    QUARANTINE = "quarantine"
    REJECT = "reject"


class SpoofAction(StrEnum):
    """What a policy can be told to do, as the cmdlet spells it."""

    MOVE_TO_JMF = "MoveToJmf"
    QUARANTINE = "Quarantine"
    REJECT = "Reject"  # for DmarcRejectAction only


@dataclass(frozen=True, slots=True, kw_only=True)
class AntiPhishPolicy:
    """``Get-AntiPhishPolicy``, the part that judges spoofing; the defaults are those of a new tenant."""

    enable_spoof_intelligence: bool = True
    honor_dmarc_policy: bool = True
    dmarc_reject_action: SpoofAction = SpoofAction.REJECT
    dmarc_quarantine_action: SpoofAction = SpoofAction.QUARANTINE
    authentication_fail_action: SpoofAction = SpoofAction.MOVE_TO_JMF


DEFAULT_POLICY: Final = AntiPhishPolicy()
