"""High Volume Email as a sender's future: what stands against it, and what has to be done before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from relaylab.domain.address import Address
from relaylab.domain.estate import Method
from relaylab.domain.hve import MAIL_SEND, BillingPolicyStatus, HveAccount
from relaylab.domain.powershell import argument, quoted
from relaylab.domain.tenant import AuthenticationPolicy
from relaylab.rules import limits, sources
from relaylab.rules.hve import terms
from relaylab_conformance.migration.approach import Approach, approach
from relaylab_conformance.migration.from_entra import FromEntra, application_of
from relaylab_conformance.migration.hve import hve_account_of
from relaylab_conformance.migration.reach import (
    are_outside,
)
from relaylab_conformance.planning import citations
from relaylab_conformance.planning.application import ENTERPRISE, Application, own_application, permitted
from relaylab_conformance.planning.conditional_access import (
    application_let_through,
    password_let_through,
    user_let_through,
)
from relaylab_conformance.planning.model import Kind, Step
from relaylab_conformance.planning.preparation import PLACEHOLDER, Change, Preparation, both, in_sender, in_tenant
from relaylab_conformance.planning.question import Question
from relaylab_conformance.planning.words import counted

if TYPE_CHECKING:
    from relaylab.domain.tenant import Tenant

_HVE: Final = frozenset({Method.HVE_BASIC, Method.HVE_OAUTH})


def against(question: Question, method: Method) -> Iterator[str]:
    """Say what no step can mend."""
    sender, tenant = question.sender, question.tenant
    if outside := are_outside(question.world, sender):
        yield f"internal only? No: {outside}, where High Volume Email ends (550 5.5.105)"
    elif question.internal_not_said and sender.today is not method:
        yield question.internal_not_said.obstacle
    if len(sender.to) > limits.HVE_RECIPIENTS:
        yield (
            f"recipients? Too many: {len(sender.to)} in a message, and it takes {limits.HVE_RECIPIENTS}; write to one "
            "distribution group, which counts once"
        )
    if tenant is None:
        yield f"tenant? None: {sender.from_address.domain} is no accepted domain of a tenant described"
    elif hve_account_of(question.world, sender) is None and len(tenant.hve_accounts) >= _most_accounts(question):
        yield f"account? No: the tenant has its {_most_accounts(question)} accounts"
    if method is Method.HVE_BASIC and tenant is not None and tenant.security_defaults:
        yield "security defaults off? No: they forbid passwords here too (535 5.7.139); keep them on, and use OAuth"
    if method is Method.HVE_OAUTH and question.lacks_oauth:
        yield question.lacks_oauth


def _most_accounts(question: Question) -> int:
    return limits.HVE_ACCOUNTS.at(question.at, question.rulebook.calendar)


def speaks_for(question: Question) -> Iterator[str]:
    """Say what speaks for it."""
    number = question.sender.messages_per_day
    enough = "High" if number >= terms.HIGH_VOLUME else "Low"
    yield str(question.internal_not_said or "internal only? Yes, groups expanded")
    yield f"volume? {enough}: {counted(number, 'message')} a day; it is meant for {terms.HIGH_VOLUME:,} and more"


def alternatives(question: Question, method: Method) -> Iterator[tuple[Preparation, ...]]:
    """Give the steps before it: with the token that the sender gets as things stand, else as an application of its own.

    Which of them is enough, only a message shows.
    """
    tenant = question.tenant
    if tenant is None:
        yield ()
        return
    found = hve_account_of(question.world, question.sender)
    home, account = found or (tenant, HveAccount(address=_free_address(question), password=PLACEHOLDER))
    needed = tuple(_made(question, home, account)) if found is None else tuple(_working(home, account))
    if method is Method.HVE_BASIC:
        yield (*needed, *_password(home, account), *_settings(question, method, account))
        return
    way = approach(question.world, question.sender, Method.HVE_OAUTH)
    if isinstance(way, Approach):
        yield (*needed, *_as_it_is(question, home, account, way), *_settings(question, method, account))
    app = own_application(question, home, "planned application")
    yield (
        *needed,
        *permitted(question, home, app, MAIL_SEND, citations.HVE_PERMISSION),
        *_allowed(home, account, app),
        *_settings(question, method, account),
    )


def _made(question: Question, tenant: Tenant, account: HveAccount) -> Iterator[Preparation]:
    """An account, where there is none, with what it needs before it sends."""
    sender, address = question.sender, account.address
    yield Preparation(
        Step(
            kind=Kind.CMDLET,
            what="make a High Volume Email account; it sends as itself, so recipients see its address",
            lines=(
                (
                    f"New-MailUser -HVEAccount -Name {quoted(address.local)} -PrimarySmtpAddress {argument(address)} "
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
    yield _reply_to(tenant, account, sender.from_address, knows=question.world.mailbox(sender.from_address) is not None)
    yield _billing(tenant, account)


def _working(tenant: Tenant, account: HveAccount) -> Iterator[Preparation]:
    """What an account that is there needs before it sends."""
    if account.billing_policy_status is not BillingPolicyStatus.VALID:
        yield _billing(tenant, account)


def _password(tenant: Tenant, account: HveAccount) -> Iterator[Preparation]:
    """What stands between an account and its password."""
    if account.password is None:
        yield Preparation(
            Step(
                kind=Kind.SENDER,
                what=f"the world file has no password for {account.address}",
                lines=(f"the password of {account.address}, as its owner has it",),
                source=citations.HVE_ENDPOINT,
            ),
            _account(tenant, account, lambda one: replace(one, password=PLACEHOLDER)),
        )
    if not account.account_enabled:
        yield Preparation(
            Step(
                kind=Kind.PORTAL,
                what=f"the sign-in of {account.address} is blocked",
                lines=(f"Entra admin center > Users > {account.address} > Properties: Account enabled",),
                source=sources.HVE_ACCOUNT_DISABLED,
            ),
            _account(tenant, account, lambda one: replace(one, account_enabled=True)),
        )
    policy = tenant.policy_of(account)
    if policy is not None and not policy.allow_basic_auth_smtp:
        yield _policy_of_its_own(tenant, account)
    yield from password_let_through(tenant, account.address)


def _policy_of_its_own(tenant: Tenant, account: HveAccount) -> Preparation:
    """Others stay under the policy that they have."""
    taken = {one.name.casefold() for one in tenant.authentication_policies}
    names = ("High Volume Email", *(f"High Volume Email {number}" for number in range(2, 1000)))
    name = next(one for one in names if one.casefold() not in taken)

    def changed(one: Tenant) -> Tenant:
        others = tuple(
            replace(held, users=tuple(user for user in held.users if user != account.address))
            for held in one.authentication_policies
        )
        own = AuthenticationPolicy(name, allow_basic_auth_smtp=True, users=(account.address,))
        return replace(one, authentication_policies=(*others, own))

    return Preparation(
        Step(
            kind=Kind.CMDLET,
            what="its authentication policy blocks passwords over SMTP; one of its own lets nobody else through",
            lines=(
                f"New-AuthenticationPolicy -Name {quoted(name)} -AllowBasicAuthSmtp",
                f"Set-User -Identity {argument(account.address)} -AuthenticationPolicy {quoted(name)}",
            ),
            source=citations.NEW_AUTHENTICATION_POLICY,
        ),
        in_tenant(tenant, changed),
    )


def _as_it_is(question: Question, tenant: Tenant, account: HveAccount, way: Approach) -> Iterator[Preparation]:
    """What lacks a sender that holds a token, or gets one from Entra."""
    app = application_of(question.world, question.sender)
    if not isinstance(way.sign_in, FromEntra) or app is None:
        return
    if not way.sign_in.asks_for_a_user:
        yield from application_let_through(tenant, app.app_id, app.display_name)
        if MAIL_SEND in app.permissions:
            yield from _allowed(tenant, account, Application(app.app_id, app.app_id, app))
        return
    login = question.world.mailbox(question.sender.sign_in_user or account.address)
    if login is not None:
        yield from user_let_through(*login)


def _allowed(tenant: Tenant, account: HveAccount, app: Application) -> Iterator[Preparation]:
    """An application must be among the Allowed Apps of an account, by the object id of its enterprise application."""
    object_id = tenant.app_object_id(app.app_id)
    if object_id in account.allowed_apps:
        return
    is_known = app.known is not None and (app.object_id_in(tenant) or tenant.service_principal(app.app_id))
    yield Preparation(
        Step(
            kind=Kind.CMDLET,
            what=f"{app.name} becomes an Allowed App of {account.address}; it takes up to five minutes",
            lines=(
                (
                    f"Add-HVEAppAccess -Identity {argument(account.address)} "
                    f"-AppIds {argument(object_id if is_known else ENTERPRISE)}"
                ),
            ),
            source=citations.ADD_HVE_APP,
        ),
        both(
            _account(tenant, account, lambda one: replace(one, allowed_apps=(*one.allowed_apps, object_id))),
            in_tenant(tenant, lambda one: _with_object_id(one, app.app_id, object_id)),
        ),
    )


def _with_object_id(tenant: Tenant, app_id: str, object_id: str) -> Tenant:
    """A world file takes no Allowed App whose object id it does not have of any application."""
    if tenant.service_principal(app_id) is not None:
        return tenant
    apps = tuple(
        replace(one, service_principal_id=object_id) if one.app_id == app_id else one
        for one in tenant.app_registrations
    )
    return replace(tenant, app_registrations=apps)


def _settings(question: Question, method: Method, account: HveAccount) -> Iterator[Preparation]:
    if question.sender.today in _HVE:
        return
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
                f"Set-HVEAccountBillingPolicy -Identity {argument(account.address)} -BillingPolicyId BILLING-POLICY-ID",
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
            lines=(f"Set-HVEAccountSettings -Identity {argument(account.address)} -ReplyTo {argument(where)}",),
            source=citations.SET_HVE_SETTINGS,
        ),
        change,
    )


def _free_address(question: Question) -> Address:
    """Give an address that nobody has: the sender's with -hve behind it."""
    sender = question.sender.from_address
    names = (
        f"{sender.local}-hve",
        *(f"{sender.local}-hve-{number}" for number in range(2, limits.HVE_ACCOUNTS.last + 2)),
    )
    found = (Address(name, sender.domain) for name in names)
    return next(one for one in found if question.world.hve_account(one) is None and question.world.mailbox(one) is None)
