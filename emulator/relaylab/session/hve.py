"""Who signs in at High Volume Email, and what the account's settings make of a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaylab.domain.address import Address
from relaylab.domain.charge import Meter
from relaylab.domain.hve import HveSender
from relaylab.domain.identity import Mechanism
from relaylab.domain.registrations import find_app

if TYPE_CHECKING:
    from relaylab.domain.asks import DataAsk
    from relaylab.domain.hve import HveAccount
    from relaylab.domain.tenant import Tenant
    from relaylab.domain.token import TokenFacts
    from relaylab.session.end_of_data import Account
    from relaylab.session.moment import Moment
    from relaylab.session.sasl import Finished
    from relaylab.session.transaction import Transaction


def find_hve_account(user: str, moment: Moment) -> tuple[Tenant, HveAccount] | None:
    """Find the account that signs in under this name: its primary address, as a mailbox does."""
    try:
        address = Address.parse(user)
    except ValueError:
        return None
    found = moment.world.hve_account(address)
    return found if found is not None and found[1].address == address else None


def hve_sender(  # noqa: PLR0913, PLR0917 - the account, and what it was named with
    tenant: Tenant,
    account: HveAccount,
    mechanism: Mechanism,
    given: Finished,
    token: TokenFacts | None,
    moment: Moment,
) -> HveSender:
    """Give the account with the application behind its token, by the object id that Allowed Apps hold."""
    if token is not None:
        own = token.object_id if token.is_for_an_app else tenant.app_object_id(token.app_id)
        return HveSender(account=account, app_object_id=own, expires=token.expires)
    fixed = moment.world.token(given.secret.reveal()) if mechanism is Mechanism.XOAUTH2 else None
    if fixed is None:
        return HveSender(account=account)
    app_id, expires = fixed[1].app_id, fixed[1].expires
    if app_id is None:
        return HveSender(account=account, expires=expires)
    return HveSender(
        account=account,
        app_object_id=tenant.app_object_id(app_id),
        expires=expires,
        registration=find_app(moment.world, tenant, app_id),
    )


def sent_today(account: Account | None, transaction: Transaction, moment: Moment) -> tuple[int, int]:
    """Count what the tenant has sent by High Volume Email in 24 hours, this transaction included: all, and outside."""
    if account is None or account.hve is None:
        return 0, 0
    tenant, usage, now = account.tenant, moment.usage, moment.now
    here = len(transaction.recipients)
    outside = sum(not recipient.is_of(tenant) for recipient in transaction.recipients)
    return (
        usage.total(Meter.HVE_RECIPIENTS, tenant.id, now) + here,
        usage.total(Meter.HVE_OUTSIDE, tenant.id, now) + outside,
    )


def reports_go_to(sender: HveSender, moment: Moment) -> Address:
    """Give whom a report on a message is for; the account itself has no mailbox (fact HVE-SND-04)."""
    account = sender.account
    to_reply_to = moment.rulebook.readings["hve_reports"] == "reply_to"
    return account.reply_to if to_reply_to and account.reply_to is not None else account.address


def settings_of(ask: DataAsk, moment: Moment) -> tuple[str, ...]:
    """Give the fields that the account's settings put above a message (facts HVE-ACC-05, HVE-SND-02)."""
    reply_to = ask.hve.account.reply_to if ask.hve is not None else None
    if reply_to is None:
        return ()
    chosen = moment.rulebook.readings["hve_reply_to"]
    is_written = chosen == "account_wins" or (chosen == "message_wins" and not ask.head.has_reply_to)
    return (f"Reply-To: {reply_to}",) if is_written else ()
