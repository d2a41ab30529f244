"""What Conditional Access has against a sender: each policy that blocks it, and the step that excludes who signs in.

The policy stays on for everybody else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from relaylab.domain.directory import Control
from relaylab_conformance.planning import citations
from relaylab_conformance.planning.model import Kind, Step
from relaylab_conformance.planning.preparation import Preparation, in_tenant

if TYPE_CHECKING:
    from relaylab.domain.address import Address
    from relaylab.domain.tenant import ConditionalAccessPolicy, Mailbox, Tenant

_ENTRA = "Entra admin center > Protection > Conditional Access > Policies"


def password_let_through(tenant: Tenant, account: Address) -> Iterator[Preparation]:
    """Exclude an account from every policy that blocks its password."""
    for policy in tenant.conditional_access_policies:
        if policy.blocks(account):
            yield _user_excluded(tenant, policy, account, "legacy authentication, and with it the password")


def user_let_through(tenant: Tenant, user: Mailbox) -> Iterator[Preparation]:
    """Exclude a user from every policy that blocks its tokens."""
    for policy in tenant.conditional_access_policies:
        if policy.demands(Control.BLOCK, user):
            yield _user_excluded(tenant, policy, user.address, "every sign-in, and with it the token")


def application_let_through(tenant: Tenant, app_id: str, name: str) -> Iterator[Preparation]:
    """Take an application out of every policy that blocks it as a workload identity."""
    for policy in tenant.conditional_access_policies:
        if policy.blocks_app(app_id):
            yield _stepped(
                tenant,
                policy,
                f"the Conditional Access policy {policy.name} blocks {name} as a workload identity",
                f"Users or workload identities > Workload identities > Exclude: {name}",
                lambda one: replace(
                    one,
                    include_service_principals=tuple(each for each in one.include_service_principals if each != app_id),
                ),
            )


def _user_excluded(tenant: Tenant, policy: ConditionalAccessPolicy, user: Address, what: str) -> Preparation:
    return _stepped(
        tenant,
        policy,
        f"the Conditional Access policy {policy.name} blocks {what} of {user}",
        f"Users > Exclude > Users and groups: {user}",
        lambda one: replace(one, exclude_users=(*one.exclude_users, user)),
    )


def _stepped(
    tenant: Tenant,
    policy: ConditionalAccessPolicy,
    what: str,
    how: str,
    change: Callable[[ConditionalAccessPolicy], ConditionalAccessPolicy],
) -> Preparation:
    def changed(one: Tenant) -> Tenant:
        policies = tuple(change(held) if held.name == policy.name else held for held in one.conditional_access_policies)
        return replace(one, conditional_access_policies=policies)

    step = Step(
        kind=Kind.PORTAL,
        what=what,
        lines=(f"{_ENTRA} > {policy.name} > {how}",),
        source=citations.CONDITIONAL_ACCESS,
    )
    return Preparation(step, in_tenant(tenant, changed))
