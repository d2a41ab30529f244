"""Directory objects and policies that only matter to who receives: mail users, dynamic groups, lists of the blocked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_network
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


class SpoofItemAction(StrEnum):
    """``New-TenantAllowBlockListSpoofItems``, Action; what Allow does to compauth is in no public text we read."""

    BLOCK = "Block"


@dataclass(frozen=True, slots=True)
class SpoofItem:
    """``Get-TenantAllowBlockListSpoofItems``: a sender who may not be spoofed, from where (fact MX-HDR-05, reason 002).

    ``spoofed_user`` is an address or a domain, ``sending_infrastructure`` an address or block, the domain that the
    sending server's PTR record names, or ``*`` for anywhere.
    """

    spoofed_user: str
    sending_infrastructure: str = "*"
    action: SpoofItemAction = SpoofItemAction.BLOCK

    def names(self, author: Address) -> bool:
        """Tell whether it is about mail that is from this address."""
        return self.spoofed_user.lower() in {author.key, author.domain.name}

    def comes_from(self, ip: IPv4Address | IPv6Address, hosts: Iterable[str]) -> bool:
        """Tell whether an address with these names in DNS is where it says."""
        if self.sending_infrastructure == "*":
            return True
        try:
            return ip in ip_network(self.sending_infrastructure, strict=False)
        except ValueError:
            wanted = self.sending_infrastructure.lower()
            return any(host == wanted or host.endswith(f".{wanted}") for host in hosts)


NOBODY_IS_BLOCKED: Final = HostedConnectionFilterPolicy()
NO_SENDER_IS_BLOCKED: Final = TenantAllowBlockList()
