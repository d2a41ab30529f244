"""``Get-AuthenticationPolicy``: which policies allow Basic for SMTP (ADM-AP-01), and ``Get-User``: who has which."""

from __future__ import annotations

import re
from typing import Final

from relaylab_conformance.inventory import cells
from relaylab_conformance.inventory.by_grammar import take
from relaylab_conformance.inventory.found import Findings, Value
from relaylab_conformance.inventory.rows import Row
from relaylab_conformance.inventory.shapes.addresses import address
from relaylab_conformance.inventory.shapes.shape import Shape, columns

_DISTINGUISHED: Final = re.compile(r"CN=(?P<name>(?:[^,\\]|\\.)+),", re.IGNORECASE)
_ASK: Final = (
    "Get-User -ResultSize Unlimited | Select-Object UserPrincipalName, WindowsEmailAddress, AuthenticationPolicy | "
    "Export-Csv user.csv -NoTypeInformation -Encoding utf8"
)


def _read_policy(row: Row, found: Findings) -> None:
    name = row.needs(cells.text, "name", "identity")
    taken = take(row, "authentication_policy", {}, skip=("name", "users"))
    entry = found.add("authentication_policy", name, row.origin, taken, row.command)
    if "users" not in entry.values:
        entry.unknown.setdefault("users", "who has this policy: export Get-User (relaylab import --script)")


def _read_user(row: Row, found: Findings) -> None:
    policy = row.read(cells.text, "authenticationpolicy")
    if not policy:
        return
    user = row.needs(address, "windowsemailaddress", "primarysmtpaddress", "userprincipalname")
    entry = found.entry("authentication_policy", _name_in(policy), row.origin)
    users = [*entry.values["users"].value] if "users" in entry.values else []
    if str(user) not in users:
        entry.values["users"] = Value([*users, str(user)], row.origin)
    entry.unknown.pop("users", None)


def _name_in(policy: str) -> str:
    """Give the name of a policy that is written by itself, as a path, or as a distinguished name."""
    if distinguished := _DISTINGUISHED.match(policy):
        return re.sub(r"\\(.)", r"\1", distinguished["name"])
    return policy.rpartition("/")[2]


POLICIES: Final = Shape(
    name="authentication_policies",
    title="Get-AuthenticationPolicy",
    command=(
        "Get-AuthenticationPolicy | Select-Object Name, AllowBasicAuthSmtp | "
        "Export-Csv authenticationpolicy.csv -NoTypeInformation -Encoding utf8"
    ),
    asks="which policies block passwords for SMTP",
    marks=(columns("allowbasicauthsmtp"),),
    needs=(("name", "identity"), ("allowbasicauthsmtp",)),
    read=_read_policy,
    also=columns("allowbasicauthimap", "allowbasicauthpop", "allowbasicauthactivesync", "allowbasicauthpowershell"),
)
USERS: Final = Shape(
    name="users",
    title="Get-User",
    command=_ASK,
    asks="who has which authentication policy",
    marks=(
        columns("authenticationpolicy", "userprincipalname"),
        columns("authenticationpolicy", "windowsemailaddress"),
    ),
    needs=(("authenticationpolicy",), ("windowsemailaddress", "userprincipalname", "primarysmtpaddress")),
    read=_read_user,
)
