"""From the finished credentials to a SignInAsk: whose they are, and whether they are right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaylab.domain.address import Address
from relaylab.domain.asks import SignInAsk
from relaylab.domain.charge import Meter
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.identity import Credential, Mechanism
from relaylab.rules import milestones
from relaylab.session.access import access
from relaylab.session.hve import find_hve_account, hve_sender
from relaylab.session.other_mechanisms import proof

if TYPE_CHECKING:
    from relaylab.domain.hve import HveAccount
    from relaylab.domain.peer import Peer, TlsFacts
    from relaylab.domain.tenant import Mailbox, Tenant
    from relaylab.domain.token import TokenFacts
    from relaylab.session.moment import Moment
    from relaylab.session.sasl import Finished


def sign_in_ask(  # noqa: PLR0913 - each is a fact of its own
    mechanism: Mechanism,
    given: Finished,
    moment: Moment,
    *,
    endpoint: Endpoint,
    peer: Peer,
    tls: TlsFacts | None,
    on_legacy_host: bool,
) -> SignInAsk:
    """Look the user up, compare the secret, and give the ask that the rules judge."""
    named = find_hve_account(given.user, moment) if endpoint is Endpoint.HVE else None
    tenant, mailbox = (named[0], None) if named else _mailbox(given.user, moment) or (None, None)
    token = _token(mechanism, given, moment)
    opened = access(token, tenant, mailbox, moment.now) if token else None
    account = named[1] if named else None
    cutover = moment.rulebook.calendar.at(milestones.BASIC_AUTH_OFF_BY_DEFAULT.name)
    return SignInAsk(
        endpoint=endpoint,
        now=moment.now,
        peer=peer,
        tls=tls,
        mechanism=mechanism,
        user=given.user,
        credential=given.problem
        or (_worth(token, moment) if token else _judge(mechanism, given, account or mailbox, moment)),
        tenant=tenant,
        mailbox=mailbox,
        policy=tenant.policy_of(holder) if tenant and (holder := account or mailbox) else None,
        recent_failures=moment.usage.total(Meter.FAILED_SIGN_INS, given.user, moment.now),
        tenant_is_new=tenant is not None and cutover is not None and tenant.created >= cutover,
        on_legacy_host=on_legacy_host,
        token=token,
        service_principal=opened.service_principal if opened else None,
        app_role_covers_mailbox=opened.by_role if opened else False,
        token_opens_mailbox=opened.opens if opened else True,
        spreading=opened.spreading if opened else None,
        alias_of=_alias_of(given.user, moment) if tenant is None else None,
        hve=hve_sender(tenant, account, mechanism, given, token, moment) if tenant and account else None,
    )


def _token(mechanism: Mechanism, given: Finished, moment: Moment) -> TokenFacts | None:
    """Read the claims of a token that is none of the world's fixed ones."""
    if mechanism is not Mechanism.XOAUTH2 or given.problem is not None or moment.world.token(given.secret.reveal()):
        return None
    return moment.tokens.read(given.secret.reveal())


def _worth(token: TokenFacts, moment: Moment) -> Credential:
    if token.flaw is not None:
        return Credential.WRONG
    return Credential.EXPIRED if token.expires is None or token.expires <= moment.now else Credential.MATCHES


def _mailbox(user: str, moment: Moment) -> tuple[Tenant, Mailbox] | None:
    """Find the mailbox that signs in under this name: its primary address, never a proxy (CS-AUTH-05, CS-AUTH-27)."""
    found = _holder(user, moment)
    return found if found is not None and found[1].address == Address.parse(user) else None


def _alias_of(user: str, moment: Moment) -> Address | None:
    """Give the primary address of the mailbox that has this name as another one of its addresses."""
    found = _holder(user, moment)
    return found[1].address if found is not None else None


def _holder(user: str, moment: Moment) -> tuple[Tenant, Mailbox] | None:
    try:
        return moment.world.mailbox(Address.parse(user))
    except ValueError:
        return None


def _judge(mechanism: Mechanism, given: Finished, holder: Mailbox | HveAccount | None, moment: Moment) -> Credential:
    if mechanism is Mechanism.XOAUTH2:
        return _judge_token(given, holder, moment)
    if holder is None or holder.password is None:
        return Credential.WRONG
    expected = proof(given.challenge, holder.password) if given.challenge else holder.password
    return Credential.MATCHES if expected.matches(given.secret.reveal()) else Credential.WRONG


def _judge_token(given: Finished, holder: Mailbox | HveAccount | None, moment: Moment) -> Credential:
    found = moment.world.token(given.secret.reveal())
    if found is None:
        return Credential.WRONG
    _, token = found
    if token.expires is not None and token.expires <= moment.now:
        return Credential.EXPIRED
    return Credential.MATCHES if holder is not None and holder.address == token.user else Credential.OTHER_USER
