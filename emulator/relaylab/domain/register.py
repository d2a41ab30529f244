"""What tenants have under names that hold in the whole world, so that none is looked for tenant by tenant.

Of two that share a name, the one that comes first in the world has it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from relaylab.domain.acs import AcsResource, SmtpUsername
    from relaylab.domain.directory import AppRegistration, TrustedIssuer
    from relaylab.domain.tenant import Tenant


@dataclass(frozen=True, slots=True)
class Register:
    """Look-ups over the tenants of a world, made once when the world is."""

    _tenants: dict[str, Tenant]
    _apps: dict[str, tuple[tuple[Tenant, AppRegistration], ...]]
    _issuers: dict[str, tuple[Tenant, TrustedIssuer]]
    _acs_resources: dict[str, tuple[Tenant, AcsResource]]
    _smtp_usernames: dict[str, tuple[Tenant, AcsResource, SmtpUsername]]

    @classmethod
    def of(cls, tenants: Iterable[Tenant]) -> Register:
        """Make the look-ups."""
        every = tuple(tenants)
        backwards = every[::-1]  # what comes later takes a name from what came before
        apps = defaultdict[str, list[tuple["Tenant", "AppRegistration"]]](list)
        for tenant in every:
            for app in tenant.app_registrations:
                apps[app.app_id].append((tenant, app))
        resources = [(tenant, one) for tenant in backwards for one in reversed(tenant.acs_resources)]
        return cls(
            _tenants={tenant.id: tenant for tenant in backwards},
            _apps={app_id: tuple(owned) for app_id, owned in apps.items()},
            _issuers={one.issuer: (tenant, one) for tenant in backwards for one in reversed(tenant.trusted_issuers)},
            _acs_resources={one.name.casefold(): (tenant, one) for tenant, one in resources},
            _smtp_usernames={
                name.username.casefold(): (tenant, one, name)
                for tenant, one in resources
                for name in reversed(one.smtp_usernames)
            },
        )

    def tenant(self, tenant_id: str) -> Tenant | None:
        """Give the tenant of that id."""
        return self._tenants.get(tenant_id)

    def apps(self, app_id: str) -> tuple[tuple[Tenant, AppRegistration], ...]:
        """Give the applications of that id, each with the tenant in which it is registered."""
        return self._apps.get(app_id, ())

    def trusting(self, issuer: str) -> tuple[Tenant, TrustedIssuer] | None:
        """Give the first tenant that trusts an issuer of tokens."""
        return self._issuers.get(issuer)

    def acs_resource(self, name: str) -> tuple[Tenant, AcsResource] | None:
        """Give the Communication Services resource of that name, in upper or lower case, and its tenant."""
        return self._acs_resources.get(name.casefold())

    def smtp_username(self, username: str) -> tuple[Tenant, AcsResource, SmtpUsername] | None:
        """Give the SMTP username that a client signs in with, in upper or lower case, its resource and its tenant."""
        return self._smtp_usernames.get(username.casefold())
