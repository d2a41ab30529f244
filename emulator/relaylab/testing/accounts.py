"""The accounts of a world by short names: ``accounts.scanner`` is scanner@ of whichever tenant has one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from relaylab.domain.hve import HveAccount
    from relaylab.domain.secret import Secret
    from relaylab.domain.tenant import Mailbox, Tenant
    from relaylab.domain.world import World


@dataclass(frozen=True, slots=True)
class Account:
    """A mailbox or a High Volume Email account, and what it signs in with. ``repr`` shows no secret."""

    name: str
    address: str
    tenant: str
    _password: Secret | None = field(default=None, repr=False)
    _token: Secret | None = field(default=None, repr=False)

    @property
    def password(self) -> str:
        """The password; raise LookupError where the world gives it none."""
        if self._password is None:
            raise LookupError(f'{self.address} has no password in this world; give it password = "..."')
        return self._password.reveal()

    @property
    def token(self) -> str:
        """The fixed access token for XOAUTH2; raise LookupError where the world gives it none."""
        if self._token is None:
            raise LookupError(
                f'{self.address} has no token in this world; add a [[tenant.token]] with user = "{self.address}"'
            )
        return self._token.reveal()

    @property
    def login(self) -> tuple[str, str]:
        """Address and password, as ``smtplib.SMTP.login`` takes them."""
        return self.address, self.password


class Accounts:
    """Every mailbox of a world, then every High Volume Email account.

    The name is the part before the ``@``, every sign that is no letter or digit written ``_``. Where several mailboxes
    share it, or whatever the name, ``accounts["scanner@contoso.com"]`` asks by address.
    """

    def __init__(self, world: World) -> None:
        """Look at the accounts of a world."""
        mailboxes = [_account(tenant, mailbox) for tenant in world.tenants for mailbox in tenant.mailboxes]
        bulk = [_account(tenant, account) for tenant in world.tenants for account in tenant.hve_accounts]
        self._all = (*mailboxes, *bulk)

    def __getattr__(self, name: str) -> Account:
        """Give the account of a name."""
        if name.startswith("__"):
            raise AttributeError(name)
        found = [account for account in self._all if account.name == name]
        if len(found) == 1:
            return found[0]
        if found:
            addresses = " and ".join(account.address for account in found)
            raise AttributeError(f'accounts.{name} is {addresses}; ask by address, as accounts["{found[0].address}"]')
        raise AttributeError(f"no mailbox of this world is named {name!r}{self._way_out(name)}")

    def __getitem__(self, address: str) -> Account:
        """Give the account of an address."""
        found = next((account for account in self._all if account.address.lower() == address.lower()), None)
        if found is None:
            raise KeyError(f"no mailbox of this world has the address {address!r}{self._way_out(address)}")
        return found

    def __iter__(self) -> Iterator[Account]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *(account.name for account in self._all)]

    def _way_out(self, asked: str) -> str:
        known = [account.address if "@" in asked else account.name for account in self._all]
        near = get_close_matches(asked, known, n=1)
        if near:
            return f"; did you mean {near[0]!r}?"
        return f"; there are {', '.join(known[:20])}" if known else "; it has no mailboxes"


def _account(tenant: Tenant, mailbox: Mailbox | HveAccount) -> Account:
    token = next((token.value for token in tenant.tokens if token.user == mailbox.address), None)
    name = re.sub(r"\W", "_", mailbox.address.local)
    return Account(name, str(mailbox.address), tenant.name, mailbox.password, token)
