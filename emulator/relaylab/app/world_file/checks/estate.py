"""Senders stand in sites that exist and hold credentials of somebody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from relaylab.app.world_file.draft import Draft, Entry
from relaylab.app.world_file.errors import Fault, did_you_mean, shown
from relaylab.app.world_file.known import KnownNames
from relaylab.domain.address import Address
from relaylab.domain.directory import AppRegistration
from relaylab.domain.estate import Method, Sender, Site
from relaylab.domain.hve import HveAccount
from relaylab.domain.tenant import Mailbox

_SMTP_AUTH: Final = frozenset({Method.SMTP_AUTH_BASIC, Method.SMTP_AUTH_OAUTH})
_HVE: Final = frozenset({Method.HVE_BASIC, Method.HVE_OAUTH})
_PASSWORD: Final = frozenset({Method.SMTP_AUTH_BASIC, Method.HVE_BASIC})


def sites_exist(draft: Draft, _: KnownNames) -> Iterator[Fault]:
    """A sender stands in a site of the world."""
    sites = [entry.noun.name for entry in draft.of(Site)]
    for entry in draft.of(Sender):
        site = entry.noun.site
        if site is not None and site not in sites and draft.is_whole(Site):
            way_out = did_you_mean(site, sites, "add it as [[site]]")
            yield Fault(entry.place / "site", shown(site), "is not a site", way_out)


def an_address_has_one_reputation(draft: Draft, _: KnownNames) -> Iterator[Fault]:
    """Sites behind one public IP are one client to the service: it thinks the same of them."""
    for key in ("reputation", "smart_host_region"):
        first: dict[IPv4Address | IPv6Address, Entry[Site]] = {}
        for entry in draft.fine(Site):
            others = [first.setdefault(address, entry) for address in entry.noun.addresses]
            other = next((one for one in others if getattr(one.noun, key) != getattr(entry.noun, key)), None)
            if other is not None:
                same = "public_ip" if other.noun.public_ip == entry.noun.public_ip else "public address"
                seen = f"differs from that of {other.place}, which has the same {same}"
                yield Fault(entry.place / key, None, seen, "write the same in both")


def a_second_address_is_of_the_other_family(draft: Draft, _: KnownNames) -> Iterator[Fault]:
    """A dual-stack site has an IPv4 address in public_ip, beside the IPv6 one."""
    for entry in draft.fine(Site):
        site = entry.noun
        if site.public_ipv6 is not None and site.public_ip.version == 6:
            seen, way_out = "is a second IPv6 address", "write the site's IPv4 address into public_ip, or leave it out"
            yield Fault(entry.place / "public_ipv6", shown(str(site.public_ipv6)), seen, way_out)


def signers_have_an_account(draft: Draft, _: KnownNames) -> Iterator[Fault]:
    """Whoever signs in has an account of the right kind, with a password where one is asked for.

    ``sign_in`` names the account in use: a mailbox as long as SMTP AUTH is one of the two methods. An account that only
    the target asks for, and that nobody names, may be still to be made: a plan says how.
    """
    boxes = draft.of(Mailbox)
    of_box = {address: box for box in boxes for address in (box.noun.address, *box.noun.proxy_addresses)}
    of_hve = {account.noun.address: account for account in draft.of(HveAccount)}
    mailboxes = _Accounts("mailbox", "mailbox", of_box, draft.is_whole(Mailbox), frozenset(of_hve))
    hve_accounts = _Accounts("High Volume Email account", "hve_account", of_hve, draft.is_whole(HveAccount))
    for entry in draft.fine(Sender):
        methods = {entry.noun.today, entry.noun.target}
        if methods & _SMTP_AUTH:
            yield from mailboxes.judge(entry)
        elif methods & _HVE and entry.noun.hve_account is None and not _may_be_still_to_be_made(entry.noun, of_hve):
            yield from hve_accounts.judge(entry)
        user = entry.noun.sign_in_user
        if user is not None and user not in of_box and mailboxes.are_whole:
            way_out = did_you_mean(str(user), map(str, of_box), "add it as [[tenant.mailbox]]")
            yield Fault(entry.place / "sign_in_user", shown(str(user)), "is not a mailbox", way_out)


def hve_accounts_of_senders_exist(draft: Draft, _: KnownNames) -> Iterator[Fault]:
    """The High Volume Email account that a sender names is one, and has a password where one is asked for."""
    accounts = {entry.noun.address: entry for entry in draft.of(HveAccount)}
    for entry in draft.fine(Sender):
        named, place = entry.noun.hve_account, entry.place / "hve_account"
        if named is None or not draft.is_whole(HveAccount):
            continue
        account, seen = accounts.get(named), shown(str(named))
        if account is None:
            way_out = did_you_mean(str(named), map(str, accounts), "add it as [[tenant.hve_account]]")
            yield Fault(place, seen, "is not a High Volume Email account", way_out)
        elif _has_none(account) and Method.HVE_BASIC in {entry.noun.today, entry.noun.target}:
            yield Fault(place, seen, "has no password in this world", "add password to its [[tenant.hve_account]]")


def applications_of_senders_are_registered(draft: Draft, _: KnownNames) -> Iterator[Fault]:
    """The application of an OAuth sender is registered in some tenant."""
    registered = [entry.noun.app_id for entry in draft.of(AppRegistration)]
    for entry in draft.of(Sender):
        app_id = entry.noun.app_id
        if app_id is not None and app_id not in registered and draft.is_whole(AppRegistration):
            way_out = did_you_mean(app_id, registered, "add it as [[tenant.app_registration]]")
            yield Fault(entry.place / "app_id", shown(app_id), "is not a registered application", way_out)


@dataclass(frozen=True, slots=True)
class _Accounts:
    """The accounts of one kind, by address."""

    kind: str
    table: str
    by_address: Mapping[Address, Entry[Mailbox] | Entry[HveAccount]]
    are_whole: bool
    others: frozenset[Address] = frozenset()  # accounts of another kind, which the same key could have meant

    def judge(self, entry: Entry[Sender]) -> Iterator[Fault]:
        """Say what keeps the sender from signing in with one of these accounts."""
        sender = entry.noun
        place = entry.place / ("sign_in" if sender.sign_in else "from")
        seen = shown(str(sender.signs_in_as))
        account = self.by_address.get(sender.signs_in_as)
        if account is None and self.are_whole and sender.signs_in_as in self.others:
            way_out = "name a mailbox in sign_in, and the account in hve_account, for the method that uses it"
            yield Fault(place, seen, f"is a High Volume Email account, and SMTP AUTH wants a {self.kind}", way_out)
        elif account is None and self.are_whole:
            otherwise = f"add it as [[tenant.{self.table}]], or name in sign_in the {self.kind} it signs in as"
            choices = map(str, self.by_address)
            yield Fault(place, seen, f"is not a {self.kind}", did_you_mean(str(sender.signs_in_as), choices, otherwise))
        elif account is not None and _has_none(account) and {sender.today, sender.target} & _PASSWORD:
            yield Fault(place, seen, "has no password in this world", f"add password to its [[tenant.{self.table}]]")


def _may_be_still_to_be_made(sender: Sender, accounts: Mapping[Address, Entry[HveAccount]]) -> bool:
    return sender.today not in _HVE and sender.sign_in is None and sender.from_address not in accounts


def _has_none(account: Entry[Mailbox] | Entry[HveAccount]) -> bool:
    return account.is_fine and account.noun.password is None


CHECKS: Final = (
    sites_exist,
    an_address_has_one_reputation,
    a_second_address_is_of_the_other_family,
    signers_have_an_account,
    hve_accounts_of_senders_exist,
    applications_of_senders_are_registered,
)
