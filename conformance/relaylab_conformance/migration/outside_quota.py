"""What the senders of a tenant write outside in a day, added up against what its licences let it (TERRL).

Law: the quota is the tenant's, so it is the sum that counts. The small senders are let in first: so the fewest do not
fit, and the same senders are named whoever asks.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from relaylab.domain.estate import Method
from relaylab.rules import limits, replies
from relaylab_conformance.migration.reach import outside_recipients

if TYPE_CHECKING:
    from datetime import datetime

    from relaylab.domain.estate import Sender
    from relaylab.domain.tenant import Tenant
    from relaylab.domain.world import World
    from relaylab.engine.milestones import Calendar

# The ways by which Exchange Online carries mail outside. Communication Services has quotas of its own.
COUNTED: Final = frozenset({Method.SMTP_AUTH_BASIC, Method.SMTP_AUTH_OAUTH, Method.CONNECTOR_RELAY})

_MOST_LICENCES: Final = 10_000_000  # more than anybody has: where a search ends


@dataclass(frozen=True, slots=True)
class OverQuota:
    """A sender that does not fit into its tenant's day: ``wanted`` of ``together``; ``enough`` licences would do."""

    tenant: str
    licences: int
    quota: int
    wanted: int
    together: int
    code: str
    enough: int | None

    def __str__(self) -> str:
        """Say it behind the method's name."""
        alone = self.wanted == self.together
        whose = "this sender has" if alone else f"with this sender's {self.wanted:,} its senders have"
        return (
            f"TERRL lets tenant {self.tenant} reach {self.quota:,} recipients outside a day with {self.licences} "
            f"licences, and {whose} {self.together:,}: what is over bounces ({self.code})"
        )

    @property
    def way_out(self) -> str:
        """What can be done about it."""
        number = f" ({self.enough:,} would do)" if self.enough else ""
        return f"have more licences{number}, or send what goes outside by Azure Communication Services"


def over_quota(
    world: World, calendar: Calendar, chosen: Mapping[str, Method | None], at: datetime
) -> dict[str, OverQuota]:
    """Give the senders that do not fit, by name, when each sends by the method ``chosen`` for it (None: by none)."""
    used: dict[str, int] = {}
    over: dict[str, OverQuota] = {}
    for wanted, sender in sorted(
        ((_a_day(world, one), one) for one in world.senders if chosen.get(one.name) in COUNTED),
        key=lambda pair: (pair[0], pair[1].name),
    ):
        tenant = world.tenant_of(sender.from_address.domain)
        quota = limits.external_quota(tenant, at, calendar) if tenant else None
        if tenant is None or quota is None or not wanted:
            continue
        together = used[tenant.name] = used.get(tenant.name, 0) + wanted
        if together > quota:
            over[sender.name] = _said(tenant, quota, wanted, together)
    return over


def _a_day(world: World, sender: Sender) -> int:
    return len(outside_recipients(world, sender)) * sender.messages_per_day


def _said(tenant: Tenant, quota: int, wanted: int, together: int) -> OverQuota:
    reply = replies.NDR_TERRL_TRIAL if tenant.trial else replies.NDR_TERRL
    is_whole = not tenant.trial and quota == limits.terrl_formula(tenant.licences)
    return OverQuota(
        tenant=tenant.name,
        licences=tenant.licences,
        quota=quota,
        wanted=wanted,
        together=together,
        code=f"{reply.code} {reply.enhanced}",
        enough=_licences_for(together) if is_whole else None,
    )


def _licences_for(recipients: int) -> int:
    """Give the fewest licences whose quota holds so many recipients."""
    fits = range(1, _MOST_LICENCES + 1)
    return bisect_left(fits, recipients, key=limits.terrl_formula) + 1
