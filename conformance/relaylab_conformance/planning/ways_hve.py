"""High Volume Email as a sender's future: what stands against it, and what has to be done before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from relaylab.domain.address import Address
from relaylab.domain.estate import Method
from relaylab.domain.hve import BillingPolicyStatus, HveAccount
from relaylab.rules import limits
from relaylab.rules.hve import terms
from relaylab_conformance.migration.approach import hve_account_of, token_of
from relaylab_conformance.migration.reach import (
    INTERNAL_NOT_SAID,
    RECIPIENTS_UNKNOWN,
    has_unknown_recipients,
    outside_recipients,
)
from relaylab_conformance.planning import citations
from relaylab_conformance.planning.model import Kind, Step
from relaylab_conformance.planning.preparation import (
    PLACEHOLDER,
    Change,
    Preparation,
    both,
    in_sender,
    in_tenant,
    token_for,
)
from relaylab_conformance.planning.question import Question
from relaylab_scenarios import profile

if TYPE_CHECKING:
    from relaylab.domain.tenant import Tenant

_HVE: Final = frozenset({Method.HVE_BASIC, Method.HVE_OAUTH})


def against(question: Question, method: Method) -> Iterator[str]:
    """Say what no step can mend."""
    sender, tenant = question.sender, question.tenant
    outside = tuple(dict.fromkeys(str(met) for _, met in outside_recipients(question.world, sender)))
    if outside:
        yield f"internal only? No: {', '.join(outside[:3])} is outside, where High Volume Email ends (550 5.5.105)"
    if has_unknown_recipients(sender) and sender.today is not method:
        yield RECIPIENTS_UNKNOWN
    if len(sender.to) > limits.HVE_RECIPIENTS:
        yield (
            f"recipients? Too many: {len(sender.to)} in a message, and it takes {limits.HVE_RECIPIENTS}; write to one "
            "distribution group, which counts once"
        )
    if tenant is None:
        yield f"tenant? None: {sender.from_address.domain} is no accepted domain of a tenant described"
    elif hve_account_of(question.world, sender) is None and len(tenant.hve_accounts) >= limits.HVE_ACCOUNTS:
        yield f"account? No: the tenant has its {limits.HVE_ACCOUNTS} accounts"
    if method is Method.HVE_BASIC and tenant is not None and tenant.security_defaults:
        yield "security defaults off? No: they forbid passwords here too (535 5.7.139), and have no exclusions"
    if method is Method.HVE_OAUTH and not profile(sender.profile).sign_in.speaks_oauth:
        yield f"OAuth-capable? No: {sender.profile} has no OAuth 2.0"


def speaks_for(question: Question) -> Iterator[str]:
    """Say what speaks for it."""
    number = question.sender.messages_per_day
    enough = "High" if number >= terms.HIGH_VOLUME else "Low"
    yield INTERNAL_NOT_SAID if has_unknown_recipients(question.sender) else "internal only? Yes, groups expanded"
    yield f"volume? {enough}: {number:,} messages a day; it is meant for {terms.HIGH_VOLUME:,} and more"


def preparations(question: Question, method: Method) -> Iterator[Preparation]:
    """Give the steps before it."""
    sender, tenant = question.sender, question.tenant
    if tenant is None:
        return
    found = hve_account_of(question.world, sender)
    if found is None:
        address = _free_address(question)
        account = HveAccount(address=address, password=PLACEHOLDER)
        yield Preparation(
            Step(
                kind=Kind.CMDLET,
                what="make a High Volume Email account; it sends as itself, so recipients see its address",
                lines=(
                    (
                        f'New-MailUser -HVEAccount -Name "{address.local}" -PrimarySmtpAddress {address} '
                        "-Password (Read-Host -AsSecureString)"
                    ),
                ),
                source=citations.NEW_HVE_ACCOUNT,
            ),
            both(
                in_tenant(tenant, lambda one: replace(one, hve_accounts=(*one.hve_accounts, account))),
                in_sender(sender, lambda one: replace(one, hve_account=address)),
            ),
        )
        yield _reply_to(
            tenant, account, sender.from_address, knows=question.world.mailbox(sender.from_address) is not None
        )
        yield _billing(tenant, account)
    else:
        account = found[1]
        if account.billing_policy_status is not BillingPolicyStatus.VALID:
            yield _billing(found[0], account)
        if account.password is None and method is Method.HVE_BASIC:
            yield Preparation(
                Step(
                    kind=Kind.SENDER,
                    what=f"the world file has no password for {account.address}",
                    lines=(f"the password of {account.address}, as its owner has it",),
                    source=citations.HVE_ENDPOINT,
                ),
                _account(found[0], account, lambda one: replace(one, password=PLACEHOLDER)),
            )
    if method is Method.HVE_OAUTH and (found is None or token_of(sender, *found) is None):
        yield _application(found[0] if found else tenant, account)
    if sender.today not in _HVE:
        how = "AUTH LOGIN" if method is Method.HVE_BASIC else "XOAUTH2"
        yield Preparation(
            Step(
                kind=Kind.SENDER,
                what="change the sender's settings last",
                lines=(f"smtp.hve.mx.microsoft, port 587, STARTTLS, {how} as {account.address}, From the same",),
                source=citations.HVE_ENDPOINT,
            )
        )


def _account(tenant: Tenant, account: HveAccount, change: Callable[[HveAccount], HveAccount]) -> Change:
    def changed(one: Tenant) -> Tenant:
        accounts = tuple(change(held) if held.address == account.address else held for held in one.hve_accounts)
        return replace(one, hve_accounts=accounts)

    return in_tenant(tenant, changed)


def _billing(tenant: Tenant, account: HveAccount) -> Preparation:
    return Preparation(
        Step(
            kind=Kind.CMDLET,
            what="link a billing policy that is connected to High Volume Email; without one the account cannot send",
            lines=(
                "Get-BillingPolicy -ResourceType HVE",
                f"Set-HVEAccountBillingPolicy -Identity {account.address} -BillingPolicyId BILLING-POLICY-ID",
            ),
            source=citations.SET_HVE_BILLING,
        ),
        _account(tenant, account, lambda one: replace(one, billing_policy_status=BillingPolicyStatus.VALID)),
    )


def _reply_to(tenant: Tenant, account: HveAccount, address: Address, *, knows: bool) -> Preparation:
    where = str(address) if knows else "A-MAILBOX-THAT-SOMEBODY-READS"
    change = _account(tenant, account, lambda one: replace(one, reply_to=address)) if knows else None
    return Preparation(
        Step(
            kind=Kind.CMDLET,
            what="the account has no mailbox: say where replies go",
            lines=(f"Set-HVEAccountSettings -Identity {account.address} -ReplyTo {where}",),
            source=citations.SET_HVE_SETTINGS,
        ),
        change,
    )


def _application(tenant: Tenant, account: HveAccount) -> Preparation:
    token = token_for(account.address)
    return Preparation(
        Step(
            kind=Kind.CMDLET,
            what="an application with Mail.Send of Office 365 Exchange Online and consent, as an Allowed App",
            lines=(f"Add-HVEAppAccess -Identity {account.address} -AppIds ENTERPRISE-APPLICATION-OBJECT-ID",),
            source=citations.ADD_HVE_APP,
        ),
        in_tenant(tenant, lambda one: replace(one, tokens=(*one.tokens, token))),
    )


def _free_address(question: Question) -> Address:
    """Give an address that nobody has: the sender's with -hve behind it."""
    sender = question.sender.from_address
    names = (f"{sender.local}-hve", *(f"{sender.local}-hve-{number}" for number in range(2, limits.HVE_ACCOUNTS + 2)))
    found = (Address(name, sender.domain) for name in names)
    return next(one for one in found if question.world.hve_account(one) is None and question.world.mailbox(one) is None)
