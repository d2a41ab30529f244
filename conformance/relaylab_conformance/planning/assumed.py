"""What a plan takes for granted: that who sends today holds what it signs in with, and what import assumed before.

Exports of an administrator hold no passwords and no tokens. Without them nobody could say when a sender stops. What
import assumed stands in the comments of the world file, and a plan that rests on it says so.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from relaylab.domain.estate import Method
from relaylab_conformance.migration.approach import NotTried, approach
from relaylab_conformance.migration.hve import hve_account_of
from relaylab_conformance.planning.preparation import PLACEHOLDER, in_mailbox, in_tenant, token_for

if TYPE_CHECKING:
    from relaylab.domain.estate import Sender
    from relaylab.domain.tenant import Tenant
    from relaylab.domain.world import World
    from relaylab_conformance.planning.imported import Policies


def policy_assumed_for(world: World, sender: Sender, policies: Policies) -> str:
    """Give the sentence about the policy that is in force for a sender by password; empty where it was read."""
    mailbox, account = world.mailbox(sender.signs_in_as), hve_account_of(world, sender)
    match sender.today:
        case Method.SMTP_AUTH_BASIC if mailbox is not None:
            tenant, policy = mailbox[0], mailbox[0].policy_of(mailbox[1])
        case Method.HVE_BASIC if account is not None:
            tenant, policy = account[0], account[0].policy_of(account[1])
        case _:
            return ""
    assumed = policies.get((tenant.name.casefold(), policy.name)) if policy is not None else None
    return assumed.claim if assumed is not None else ""


def with_what_is_assumed(world: World) -> tuple[World, dict[str, str]]:
    """Give the world in which today's senders can sign in, and for each that needed it a sentence that says so."""
    told: dict[str, str] = {}
    for sender in world.senders:
        if not isinstance(approach(world, sender, sender.today), NotTried):
            continue
        changed = _granted(world, sender)
        if changed is not world:
            told[sender.name] = "assumed: it holds what it signs in with today, of which the world file says nothing"
            world = changed
    return world, told


def _granted(world: World, sender: Sender) -> World:
    mailbox, account = world.mailbox(sender.signs_in_as), hve_account_of(world, sender)
    match sender.today:
        case Method.SMTP_AUTH_BASIC if mailbox is not None:
            return in_mailbox(*mailbox, lambda box: replace(box, password=PLACEHOLDER))(world)
        case Method.SMTP_AUTH_OAUTH if mailbox is not None:
            token = token_for(mailbox[1].address)
            return in_tenant(mailbox[0], lambda one: replace(one, tokens=(*one.tokens, token)))(world)
        case Method.HVE_BASIC if account is not None:
            tenant, held = account

            def changed(one: Tenant) -> Tenant:
                accounts = tuple(
                    replace(each, password=PLACEHOLDER) if each.address == held.address else each
                    for each in one.hve_accounts
                )
                return replace(one, hve_accounts=accounts)

            return in_tenant(tenant, changed)(world)
        case Method.HVE_OAUTH if account is not None:
            token = token_for(account[1].address)
            return in_tenant(account[0], lambda one: replace(one, tokens=(*one.tokens, token)))(world)
        case _:
            return world
