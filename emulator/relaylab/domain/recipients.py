"""Directory objects and policies that only matter to who receives: mail users, dynamic groups, lists of the blocked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from relaylab.domain.address import Address

if TYPE_CHECKING:
    from relaylab.domain.connector import AddressRange


@dataclass(frozen=True, slots=True)
class MailUser:
    """``Get-MailUser``: an account of the tenant whose mail leaves for ``external_email_address`` (fact MX-RCP-04)."""

    address: Address
    external_email_address: Address
    proxy_addresses: tuple[Address, ...] = ()
    require_sender_authentication_enabled: bool = False
    accept_messages_only_from: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class DynamicDistributionGroup:
    """``Get-DynamicDistributionGroup``; ``members`` are those that its RecipientFilter finds at this instant.

    Directory-based edge blocking does not know it (fact MX-RCP-03).
    """

    address: Address
    members: tuple[Address, ...] = ()
    require_sender_authentication_enabled: bool = False
    accept_messages_only_from: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class HostedConnectionFilterPolicy:
    """``Get-HostedConnectionFilterPolicy``: the addresses that the organisation itself blocks."""

    ip_block_list: tuple[AddressRange, ...] = ()


@dataclass(frozen=True, slots=True)
class TenantAllowBlockList:
    """``Get-TenantAllowBlockListItems -ListType Sender -Block``: addresses and domains the organisation blocks.

    Nobody in the organisation can send to them (fact MX-ERR-27, 5.7.703).
    """

    blocked_senders: tuple[str, ...] = ()

    def blocks(self, address: Address) -> bool:
        """Tell whether an address, or its domain, is on the list."""
        return any(entry.lower() in {address.key, address.domain.name} for entry in self.blocked_senders)


NOBODY_IS_BLOCKED: Final = HostedConnectionFilterPolicy()
NO_SENDER_IS_BLOCKED: Final = TenantAllowBlockList()
