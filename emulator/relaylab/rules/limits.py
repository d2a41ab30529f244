"""Numbers of the service, dated where they change. Sizes are octets, spans are in the name."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from relaylab.rules import milestones, sources

if TYPE_CHECKING:
    from relaylab.domain.source import Source
    from relaylab.domain.tenant import Tenant
    from relaylab.engine.milestones import Calendar, Milestone
    from relaylab.engine.rulebook import Rulebook

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Dated(Generic[T]):
    """A value that changes at milestones: ``(milestone, value, source)`` rows in order, the first without milestone."""

    first: T
    source: Source
    changes: tuple[tuple[Milestone, T, Source], ...] = ()

    def at(self, now: datetime, calendar: Calendar) -> T:
        """Give the value in force at ``now``."""
        value = self.first
        for milestone, later, _ in self.changes:
            if calendar.has_come(milestone.name, now):
                value = later
        return value

    @property
    def last(self) -> T:
        """The value that holds once every change has come."""
        return self.changes[-1][1] if self.changes else self.first


# What has not changed since the rulebook begins, each with the name of its source.
MESSAGE_SIZE: Final = 157_286_400  # 150 MiB exactly, in EHLO and enforced; sources.SIZE_LIMIT
SUBMISSIONS_AT_ONCE: Final = 3  # per mailbox; sources.CONCURRENCY
RECIPIENTS_PER_DAY: Final = 10_000  # per mailbox, rolling 24 hours; sources.RECIPIENT_RATE
MESSAGES_PER_MINUTE: Final = 30  # per mailbox; sources.MESSAGE_RATE
RECIPIENT_WINDOW: Final = timedelta(hours=24)  # of RECIPIENTS_PER_DAY
MESSAGE_WINDOW: Final = timedelta(minutes=1)  # of MESSAGES_PER_MINUTE
# A queue is never longer: 10,000 messages take five and a half hours. What lies further ahead was charged before
# somebody moved the clock back.
LONGEST_QUEUE: Final = timedelta(hours=6)
RECIPIENTS_AT_RCPT: Final = 1_000  # with the reading too_many_recipients=rcpt; sources.RECIPIENTS_STOP
RECIPIENTS_OF_ONE_DOMAIN: Final = 200  # per transaction at the MX; sources.SAME_DOMAIN_LIMIT
MIME_PARTS: Final = 1_000  # of a message at the MX; sources.MIME_PARTS
HOPS: Final = 30  # Received fields of a message; sources.HOPS
HVE_MESSAGE_SIZE: Final = 10 * 1024 * 1024  # octets as sent; sources.HVE_SIZE
HVE_MESSAGE_SIZE_DECODED: Final = HVE_MESSAGE_SIZE * 78 // 57  # the same before base64 in lines of 76 (RFC 2045 §6.8)
HVE_RECIPIENTS: Final = 50  # per message, a group counts once; sources.HVE_RECIPIENTS
HVE_RECIPIENTS_PER_DAY: Final = 100_000  # per tenant, rolling 24 hours, in the preview; sources.HVE_CAPS
HVE_OUTSIDE_PER_DAY: Final = 2_000  # of them outside; sources.HVE_CAPS
HVE_ALLOWED_APPS: Final = 10  # per account; fact HVE-LIM-06
HVE_TOKEN_MARGINS: Final = (timedelta(seconds=300), timedelta(seconds=600))  # sources.HVE_TOKEN_MARGIN
DIRECT_SEND_DELAY: Final = timedelta(minutes=30)  # with the reading direct_send_delay=30_minutes; MX-DS-07
FAILED_SIGN_INS: Final = 10  # per user name within the lock-out window; sources.SMART_LOCKOUT
PROTOCOL_ERRORS: Final = 5  # per connection; sources.ERROR_LIMITS
LOGON_FAILURES: Final = 3  # per connection; sources.ERROR_LIMITS
MOERA_EXTERNAL: Final = 100  # per tenant, rolling 24 hours; sources.MOERA
TARPIT_SECONDS: Final = 5.0  # sources.TARPIT; which replies it holds back: sources.TARPIT_SCOPE
COMMAND_LINE: Final = 2_000  # octets; AUTH and its answers are bound by the transport only; sources.LINE_LENGTH

# What has: it is asked for at an instant, on a calendar.
HVE_ACCOUNTS: Final = Dated(  # per tenant
    20, sources.HVE_ACCOUNTS_OF_THE_PREVIEW, ((milestones.HVE_RATE_CAPS_LIFTED, 100, sources.HVE_CAPS_LIFTED),)
)
TERRL_TRIAL: Final = Dated(5_000, sources.TERRL_TRIAL, ((milestones.TERRL_BY_AGE, 500, sources.TERRL_2026),))

_TERRL_PHASES: Final = (
    (25, milestones.TERRL_25),
    (200, milestones.TERRL_200),
    (500, milestones.TERRL_500),
    (None, milestones.TERRL_ALL),
)
_MOERA_PHASES: Final = (
    (2, milestones.MOERA_2),
    (10, milestones.MOERA_10),
    (50, milestones.MOERA_50),
    (200, milestones.MOERA_200),
    (2_000, milestones.MOERA_2000),
    (10_000, milestones.MOERA_10000),
    (None, milestones.MOERA_ALL),
)
_YOUNG: Final = ((timedelta(days=31), 0.10), (timedelta(days=61), 0.25))  # younger than, share; sources.TERRL_2026


def terrl_formula(licences: int) -> int:
    """Give the external recipients a day that a number of licences buys: ``500 * licences^0.7 + 9500`` (CS-LIM-20)."""
    return round(500.0 * math.pow(licences, 0.7) + 9500.0)


def external_quota(tenant: Tenant, now: datetime, calendar: Calendar) -> int | None:
    """Give the tenant's external recipients per rolling 24 hours, None while the limit does not hold for it."""
    if tenant.trial:
        held = calendar.has_come(milestones.TERRL_TRIAL.name, now)
        return TERRL_TRIAL.at(now, calendar) if held else None
    if not calendar.has_come(_phase(_TERRL_PHASES, tenant.licences).name, now):
        return None
    return round(terrl_formula(tenant.licences) * _share_by_age(tenant, now, calendar))


def moera_quota(tenant: Tenant, now: datetime, calendar: Calendar) -> int | None:
    """Give the external recipients per rolling 24 hours for senders at onmicrosoft.com; None: no limit yet."""
    phase = milestones.MOERA_TRIAL if tenant.trial else _phase(_MOERA_PHASES, tenant.exchange_seats)
    return MOERA_EXTERNAL if calendar.has_come(phase.name, now) else None


def _phase(phases: tuple[tuple[int | None, Milestone], ...], size: int) -> Milestone:
    return next(milestone for bound, milestone in phases if bound is None or size <= bound)


def _share_by_age(tenant: Tenant, now: datetime, calendar: Calendar) -> float:
    if not calendar.has_come(milestones.TERRL_BY_AGE.name, now):
        return 1.0
    return next((share for age, share in _YOUNG if now - tenant.created < age), 1.0)


def direct_send_delay(rulebook: Rulebook) -> timedelta:
    """Give what a change of RejectDirectSend takes to apply (MX-DS-07, MX-GAP-16)."""
    return DIRECT_SEND_DELAY if rulebook.readings["direct_send_delay"] == "30_minutes" else timedelta(0)
