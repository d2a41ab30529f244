"""What a sender uses of High Volume Email: which account, and what to do where its tenant has none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from relaylab.domain.source import Confidence, Source

if TYPE_CHECKING:
    from relaylab.domain.estate import Sender
    from relaylab.domain.hve import HveAccount
    from relaylab.domain.tenant import Tenant
    from relaylab.domain.world import World

NEW_ACCOUNT: Final = Source(
    "HVE-ACC-02",
    "New-MailUser",
    "2026-08-21",
    Confidence.DOCUMENTED,
    "https://learn.microsoft.com/powershell/module/exchangepowershell/new-mailuser",
)
NO_ACCOUNT: Final = "not ready: {tenant} has no High Volume Email account to sign in with and to send from"
MAKE_AN_ACCOUNT: Final = (
    "Make the account (New-MailUser -HVEAccount), and describe it as [[tenant.hve_account]]; relaylab plan writes "
    "every step."
)


def hve_account_of(world: World, sender: Sender) -> tuple[Tenant, HveAccount] | None:
    """Give the High Volume Email account of a sender: the one it names or signs in with, else its tenant's only one."""
    named = (sender.hve_account, sender.sign_in, sender.from_address)
    for address in named:
        found = world.hve_account(address) if address else None
        if found is not None:
            return found
    tenant = world.tenant_of(sender.from_address.domain)
    return (tenant, tenant.hve_accounts[0]) if tenant and len(tenant.hve_accounts) == 1 else None
