"""From findings to an inventory: the tenant's name, domains that only senders show, accounts that they sign in to.

Law: whatever is not read but concluded, or invented because the emulator needs it, says so in its note.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from relaylab.domain.estate import Method
from relaylab_conformance.inventory.by_grammar import kinds
from relaylab_conformance.inventory.fit import fit
from relaylab_conformance.inventory.found import THERE, Entry, Findings, NoteKind
from relaylab_conformance.inventory.inventory import FoundSender, FoundSite, Inventory
from relaylab_conformance.inventory.origin import NOWHERE, Origin, broken
from relaylab_conformance.inventory.policies import assume_policies, assume_smtp_auth, join_policies
from relaylab_conformance.inventory.senders import SenderFinder
from relaylab_conformance.inventory.shapes import BY_NAME, TRACES, zone
from relaylab_conformance.inventory.stand_in import (
    WHAT_IT_IS,
    stand_in_for_members,
    take_members_for_mailboxes,
)

REPORT_DAYS: Final = 90  # what we tell people to choose; the report opens with 7 (fact ADM-REP-01)
PASSWORD: Final = "not in any export"  # noqa: S105 - it says that there is none
INVENTED: Final = "invented: no export holds a password, and the real one does not belong here"
_SWITCH: Final = "smtp_client_authentication_disabled"
_SMTP_AUTH: Final = frozenset({Method.SMTP_AUTH_BASIC, Method.SMTP_AUTH_OAUTH})
_ASKED_OF_THE_TENANT: Final = {
    "created": "no export says when the tenant was made: WhenCreatedUTC of Get-OrganizationConfig",
    "licences": "no export counts them: Microsoft 365 admin center > Billing > Licenses",
    "security_defaults": "no export says: Entra admin center > Properties > Manage security defaults",
    "basic_auth_smtp": 'whether somebody re-enabled Basic for the time after the cutover ("on"): ask',
    "conditional_access_policy": "no export lists them: Entra admin center > Conditional Access; add each as a table",
}
_ASKED_WITHOUT: Final = {
    "transport_config": ("transport_config", "smtp_client_authentication_disabled"),
    "organization_config": ("organization_config", "reject_direct_send"),
}


def settle(found: Findings, tenant: str | None = None, report_days: int | None = None) -> Inventory:
    """Make the inventory of one tenant; raise ExportError when none, or more than one, is named.

    ``report_days`` is the span of the report SMTP AUTH clients, None where nobody said it.
    """
    name = _name_of(found, tenant)
    _add_domains(found)
    join_policies(found)
    senders = tuple(_with_accounts(found, SenderFinder(found, report_days or REPORT_DAYS).senders()))
    if report_days is None:
        _tell_days(found)
    _add_accounts(found, senders)
    _add_recipients(found, senders)
    take_members_for_mailboxes(found)
    stand_in_for_members(found)
    senders = fit(found, name, senders)
    assume_policies(found, senders)
    assume_smtp_auth(found, senders)
    _tell_switched_off(found, senders)
    _ask_what_nobody_says(found)
    sites = {sender.ip: FoundSite(sender.ip, sender.evidence[-1].origin) for sender in senders if sender.ip}
    return Inventory(
        tenant=name,
        entries=tuple(_news(found)),
        sites=tuple(sites.values()),
        senders=senders,
        notes=tuple(found.counted()),
        shapes={shape: tuple(files) for shape, files in found.shapes.items()},
        missing=_missing(found),
        withheld=frozenset(found.withheld),
    )


def _tell_days(found: Findings) -> None:
    """Say that the days of the report are assumed: a wrong number makes every sender busier, or quieter, alike."""
    client = next(iter(found.clients.values()), None)
    if client is not None:
        origin = Origin(next(iter(client.origins.values())).file)
        what = f"does not say how many days it covers: {REPORT_DAYS} are assumed, the default"
        found.note(NoteKind.INFERRED, origin, "", what, "say what you chose in the report, such as --report-days 7")


def _news(found: Findings) -> Iterator[Entry]:
    """Give what the exports say, without what the world file said before."""
    for entry in found.entries.values():
        said = {key: value for key, value in entry.values.items() if value.origin is not THERE}
        if not entry.is_there or said or entry.unknown:
            yield Entry(entry.table, entry.key, entry.origin, said, entry.empty, entry.unknown)


def _name_of(found: Findings, tenant: str | None) -> str:
    names = sorted(found.tenant_names)
    if tenant is not None:
        if names and tenant.lower() not in names:
            origin = found.tenant_names[names[0]]
            raise broken(
                origin.file, origin.where, f'is of the tenant "{names[0]}", not of "{tenant}"', "leave one out"
            )
        return tenant.lower()
    if len(names) > 1:
        places = ", ".join(f"{name} ({found.tenant_names[name]})" for name in names)
        raise broken(places, "", "are several tenants", "import the exports of each by themselves, into the same world")
    if not names and found.tenant_there is not None:
        return found.tenant_there
    if not names:
        way_out = f"say --tenant NAME (NAME.onmicrosoft.com), or add: {BY_NAME['accepted_domains'].command}"
        files = sorted({file for shape in found.shapes.values() for file in shape})
        raise broken(", ".join(files), "", "do not say which tenant they are of", way_out)
    return names[0]


def _add_domains(found: Findings) -> None:
    """Take the domains of mailboxes and clients for accepted ones, where no export lists those."""
    if found.of("accepted_domain") or "accepted_domains" in found.shapes:
        return
    for domain, origin in dict(reversed(list(found.used_domains()))).items():
        if domain.endswith(".onmicrosoft.com"):
            continue
        entry = found.entry("accepted_domain", domain, origin)
        entry.unknown["domain_type"] = f"the domain is inferred from an address: {BY_NAME['accepted_domains'].ask}"


def _add_accounts(found: Findings, senders: Iterable[FoundSender]) -> None:
    """Give every sender that signs in an account with a password, since the emulator asks for both."""
    known = found.addresses()
    owners = found.owners()
    for sender in senders:
        if sender.method not in _SMTP_AUTH | {Method.HVE_BASIC}:
            continue
        entry = owners.get(sender.address.key)
        if entry is None and sender.address.key not in known:
            origin = sender.evidence[0].origin
            entry = found.entry("mailbox", str(sender.address), origin)
            entry.unknown["smtp_client_authentication_disabled"] = BY_NAME["cas_mailboxes"].ask
        if (
            entry is not None
            and "password" not in entry.values
            and sender.method in {Method.SMTP_AUTH_BASIC, Method.HVE_BASIC}
        ):
            found.put(entry, "password", PASSWORD, Origin(""), INVENTED)


def _add_recipients(found: Findings, senders: Iterable[FoundSender]) -> None:
    """Give a recipient inside whom mail reached a mailbox, where no export says what it is."""
    reached: dict[str, Origin] = {}
    for traffic in found.traffic.values():
        for recipient in traffic.inside:
            reached.setdefault(recipient, Origin(traffic.origin.file))
    known = set(found.addresses())
    for recipient in dict.fromkeys(one.casefold() for sender in senders for one in sender.to):
        if recipient in reached and recipient not in known:
            entry = found.entry("mailbox", recipient, reached[recipient])
            entry.unknown["kind"] = f"mail to it arrived, and no export lists it, so a mailbox stands in: {WHAT_IT_IS}"


def _with_accounts(found: Findings, senders: Iterable[FoundSender]) -> Iterator[FoundSender]:
    """Leave out senders that sign in under an address to which no account belongs, such as a list's."""
    held = found.addresses()
    for sender in senders:
        table = held.get(sender.address.key, "mailbox")
        if sender.method in _SMTP_AUTH and table not in {"mailbox", "hve_account"}:
            what = f"{sender.address} sends by SMTP AUTH and is no mailbox, but a {table.replace('_', ' ')}"
            way_out = "ask which mailbox signs in for it, and write it as a [[sender]] with sign_in"
            found.note(NoteKind.LEFT_OUT, sender.evidence[0].origin, "", what, way_out)
        else:
            yield sender


def _tell_switched_off(found: Findings, senders: Iterable[FoundSender]) -> None:
    """Say of whom the exports contradict each other: it sent by SMTP AUTH, and SMTP AUTH is off for it."""
    tenant = next(iter(found.of("transport_config")), None)
    off = tenant.values.get(_SWITCH) if tenant is not None else None
    boxes = {entry.key.casefold(): entry for entry in found.of("mailbox")}
    for sender in senders:
        box = boxes.get(sender.address.key)
        if sender.method not in _SMTP_AUTH or box is None:
            continue
        own = box.values.get(_SWITCH)
        said = own or (off if _SWITCH in box.empty else None)
        if said is not None and said.value is True:
            where = said.origin
            what = f"SMTP AUTH is off for {sender.address}, yet {sender.evidence[0]}"
            way_out = "one of the exports is older, or it has stopped since: ask"
            found.note(NoteKind.INFERRED, where, "SmtpClientAuthenticationDisabled", what, way_out)


def _ask_what_nobody_says(found: Findings) -> None:
    tenant = found.entry("tenant", "", next(iter(found.tenant_names.values()), NOWHERE))
    for key, ask in _ASKED_OF_THE_TENANT.items():
        if key not in tenant.values and (key in kinds("tenant") or "_policy" in key):
            tenant.unknown.setdefault(key, ask)
    for table, (shape, key) in _ASKED_WITHOUT.items():
        entry = found.entry(table, "", Origin(""))
        if key not in entry.values:
            entry.unknown.setdefault(key, f"no export says: {BY_NAME[shape].ask}")


def _missing(found: Findings) -> dict[str, str]:
    """Say which exports were not given, with what they would tell."""
    given = set(found.shapes)
    if "scubagear" in given:
        given |= {"accepted_domains", "transport_config", "organization_config", "inbound_connectors", "zone"}
    given |= set(TRACES) if given & set(TRACES) else {"trace_summary"}
    missing = {shape.title: shape.asks for shape in BY_NAME.values() if shape.name not in given}
    if "zone" not in given:
        missing["DNS"] = f"what SPF says of each office: {zone.COMMAND}"
    return missing
