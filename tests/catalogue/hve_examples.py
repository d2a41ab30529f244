"""For each rule of High Volume Email an ask that it decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

from relaylab.domain.asks import Ask
from relaylab.domain.directory import UserType
from relaylab.domain.hve import BillingPolicyStatus
from relaylab.domain.identity import Credential
from relaylab.domain.tenant import AuthenticationPolicy, ConditionalAccessPolicy
from relaylab.domain.token import TokenFlaw
from relaylab.rules.limits import HVE_MESSAGE_SIZE, HVE_MESSAGE_SIZE_DECODED, MESSAGE_SIZE
from tests.builders import OLD_TLS, TODAY, a_head, a_hello_ask, a_mailbox, a_world, an_address, at
from tests.hve_asks import (
    ADDRESS,
    HVE,
    a_stranger_s_hve_sign_in_ask,
    an_hve_account,
    an_hve_data_ask,
    an_hve_delivery_ask,
    an_hve_mail_ask,
    an_hve_mechanism_ask,
    an_hve_rcpt_ask,
    an_hve_sender,
    an_hve_sign_in_ask,
    an_hve_tenant,
    an_hve_token,
    an_hve_token_ask,
    an_hve_world,
)

OUTSIDE: Final = "desk@fabrikam.com"
ALIAS: Final = "alerts@contoso.com"
UNBILLED: Final = an_hve_sender(an_hve_account(billing_policy_status=BillingPolicyStatus.NOT_CONNECTED))
WITH_ALIAS: Final = an_hve_sender(an_hve_account(proxy_addresses=(an_address(ALIAS),)))
OTHER_APP: Final = an_hve_sender(app_object_id="60000000-0000-4000-8000-000000000001")
ONLY_THE_BOSS: Final = a_mailbox("helpdesk@contoso.com", accept_messages_only_from=(an_address("boss@contoso.com"),))
GUEST: Final = "guest@contoso.com"
GUESTS: Final = an_hve_world(mailboxes=(a_mailbox(GUEST, user_type=UserType.GUEST),))
A_GUEST: Final = GUESTS.recipient(an_address(GUEST))
A_GROUP: Final = GUESTS.recipient(an_address("group@contoso.com"))
TOO_LARGE: Final = HVE_MESSAGE_SIZE + 1
TOO_LARGE_DECODED: Final = HVE_MESSAGE_SIZE_DECODED + 1


def _ending(**left: int) -> Ask:
    return an_hve_token_ask(an_hve_token(expires=at(TODAY) + timedelta(**left)))


_POLICY: Final = an_hve_tenant(
    authentication_policies=(AuthenticationPolicy("Block Basic", users=(an_address(ADDRESS),)),)
)

HVE_EXAMPLES: Final[Mapping[str, Ask]] = {
    "hve.connect.name_is_malformed": a_hello_ask("MacBook..", endpoint=HVE),
    "hve.auth.tls_comes_first": an_hve_mechanism_ask(tls=None),
    "hve.auth.mechanism_is_not_offered": an_hve_mechanism_ask("PLAIN"),
    "hve.auth.tls_is_too_old": an_hve_sign_in_ask(tls=OLD_TLS),
    "hve.auth.service_does_not_exist_yet": an_hve_sign_in_ask(),
    "hve.auth.client_cancelled": an_hve_sign_in_ask(credential=Credential.CANCELLED),
    "hve.auth.login_response_is_malformed": an_hve_sign_in_ask(credential=Credential.MALFORMED),
    "hve.auth.xoauth2_response_is_malformed": an_hve_token_ask(credential=Credential.MALFORMED, token=None),
    "hve.auth.xoauth2_user_is_no_address": an_hve_token_ask(user="bulk", hve=None),
    "hve.auth.too_many_wrong_passwords": an_hve_sign_in_ask(recent_failures=10),
    "hve.auth.password_is_wrong": a_stranger_s_hve_sign_in_ask(),
    "hve.auth.token_is_unreadable": an_hve_token_ask(an_hve_token(flaw=TokenFlaw.UNREADABLE)),
    "hve.auth.token_signature_does_not_count": an_hve_token_ask(an_hve_token(flaw=TokenFlaw.BAD_SIGNATURE)),
    "hve.auth.token_is_not_valid_yet": an_hve_token_ask(an_hve_token(not_before=at("2100-01-01"))),
    "hve.auth.token_has_expired": an_hve_token_ask(an_hve_token(expires=at("2021-01-01"))),
    "hve.auth.token_ends_within_five_minutes": _ending(seconds=300),
    "hve.auth.token_ends_within_ten_minutes": _ending(seconds=600),
    "hve.auth.token_is_for_another_service": an_hve_token_ask(an_hve_token(audience="https://graph.microsoft.com")),
    "hve.auth.token_is_of_another_tenant": an_hve_token_ask(an_hve_token(tenant_id="fabrikam-id")),
    "hve.auth.token_lacks_mail_send": an_hve_token_ask(an_hve_token(roles=("SMTP.SendAsApp",))),
    "hve.auth.token_is_another_user_s": an_hve_token_ask(
        an_hve_token(roles=(), scopes=("Mail.Send",), user="scanner@contoso.com")
    ),
    "hve.auth.token_is_not_accepted": an_hve_token_ask(token=None, credential=Credential.OTHER_USER),
    "hve.auth.account_is_disabled": an_hve_sign_in_ask(an_hve_account(account_enabled=False)),
    "hve.auth.basic_auth_has_ended": an_hve_sign_in_ask(),
    "hve.auth.authentication_policy_blocks_basic": an_hve_sign_in_ask(tenant=_POLICY),
    "hve.auth.security_defaults_block_basic": an_hve_sign_in_ask(tenant=an_hve_tenant(security_defaults=True)),
    "hve.auth.conditional_access_blocks_basic": an_hve_sign_in_ask(
        tenant=an_hve_tenant(conditional_access_policies=(ConditionalAccessPolicy("Block legacy"),))
    ),
    "hve.mail.starttls_is_required": an_hve_mail_ask(tls=None, hve=None, tenant=None),
    "hve.mail.sign_in_has_failed": an_hve_mail_ask(
        hve=None, tenant=None, sign_in_failure="535 5.7.3 Authentication unsuccessful"
    ),
    "hve.mail.sender_is_anonymous": an_hve_mail_ask(hve=None, tenant=None),
    "hve.mail.session_has_outlived_its_token": an_hve_mail_ask(hve=an_hve_sender(expires=at("2021-01-01"))),
    "hve.mail.account_is_not_for_high_volume_email": an_hve_mail_ask(hve=None, principal=a_mailbox()),
    "hve.mail.application_is_not_allowed": an_hve_mail_ask(hve=OTHER_APP),
    "hve.mail.billing_policy_is_not_valid": an_hve_mail_ask(hve=UNBILLED),
    "hve.mail.declared_size_is_too_large": an_hve_mail_ask(declared_size=MESSAGE_SIZE + 1),
    "hve.mail.declared_size_is_over_ten_megabytes": an_hve_mail_ask(declared_size=TOO_LARGE),
    "hve.mail.declared_size_is_over_ten_megabytes_decoded": an_hve_mail_ask(declared_size=TOO_LARGE_DECODED),
    "hve.mail.sender_is_not_the_account": an_hve_mail_ask("ceo@contoso.com"),
    "hve.mail.sender_is_not_the_primary_address": an_hve_mail_ask(ALIAS, hve=WITH_ALIAS),
    "hve.mail.sender_is_nobody": an_hve_mail_ask(mail_from=None),
    "hve.rcpt.recipient_is_outside": an_hve_rcpt_ask(OUTSIDE),
    "hve.rcpt.recipient_is_a_contact_or_a_guest": an_hve_rcpt_ask(GUEST, world=GUESTS),
    "hve.rcpt.message_has_its_fifty_recipients": an_hve_rcpt_ask(recipients=50),
    "hve.rcpt.tenant_has_its_hundred_thousand_recipients": an_hve_rcpt_ask(tenant_today=100_000),
    "hve.rcpt.tenant_has_its_two_thousand_recipients_outside": an_hve_rcpt_ask(OUTSIDE, tenant_outside_today=2_000),
    "hve.data.message_is_too_large": an_hve_data_ask(size=TOO_LARGE),
    "hve.data.message_is_too_large_decoded": an_hve_data_ask(size=TOO_LARGE_DECODED),
    "hve.data.account_is_not_for_high_volume_email": an_hve_data_ask(hve=None, principal=a_mailbox()),
    "hve.data.application_is_not_allowed": an_hve_data_ask(hve=OTHER_APP),
    "hve.data.sender_is_not_the_account": an_hve_data_ask(mail_from="ceo@contoso.com"),
    "hve.data.sender_is_not_the_primary_address": an_hve_data_ask(mail_from=ALIAS, hve=WITH_ALIAS),
    "hve.data.sender_is_nobody": an_hve_data_ask(mail_from=None),
    "hve.data.header_from_is_not_the_account": an_hve_data_ask(head=a_head("ceo@contoso.com")),
    "hve.data.header_from_is_not_the_primary_address": an_hve_data_ask(head=a_head(ALIAS), hve=WITH_ALIAS),
    "hve.data.header_from_is_missing": an_hve_data_ask(head=a_head(None)),
    "hve.data.a_recipient_is_outside": an_hve_data_ask(OUTSIDE),
    "hve.data.a_recipient_is_a_contact_or_a_guest": an_hve_data_ask(leading_outside=(an_address(GUEST),)),
    "hve.delivery.billing_policy_is_not_valid": an_hve_delivery_ask(hve=UNBILLED),
    "hve.delivery.message_has_too_many_recipients": an_hve_delivery_ask(recipients=51),
    "hve.delivery.recipient_is_outside": an_hve_delivery_ask(OUTSIDE),
    "hve.delivery.recipient_is_a_contact_or_a_guest": an_hve_delivery_ask(GUEST, world=GUESTS, written_to=A_GUEST),
    "hve.delivery.somebody_outside_is_behind_the_recipient": an_hve_delivery_ask(OUTSIDE, written_to=A_GROUP),
    "hve.delivery.guest_is_behind_the_recipient": an_hve_delivery_ask(GUEST, world=GUESTS, written_to=A_GROUP),
    "hve.delivery.recipient_is_unknown": an_hve_delivery_ask("nobody@contoso.com"),
    "hve.delivery.sender_is_not_on_the_list": an_hve_delivery_ask(
        "helpdesk@contoso.com",
        world=a_world(replace(an_hve_tenant(), mailboxes=(ONLY_THE_BOSS,))),
    ),
}
