"""What lets somebody sign in, where the exports say less than a world file holds: policies, and the tenant's switch.

Law: what nobody exported is taken to let mail through that is in evidence, and the line says that this is assumed.
Otherwise the world file's own default would stop a sender that sends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Final

from relaylab.domain.estate import Method
from relaylab.domain.powershell import argument
from relaylab.domain.tenant import SMTP_AUTH_OFF_FOR_NEW_TENANTS
from relaylab_conformance.inventory.found import ASSUMED, Entry, Findings, NoteKind, Value
from relaylab_conformance.inventory.inventory import FoundSender
from relaylab_conformance.inventory.origin import NOWHERE, Origin
from relaylab_conformance.inventory.shapes import BY_NAME
from relaylab_conformance.inventory.shapes.authentication_policies import USERS

ALLOWS: Final = "allow_basic_auth_smtp"
SWITCH: Final = "smtp_client_authentication_disabled"
_SMTP_AUTH: Final = frozenset({Method.SMTP_AUTH_BASIC, Method.SMTP_AUTH_OAUTH})
_BY_PASSWORD: Final = frozenset({Method.SMTP_AUTH_BASIC, Method.HVE_BASIC})


def join_policies(found: Findings) -> None:
    """Leave out of a policy users that the directory does not know, and ask for what no export says of one.

    Where it was read who has which policy, one that no user has is nobody's, and nothing is asked.
    """
    known = found.addresses()
    read = found.shapes.get(USERS.name, ())
    for entry in found.of("authentication_policy"):
        if read and "users" not in entry.values:
            entry.values["users"] = Value([], Origin(read[0]), f"nobody has it: {read[0]}")
            entry.unknown.pop("users", None)
        users = entry.values.get("users")
        if users is None or entry.is_there:
            continue
        kept = [user for user in users.value if known.get(user.casefold()) in {"mailbox", "hve_account"}]
        if len(kept) < len(users.value):
            what = f"{len(users.value) - len(kept)} users of the policy {entry.key} are no mailboxes of the exports"
            found.note(NoteKind.LEFT_OUT, users.origin, "", what, BY_NAME["cas_mailboxes"].command)
            entry.values["users"] = type(users)(kept, users.origin)
    if default := _default(found):
        found.entry("authentication_policy", str(default.value), default.origin)
    for entry in found.of("authentication_policy"):
        if ALLOWS not in entry.values and not entry.is_there:
            entry.unknown.setdefault(ALLOWS, BY_NAME["authentication_policies"].ask)


def assume_policies(found: Findings, senders: Iterable[FoundSender]) -> None:
    """Take a policy that no export describes for one that allows passwords, where somebody under it sends by one."""
    told_of: set[str] = set()
    for sender, policy in _under_policies(found, senders):
        if policy.key in told_of:
            continue
        told_of.add(policy.key)
        seen = f"{sender.address} sends{_last_seen(found, sender)}: {sender.evidence[-1]}"
        allows = policy.values.get(ALLOWS)
        if allows is None:
            way_out = f"ask: Get-AuthenticationPolicy -Identity {argument(policy.key)} | Format-List AllowBasicAuthSmtp"
            note = f"{ASSUMED}nobody exported the policy, and under it {seen}; {way_out}"
            policy.unknown.pop(ALLOWS, None)
            policy.values[ALLOWS] = Value(value=True, origin=NOWHERE, note=note)
            what = (
                f'nobody exported the policy "{policy.key}", and under it {seen}; passwords are assumed to be allowed'
            )
            found.note(NoteKind.INFERRED, policy.origin, "AllowBasicAuthSmtp", what, way_out)
        elif allows.value is False:
            what = f'the policy "{policy.key}" blocks passwords, yet under it {seen}'
            way_out = "one of the exports is older, or it has stopped since: ask"
            found.note(NoteKind.INFERRED, allows.origin, "AllowBasicAuthSmtp", what, way_out)


def assume_smtp_auth(found: Findings, senders: Iterable[FoundSender]) -> None:
    """Take SMTP AUTH for on in a tenant that was born with it off, where no export says and somebody sends by it."""
    switch = found.entry("transport_config", "", NOWHERE)
    if SWITCH in switch.values or not _is_born_off(found):
        return
    owners = found.owners()
    for sender in senders:
        owner = owners.get(sender.address.key)
        if sender.method not in _SMTP_AUTH or owner is None or SWITCH in owner.values:
            continue
        seen = f"{sender.address} sends{_last_seen(found, sender)}: {sender.evidence[-1]}"
        way_out = "ask: Get-TransportConfig | Format-List SmtpClientAuthenticationDisabled"
        said = f"nobody exported the organisation's switch, and without one of its own {seen}"
        switch.unknown.pop(SWITCH, None)
        switch.values[SWITCH] = Value(value=False, origin=NOWHERE, note=f"{ASSUMED}{said}; {way_out}")
        what = f"{said}; SMTP AUTH is assumed to be on"
        found.note(NoteKind.INFERRED, sender.evidence[-1].origin, "SmtpClientAuthenticationDisabled", what, way_out)
        return


def _is_born_off(found: Findings) -> bool:
    """Tell whether the tenant is so new that SMTP AUTH was off in it from the beginning."""
    said = next((one.values["created"].value for one in found.of("tenant") if "created" in one.values), None)
    day = said.date() if isinstance(said, datetime) else said
    return isinstance(day, date) and day >= SMTP_AUTH_OFF_FOR_NEW_TENANTS.date()


def _under_policies(found: Findings, senders: Iterable[FoundSender]) -> Iterator[tuple[FoundSender, Entry]]:
    """Give each sender by password with the policy that is in force for it, the best known first."""
    owners = found.owners()
    policies = found.of("authentication_policy")
    default = _default(found)
    fallback = found.entries.get(("authentication_policy", str(default.value).casefold())) if default else None
    seen_first = sorted(senders, key=lambda one: (one.method is not Method.SMTP_AUTH_BASIC, not _last_seen(found, one)))
    for sender in seen_first:
        owner = owners.get(sender.address.key)
        if sender.method not in _BY_PASSWORD or owner is None:
            continue
        policy = next((one for one in policies if owner.key.casefold() in _users(one)), fallback)
        if policy is not None:
            yield sender, policy


def _default(found: Findings) -> Value | None:
    values = (one.values.get("default_authentication_policy") for one in found.of("organization_config"))
    return next((one for one in values if one is not None), None)


def _users(policy: Entry) -> frozenset[str]:
    users = policy.values.get("users")
    return frozenset(str(one).casefold() for one in users.value) if users is not None else frozenset()


def _last_seen(found: Findings, sender: FoundSender) -> str:
    seen = found.sign_ins.get((sender.address.key, sender.ip or ""))
    return f", last on {seen.last}" if seen is not None and seen.last else ""
