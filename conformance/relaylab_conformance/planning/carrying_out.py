"""The steps of a plan, written into a world file as if they were carried out, each line with the mark of the plan.

So certify can judge the plan, and not what it starts from. Nothing is taken out; lists grow at their end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final

from relaylab.domain.acs import AcsResource
from relaylab.domain.secret import Secret
from relaylab_conformance.inventory.origin import broken
from relaylab_conformance.inventory.world_text.blocks import Block
from relaylab_conformance.inventory.world_text.tables import put
from relaylab_conformance.inventory.world_text.values import is_marked, on_one_line, written

if TYPE_CHECKING:
    from relaylab.domain.acs import VerificationStates
    from relaylab.domain.tenant import Tenant
    from relaylab.domain.world import World
    from relaylab_conformance.inventory.world_text.document import Document

MARK: Final = "relaylab plan:"
TO_DO: Final = "to be done"
PROMISED: Final = f"# {MARK} {TO_DO}"
Keys = Mapping[str, object]


def set_key(block: Block, key: str, value: object, told: str) -> None:
    """Set a key and say in its comment what it was, or that it is to be done; a person's comment stays behind that."""
    found = block.statement(key)
    if found is None:
        put(block, key, value, f"# {MARK} {told}")
        return
    indent = found.text[: len(found.text) - len(found.text.lstrip())]
    old = found.comment.lstrip("#").strip()
    is_theirs = old and not old.startswith(MARK) and not is_marked(found.comment, found.value)
    kept = f"; {on_one_line(old)}" if is_theirs else ""
    end = "\n" if found.text.endswith("\n") else ""
    comment = f"# {MARK} {told}{kept}"
    found.text, found.value, found.comment = f"{indent}{key} = {written(value)}  {comment}{end}", value, comment


@dataclass(frozen=True, slots=True)
class _Table:
    """A kind of table below a tenant: where its nouns are, what tells one from another, and the keys that steps set."""

    table: str
    nouns: Callable[[Tenant], Sequence[Any]]
    name: Callable[[Any], object]
    keys: Callable[[Any], Keys]


_TABLES: Final = (
    _Table(
        "accepted_domain",
        lambda tenant: tenant.accepted_domains,
        lambda one: one.name,
        lambda one: {"name": one.name, "ipv6_for_accepted_domain": one.ipv6_for_accepted_domain.value},
    ),
    _Table(
        "mailbox",
        lambda tenant: tenant.mailboxes,
        lambda one: one.address,
        lambda one: {
            "address": one.address,
            "smtp_client_authentication_disabled": one.smtp_client_authentication_disabled,
            "recipient_limits": one.recipient_limits,
            "licensed": one.licensed,
        },
    ),
    _Table(
        "mailbox_permission",
        lambda tenant: tenant.mailbox_permissions,
        lambda one: (one.identity, one.user),
        lambda one: {"identity": one.identity, "user": one.user, "access_rights": list(one.access_rights)},
    ),
    _Table(
        "authentication_policy",
        lambda tenant: tenant.authentication_policies,
        lambda one: one.name,
        lambda one: {
            "name": one.name,
            "allow_basic_auth_smtp": one.allow_basic_auth_smtp,
            "users": list(one.users),
        },
    ),
    _Table(
        "conditional_access_policy",
        lambda tenant: tenant.conditional_access_policies,
        lambda one: one.name,
        lambda one: {
            "name": one.name,
            "exclude_users": list(one.exclude_users),
            "include_service_principals": list(one.include_service_principals),
        },
    ),
    _Table(
        "recipient_permission",
        lambda tenant: tenant.recipient_permissions,
        lambda one: (one.identity, one.trustee),
        lambda one: {"identity": one.identity, "trustee": one.trustee, "access_rights": list(one.access_rights)},
    ),
    _Table(
        "inbound_connector",
        lambda tenant: tenant.inbound_connectors,
        lambda one: one.name,
        lambda one: {
            "name": one.name,
            "connector_type": one.connector_type.value,
            "sender_domains": list(one.sender_domains),
            "sender_ip_addresses": [str(net).removesuffix("/32") for net in one.sender_ip_addresses],
        },
    ),
    _Table(
        "app_registration",
        lambda tenant: tenant.app_registrations,
        lambda one: one.app_id,
        lambda one: {
            "app_id": one.app_id,
            "client_secret": _revealed(one.client_secret),
            "roles": list(one.roles) or None,
            "admin_consent": one.admin_consent,
            "service_principal_id": one.service_principal_id,
            "account_enabled": one.account_enabled,
        },
    ),
    _Table(
        "service_principal",
        lambda tenant: tenant.service_principals,
        lambda one: one.app_id,
        lambda one: {"app_id": one.app_id, "object_id": one.object_id, "full_access": list(one.full_access)},
    ),
    _Table(
        "token",
        lambda tenant: tenant.tokens,
        lambda one: (one.user, one.app_id, one.value.reveal()),
        lambda one: {"value": one.value.reveal(), "user": one.user},
    ),
    _Table(
        "hve_account",
        lambda tenant: tenant.hve_accounts,
        lambda one: one.address,
        lambda one: {
            "address": one.address,
            "password": _revealed(one.password),
            "billing_policy_status": one.billing_policy_status.value,
            "reply_to": one.reply_to,
            "allowed_apps": list(one.allowed_apps) or None,
            "account_enabled": one.account_enabled,
        },
    ),
    _Table(
        "acs_resource",
        lambda tenant: tenant.acs_resources,
        lambda one: one.name,
        lambda one: {
            "name": one.name,
            "created": one.created,
            "linked_domains": list(one.linked_domains),
            "sender_usernames": list(one.sender_usernames),
        },
    ),
)


@dataclass(frozen=True, slots=True)
class CarryingOut:
    """Writes what differs between a world and the same one after the steps; raises ExportError where it cannot."""

    document: Document
    name: str  # of the file, for errors
    before: World
    after: World

    def write(self) -> None:
        """Write every difference that a step makes."""
        for old, new in zip(self.before.tenants, self.after.tenants, strict=True):
            block = self.document.tenant(old.name)
            if block is not None and old != new:
                for kind in _TABLES:
                    self._tables(block, kind, kind.nouns(old), kind.nouns(new))
                self._of_acs(block, old.acs_resources, new.acs_resources)
        self._dns()
        for block, was, now in zip(self.document.top("sender"), self.before.senders, self.after.senders, strict=True):
            for key in ("app_id", "client_secret", "hve_account", "sign_in", "sign_in_user"):
                if getattr(was, key) != getattr(now, key):
                    set_key(block, key, _plain(getattr(now, key)), TO_DO)

    def _tables(self, tenant: Block, kind: _Table, old: Sequence[Any], new: Sequence[Any]) -> None:
        blocks = self.document.below(tenant, kind.table)
        # What the plan assumes (tokens, behind the others) is no table of the file, and does not become one.
        there = {kind.name(noun): (noun, block) for noun, block in zip_longest(old, blocks)}
        for noun in new:
            found = there.get(kind.name(noun))
            if found is None:
                last = self.document.below(tenant, kind.table)
                self._fill(self.document.add_below(tenant, kind.table, last[-1] if last else None), kind.keys(noun))
                continue
            before, block = kind.keys(found[0]), found[1]
            for key, value in kind.keys(noun).items():
                if block is not None and value != before[key]:
                    set_key(block, key, value, TO_DO)

    def _of_acs(self, tenant: Block, old: Sequence[AcsResource], new: Sequence[AcsResource]) -> None:
        """Write SMTP usernames and roles, which stand below a resource."""
        made = (AcsResource(one.name, one.created) for one in new[len(old) :])
        blocks = self.document.below(tenant, "acs_resource")
        for block, was, now in zip(blocks, (*old, *made), new, strict=True):
            for role in now.role_assignments[len(was.role_assignments) :]:
                keys = {"assignee": role.assignee, "role": role.role}
                self._fill(self.document.add_under(block, "role_assignment"), keys)
            for name in now.smtp_usernames:
                if name not in was.smtp_usernames:
                    keys = {"username": name.username, "entra_application_id": name.entra_application_id}
                    self._fill(self.document.add_under(block, "smtp_username"), keys)
            for inner, before, after in zip(
                self.document.under(block, "domain"), was.domains, now.domains, strict=False
            ):
                if before != after:
                    self._verified(inner, before.verification_states, after.verification_states)

    def _verified(self, domain: Block, was: VerificationStates, now: VerificationStates) -> None:
        """Write the states of a domain, which stand in a table of their own below it."""
        table = next(iter(self.document.under(domain, "verification_states")), None)
        if table is None:
            path = ".".join((*domain.path, "verification_states"))
            way_out = f"write it under a line [{path}], so that the plan can be filled in"
            raise broken(self.name, path, "is written inside a line, or by dotted keys", way_out)
        for key in ("domain", "spf", "dkim", "dkim2"):
            if getattr(was, key) is not getattr(now, key):
                set_key(table, key, getattr(now, key).value, TO_DO)

    def _dns(self) -> None:
        blocks = self.document.top("dns")
        for block, was, now in zip(blocks, self.before.dns, self.after.dns, strict=False):
            if was != now:
                set_key(block, "value", now.value, f"{TO_DO}, was {was.value}")
        for record in self.after.dns[len(self.before.dns) :]:
            block = self.document.add_top("dns")
            self._fill(block, {"name": record.name, "type": record.type, "value": record.value})

    @staticmethod
    def _fill(block: Block, keys: Keys) -> None:
        for place, (key, value) in enumerate((key, value) for key, value in keys.items() if value is not None):
            put(block, key, value, "" if place else PROMISED)


def _plain(value: object) -> object:
    return value.reveal() if isinstance(value, Secret) else value


def _revealed(secret: Secret | None) -> str | None:
    return secret.reveal() if secret else None
