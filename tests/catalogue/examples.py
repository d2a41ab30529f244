"""For each rule an ask that it decides, in force; the instant is set by who judges it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from ipaddress import IPv4Address
from typing import Final

from relaylab.domain.anti_spoof import Handling
from relaylab.domain.asks import Ask
from relaylab.domain.attribution import Attribution, Direction
from relaylab.domain.authentication import (
    AuthenticationResults,
    DkimCheck,
    DkimResult,
    DmarcCheck,
    DmarcPolicy,
    DmarcResult,
    SpfCheck,
    SpfResult,
)
from relaylab.domain.certificate import ChainFault
from relaylab.domain.connector import AddressRange, ConnectorType
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.identity import Credential
from relaylab.domain.recipients import (
    DynamicDistributionGroup,
    HostedConnectionFilterPolicy,
    MailUser,
    TenantAllowBlockList,
)
from relaylab.domain.reputation import Reputation, SenderState
from relaylab.domain.tenant import (
    MB,
    AcceptedDomain,
    AuthenticationPolicy,
    ConditionalAccessPolicy,
    DistributionGroup,
    MailFlowIncident,
    OrganizationConfig,
    OutboundRestriction,
    Switch,
    Tenant,
    TransportConfig,
)
from relaylab.domain.world import World
from relaylab.rules.limits import MESSAGE_SIZE
from tests.builders import (
    OFFICE_IP,
    OLD_TLS,
    TLS,
    a_certificate,
    a_connector,
    a_data_ask,
    a_delivery_ask,
    a_domain,
    a_head,
    a_hello_ask,
    a_mail_ask,
    a_mailbox,
    a_mechanism_ask,
    a_peer,
    a_rcpt_ask,
    a_sign_in_ask,
    a_stranger_s_sign_in_ask,
    a_tenant,
    a_token_ask,
    a_world,
    an_address,
)
from tests.catalogue.acs_examples import ACS_SMTP_EXAMPLES
from tests.catalogue.acs_rest_examples import ACS_REST_EXAMPLES
from tests.catalogue.entra_examples import ENTRA_EXAMPLES, TOKEN_EXAMPLES
from tests.catalogue.hve_examples import HVE_EXAMPLES
from tests.rules.authentication.results import a_dmarc_check, results

MX: Final = Endpoint.MX
SUBMISSION: Final = Endpoint.SUBMISSION
OUTSIDE: Final = "desk@fabrikam.com"
IPV6: Final = a_peer("2001:db8::1")
LISTED: Final = Attribution(Direction.INCOMING, matches_the_client=True, lacks_the_sender=True)
RELAYED: Final = Attribution(Direction.ORIGINATING, a_tenant(), a_connector(OFFICE_IP))
FAILS: Final = results(None, a_dmarc_check(policy=DmarcPolicy.QUARANTINE))
FABRIKAM: Final = a_tenant("fabrikam", mailboxes=(a_mailbox("desk@fabrikam.com"),))
TOO_LARGE: Final = MESSAGE_SIZE + 1
REJECTING: Final = a_world(a_tenant(organization_config=OrganizationConfig(reject_direct_send=True)))
NEVER_OFF: Final = {"basic_auth_off_by_default": None, "basic_auth_removed": "2028-01-01"}


def _blocking() -> Tenant:
    return a_tenant(conditional_access_policies=(ConditionalAccessPolicy("Block legacy"),))


def _policy() -> Tenant:
    own = AuthenticationPolicy("Block Basic", users=(an_address("scanner@contoso.com"),))
    return a_tenant(authentication_policies=(own,))


def _switched_off() -> Tenant:
    return a_tenant(transport_config=TransportConfig(smtp_client_authentication_disabled=True))


def _accepting(**changes: object) -> World:
    """Contoso whose only domain has these switches."""
    return a_world(a_tenant("contoso", replace(AcceptedDomain(a_domain("contoso.com")), **changes)))  # type: ignore[arg-type]


def _partner(**changes: object) -> World:
    """Contoso with a Partner connector that knows another address."""
    connector = a_connector("203.0.113.0/24", connector_type=ConnectorType.PARTNER, **changes)  # type: ignore[arg-type]
    return a_world(a_tenant(inbound_connectors=(connector,)))


def _failing(incident: MailFlowIncident) -> World:
    return a_world(a_tenant(mail_flow_incident=incident))


def _restricted(restriction: OutboundRestriction) -> Tenant:
    return a_tenant(outbound_restriction=restriction)


PROVING_NOTHING: Final = AuthenticationResults(
    spf=SpfCheck(result=SpfResult.SOFTFAIL, ip=IPV6.ip, domain="fabrikam.com"),
    dkim=(DkimCheck(result=DkimResult.NONE, reason="message not signed"),),
    dmarc=DmarcCheck(result=DmarcResult.FAIL, header_from="fabrikam.com"),
)
BY_CERTIFICATE: Final = {
    "restrict_domains_to_certificate": True,
    "tls_sender_certificate_name": "mail.fabrikam.com",
}
ONLY_THE_BOSS: Final = a_mailbox("helpdesk@contoso.com", accept_messages_only_from=(an_address("boss@contoso.com"),))
TRUSTED: Final = replace(TLS, client_certificate=a_certificate("mail.fabrikam.com"))
UNTRUSTED: Final = replace(TLS, client_certificate=a_certificate("mail.fabrikam.com", defect=ChainFault.SELF_SIGNED))
IPV4_BLOCKS: Final = HostedConnectionFilterPolicy((AddressRange(IPv4Address(OFFICE_IP), IPv4Address(OFFICE_IP)),))

EXAMPLES: Final[Mapping[str, Ask]] = {
    "submission.connect.name_is_malformed": a_hello_ask("MacBook.."),
    "submission.auth.tls_comes_first": a_mechanism_ask(tls=None),
    "submission.auth.mechanism_is_not_offered": a_mechanism_ask("PLAIN"),
    "submission.auth.login_is_no_longer_offered": a_mechanism_ask("LOGIN"),
    "submission.auth.login_is_offered_no_more": a_mechanism_ask("LOGIN"),
    "submission.auth.tls_is_too_old": a_sign_in_ask(tls=OLD_TLS),
    "submission.auth.organisation_has_not_opted_in_to_old_tls": a_sign_in_ask(tls=OLD_TLS, on_legacy_host=True),
    "submission.auth.client_cancelled": a_sign_in_ask(credential=Credential.CANCELLED),
    "submission.auth.login_response_is_malformed": a_sign_in_ask(credential=Credential.MALFORMED),
    "submission.auth.xoauth2_response_is_malformed": a_token_ask(credential=Credential.MALFORMED),
    "submission.auth.account_is_locked": a_sign_in_ask(a_mailbox(account_locked=True)),
    "submission.auth.too_many_wrong_passwords": a_sign_in_ask(recent_failures=10),
    "submission.auth.password_is_wrong_in_2020": a_stranger_s_sign_in_ask(),
    "submission.auth.password_is_wrong": a_stranger_s_sign_in_ask(),
    "submission.auth.second_factor_is_missing_in_2020": a_sign_in_ask(a_mailbox(mfa_required=True)),
    "submission.auth.second_factor_is_missing": a_sign_in_ask(a_mailbox(mfa_required=True)),
    "submission.auth.token_is_not_accepted": a_token_ask(credential=Credential.EXPIRED),
    "submission.auth.account_is_disabled": a_sign_in_ask(a_mailbox(account_enabled=False)),
    "submission.auth.mailbox_has_no_licence": a_sign_in_ask(a_mailbox(licensed=False)),
    "submission.auth.basic_auth_is_removed": a_sign_in_ask(),
    "submission.auth.basic_auth_is_being_removed": a_sign_in_ask(),
    "submission.auth.basic_auth_is_unavailable_to_new_tenants": a_sign_in_ask(tenant_is_new=True),
    "submission.auth.basic_auth_is_off_by_default": a_sign_in_ask(),
    "submission.auth.smtp_auth_is_disabled_in_2020": a_token_ask(tenant=_switched_off()),
    "submission.auth.smtp_auth_is_disabled_for_the_mailbox": a_token_ask(
        a_mailbox(smtp_client_authentication_disabled=True)
    ),
    "submission.auth.smtp_auth_is_disabled_for_the_tenant": a_token_ask(tenant=_switched_off()),
    "submission.auth.authentication_policy_blocks_basic": a_sign_in_ask(tenant=_policy()),
    "submission.auth.security_defaults_block_basic": a_sign_in_ask(tenant=a_tenant(security_defaults=True)),
    "submission.auth.conditional_access_blocks_basic_in_2020": a_sign_in_ask(tenant=_blocking()),
    "submission.auth.conditional_access_blocks_basic": a_sign_in_ask(tenant=_blocking()),
    "submission.mail.sender_is_anonymous_in_2020": a_mail_ask(principal=None, tenant=None),
    "submission.mail.starttls_is_required": a_mail_ask(tls=None, principal=None, tenant=None),
    "submission.mail.sign_in_has_failed": a_mail_ask(
        principal=None, tenant=None, sign_in_failure="535 5.7.3 Authentication unsuccessful"
    ),
    "submission.mail.sender_is_anonymous": a_mail_ask(principal=None, tenant=None),
    "submission.mail.smtputf8_is_not_implemented": a_mail_ask(wants_smtputf8=True),
    "submission.mail.declared_size_is_too_large": a_mail_ask(declared_size=TOO_LARGE),
    "submission.mail.mailbox_may_not_send_as_the_sender": a_mail_ask("ceo@contoso.com"),
    "submission.rcpt.transaction_has_its_thousand_recipients": a_rcpt_ask(endpoint=SUBMISSION, recipients=1_000),
    "submission.data.message_is_too_large": a_data_ask(size=TOO_LARGE),
    "submission.data.mailbox_sends_too_much_at_once_in_2020": a_data_ask(open_before=3),
    "submission.data.mailbox_sends_too_much_at_once": a_data_ask(open_before=3),
    "submission.data.mailbox_is_full": a_data_ask(principal=a_mailbox(send_quota_exceeded=True)),
    "submission.data.daily_recipients_are_used_up": a_data_ask(recipients_today=10_000),
    "submission.data.message_is_too_large_for_the_mailbox": a_data_ask(size=35 * MB + 1),
    "submission.data.mailbox_may_not_send_as_a_stranger": a_data_ask(
        sender=an_address("boss@example.net"), may_send_as=False
    ),
    "submission.data.mailbox_may_not_send_as": a_data_ask(sender=an_address("ceo@contoso.com"), may_send_as=False),
    "submission.data.mailbox_may_not_send_as_before_2022": a_data_ask(
        sender=an_address("ceo@contoso.com"), may_send_as=False
    ),
    "submission.delivery.sender_is_restricted": a_delivery_ask(principal=a_mailbox(restricted_sender=True)),
    "submission.delivery.message_has_too_many_recipients": a_delivery_ask(recipients=501),
    "submission.delivery.message_is_larger_than_the_mailbox_may_send": a_delivery_ask(size=35 * MB + 1),
    "submission.delivery.daily_recipients_are_reported_as_used_up": a_delivery_ask(recipients_today=10_001),
    "submission.delivery.recipient_is_unknown": a_delivery_ask("nobody@contoso.com"),
    "submission.delivery.trial_tenant_has_used_its_external_recipients": a_delivery_ask(
        tenant=a_tenant(trial=True), external_today=500, external_quota=500
    ),
    "submission.delivery.tenant_has_used_its_external_recipients": a_delivery_ask(
        external_today=14_259, external_quota=14_259
    ),
    "submission.delivery.onmicrosoft_sender_has_used_its_external_recipients": a_delivery_ask(
        moera_today=100, moera_quota=100
    ),
    "submission.delivery.sender_is_not_on_the_list": a_delivery_ask(
        "helpdesk@contoso.com", world=a_world(a_tenant(mailboxes=(ONLY_THE_BOSS,)))
    ),
    "mx.connect.name_is_the_server_s_own": a_hello_ask(
        "DB1PEPF000509F9.mail.protection.outlook.com",
        endpoint=MX,
        server_name="DB1PEPF000509F9.mail.protection.outlook.com",
    ),
    "mx.mail.hello_name_is_blocklisted": a_mail_ask(endpoint=MX, hello_state=SenderState.BLOCKLISTED),
    "mx.mail.sender_is_blocklisted": a_mail_ask(endpoint=MX, sender_state=SenderState.BLOCKLISTED),
    "mx.mail.sender_has_abused_the_service": a_mail_ask(endpoint=MX, sender_state=SenderState.SPAM_ABUSE),
    "mx.mail.sender_is_banned": a_mail_ask(endpoint=MX, sender_state=SenderState.BANNED),
    "mx.mail.sender_s_domain_is_banned": a_mail_ask(endpoint=MX, sender_state=SenderState.DOMAIN_BANNED),
    "mx.rcpt.tenant_s_server_has_an_error": a_rcpt_ask(world=_failing(MailFlowIncident.SERVER_ERROR)),
    "mx.rcpt.tenant_cannot_be_looked_up": a_rcpt_ask(world=_failing(MailFlowIncident.DIRECTORY_ERROR)),
    "mx.rcpt.tenant_s_mail_cannot_be_relayed_now": a_rcpt_ask(world=_failing(MailFlowIncident.UNABLE_TO_RELAY)),
    "mx.rcpt.server_has_no_resources": a_rcpt_ask(world=_failing(MailFlowIncident.NO_RESOURCES)),
    "mx.rcpt.tenant_s_queue_is_full": a_rcpt_ask(world=_failing(MailFlowIncident.QUEUE_QUOTA)),
    "mx.rcpt.recipient_is_refused": a_rcpt_ask(recipient_state=SenderState.RECIPIENT_REFUSED),
    "mx.rcpt.recipient_is_banned": a_rcpt_ask(recipient_state=SenderState.RECIPIENT_BANNED),
    "mx.rcpt.recipient_rejects_the_sender": a_rcpt_ask(recipient_state=SenderState.REJECTED_BY_RECIPIENT),
    "mx.data.ipv6_message_proves_nothing": a_data_ask(endpoint=MX, peer=IPV6, authentication=PROVING_NOTHING),
    "mx.delivery.recipient_has_too_much_of_this_sender": a_delivery_ask(
        "scanner@contoso.com", endpoint=MX, recipient_state=SenderState.TOO_MUCH_FROM_SENDER
    ),
    "mx.delivery.recipient_has_too_much_mail": a_delivery_ask(
        "scanner@contoso.com", endpoint=MX, recipient_state=SenderState.TOO_MUCH_MAIL
    ),
    "mx.mail.sender_sends_too_fast": a_mail_ask(endpoint=MX, sender_state=SenderState.RATE_LIMITED),
    "mx.rcpt.address_is_slowed_down": a_rcpt_ask(reputation=Reputation.THROTTLED),
    "mx.rcpt.address_is_blocklisted": a_rcpt_ask(reputation=Reputation.BLOCKLISTED),
    "mx.rcpt.address_is_blocklisted_in_2024": a_rcpt_ask(reputation=Reputation.BLOCKLISTED),
    "mx.rcpt.address_is_banned": a_rcpt_ask(reputation=Reputation.BANNED),
    "mx.rcpt.address_is_banned_for_good": a_rcpt_ask(reputation=Reputation.BANNED_FOR_GOOD),
    "mx.rcpt.range_of_the_address_sends_too_much": a_rcpt_ask(reputation=Reputation.OVER_THE_LIMIT),
    "mx.rcpt.address_is_blocked_by_the_organisation": a_rcpt_ask(
        world=a_world(a_tenant(hosted_connection_filter_policy=IPV4_BLOCKS))
    ),
    "mx.rcpt.tenant_has_no_subscription": a_rcpt_ask(world=a_world(a_tenant(licences=0))),
    "mx.rcpt.host_is_in_another_region": a_rcpt_ask(world=_accepting(mail_flow_region="JPN"), region_of_host="EUR"),
    "mx.rcpt.certificate_is_not_trusted": a_rcpt_ask(world=_partner(**BY_CERTIFICATE), tls=UNTRUSTED),
    "mx.rcpt.partner_connector_is_for_somebody_else": a_rcpt_ask(world=_partner(restrict_domains_to_ip_addresses=True)),
    "mx.rcpt.partner_connector_wants_tls": a_rcpt_ask(world=_partner(), tls=None),
    "mx.rcpt.domain_takes_no_mail": a_rcpt_ask(world=_accepting(outbound_only=True)),
    "mx.rcpt.dynamic_group_is_unknown_at_the_edge": a_rcpt_ask(
        "staff@contoso.com",
        world=a_world(
            a_tenant(dynamic_distribution_groups=(DynamicDistributionGroup(an_address("staff@contoso.com")),))
        ),
    ),
    "mx.rcpt.domain_does_not_take_ipv6": a_rcpt_ask(world=_accepting(ipv6_for_accepted_domain=Switch.OFF), peer=IPV6),
    "mx.rcpt.domain_does_not_take_ipv6_yet": a_rcpt_ask(peer=IPV6),
    "mx.rcpt.ipv6_address_has_no_name": a_rcpt_ask(peer=IPV6, has_reverse_name=False),
    "mx.rcpt.recipient_is_in_another_region": a_rcpt_ask(world=_accepting(mail_flow_region="JPN"), bound_region="EUR"),
    "mx.data.relay_is_denied_with_an_untrusted_certificate": a_data_ask(OUTSIDE, endpoint=MX, tls=UNTRUSTED),
    "mx.data.relay_is_denied_with_another_certificate": a_data_ask(OUTSIDE, endpoint=MX, tls=TRUSTED),
    "mx.data.message_goes_in_circles": a_data_ask(endpoint=MX, head=replace(a_head(), hops=31)),
    "mx.data.message_has_too_many_parts": a_data_ask(endpoint=MX, excessive_parts=1_001),
    "mx.data.message_has_no_valid_from": a_data_ask(endpoint=MX, head=a_head(None)),
    "mx.delivery.connector_is_blocked": a_delivery_ask(
        endpoint=MX,
        attribution=Attribution(Direction.ORIGINATING, a_tenant(), a_connector(blocked=True), matches_the_client=True),
    ),
    "mx.delivery.recipient_is_blocked_by_the_tenant": a_delivery_ask(
        endpoint=MX, tenant=a_tenant(tenant_allow_block_list=TenantAllowBlockList(("fabrikam.com",)))
    ),
    "mx.delivery.group_wants_authenticated_senders": a_delivery_ask(
        "all@contoso.com",
        endpoint=MX,
        world=a_world(
            a_tenant(
                distribution_groups=(
                    DistributionGroup(
                        an_address("all@contoso.com"),
                        (an_address("scanner@contoso.com"),),
                        require_sender_authentication_enabled=True,
                    ),
                )
            )
        ),
    ),
    "mx.delivery.mailbox_wants_authenticated_senders": a_delivery_ask(
        "scanner@contoso.com",
        endpoint=MX,
        world=a_world(a_tenant(mailboxes=(a_mailbox(require_sender_authentication_enabled=True),))),
    ),
    "mx.delivery.mail_user_wants_authenticated_senders": a_delivery_ask(
        "driver@contoso.com",
        endpoint=MX,
        world=a_world(
            a_tenant(
                mail_users=(
                    MailUser(
                        an_address("driver@contoso.com"),
                        an_address("driver@adatum.example"),
                        require_sender_authentication_enabled=True,
                    ),
                )
            )
        ),
    ),
    "mx.delivery.sender_is_not_on_the_list": a_delivery_ask(
        "helpdesk@contoso.com", endpoint=MX, world=a_world(a_tenant(mailboxes=(ONLY_THE_BOSS,)))
    ),
    "mx.delivery.recipient_is_unknown_to_another_tenant": a_delivery_ask(
        "nobody@fabrikam.com", endpoint=MX, world=a_world(a_tenant(), FABRIKAM)
    ),
    "mx.delivery.another_tenant_refuses_what_fails_a_policy_of_reject": a_delivery_ask(
        "desk@fabrikam.com", endpoint=MX, world=a_world(a_tenant(), FABRIKAM), handling=Handling.REJECT
    ),
    "mx.delivery.relayed_mail_that_fails_a_policy_of_reject_goes_to_junk": a_delivery_ask(
        "scanner@contoso.com", endpoint=MX, attribution=RELAYED, handling=Handling.REJECT
    ),
    "mx.delivery.failing_dmarc_is_quarantined": a_delivery_ask(
        "scanner@contoso.com", endpoint=MX, tenant=None, authentication=FAILS, handling=Handling.QUARANTINE
    ),
    "mx.delivery.failing_dmarc_goes_to_junk": a_delivery_ask(
        "scanner@contoso.com", endpoint=MX, tenant=None, authentication=FAILS, handling=Handling.JUNK
    ),
    "mx.delivery.spoof_is_quarantined": a_delivery_ask(
        "scanner@contoso.com", endpoint=MX, tenant=None, handling=Handling.QUARANTINE
    ),
    "mx.delivery.spoof_goes_to_junk": a_delivery_ask(
        "scanner@contoso.com", endpoint=MX, tenant=None, handling=Handling.JUNK
    ),
    "mx.delivery.domain_may_not_send": a_delivery_ask(
        endpoint=MX,
        tenant=a_tenant("contoso", AcceptedDomain(a_domain("contoso.com"), sending_from_domain_disabled=True)),
    ),
    "mx.delivery.unregistered_domains_may_not_send": a_delivery_ask(
        endpoint=MX,
        mail_from="someone@adatum.example",
        tenant=_restricted(OutboundRestriction.UNREGISTERED_DOMAINS),
    ),
    "mx.delivery.tenant_has_exceeded_its_threshold": a_delivery_ask(
        endpoint=MX, tenant=_restricted(OutboundRestriction.THRESHOLD_EXCEEDED)
    ),
    "mx.delivery.traffic_of_the_tenant_is_not_accepted": a_delivery_ask(
        endpoint=MX, tenant=_restricted(OutboundRestriction.TRAFFIC_NOT_ACCEPTED)
    ),
    "mx.connect.name_is_malformed": a_hello_ask("MacBook..", endpoint=MX),
    "mx.auth.no_mechanism_is_offered": a_mechanism_ask("LOGIN", endpoint=MX),
    "mx.mail.declared_size_is_too_large": a_mail_ask(endpoint=MX, declared_size=TOO_LARGE),
    "mx.rcpt.address_is_throttled": a_rcpt_ask(),
    "mx.rcpt.domain_has_its_two_hundred_recipients": a_rcpt_ask(same_domain=200, recipients=200),
    "mx.rcpt.recipient_belongs_elsewhere": a_rcpt_ask(bound_to="fabrikam-id"),
    "mx.rcpt.relay_is_denied_at_once_to_a_foreign_sender": a_rcpt_ask(OUTSIDE, attribution=LISTED),
    "mx.rcpt.relay_is_denied_at_once_over_ipv6": a_rcpt_ask(OUTSIDE, peer=IPV6),
    "mx.rcpt.relay_is_denied_at_once": a_rcpt_ask(OUTSIDE),
    "mx.rcpt.direct_send_over_ipv6_is_rejected": a_rcpt_ask(
        mail_from="scanner@contoso.com", world=REJECTING, peer=IPV6
    ),
    "mx.rcpt.direct_send_is_rejected": a_rcpt_ask(mail_from="scanner@contoso.com", world=REJECTING),
    "mx.rcpt.recipient_is_unknown": a_rcpt_ask("nobody@contoso.com"),
    "mx.rcpt.recipient_is_unknown_in_2024": a_rcpt_ask("nobody@contoso.com"),
    "mx.rcpt.recipient_is_unknown_in_2020": a_rcpt_ask("nobody@contoso.com"),
    "mx.data.message_is_too_large": a_data_ask(endpoint=MX, size=TOO_LARGE),
    "mx.data.relay_is_denied_to_a_foreign_sender": a_data_ask(OUTSIDE, endpoint=MX, attribution=LISTED),
    "mx.data.relay_is_denied_over_ipv6": a_data_ask(OUTSIDE, endpoint=MX, peer=IPV6),
    "mx.data.relay_is_denied": a_data_ask(OUTSIDE, endpoint=MX),
    "mx.data.sender_fails_dmarc_with_a_policy_of_reject": a_data_ask(endpoint=MX, handling=Handling.REJECT),
    "mx.delivery.recipient_is_unknown": a_delivery_ask("nobody@contoso.com", endpoint=MX),
    "mx.delivery.trial_tenant_has_used_its_external_recipients": a_delivery_ask(
        endpoint=MX, tenant=a_tenant(trial=True), external_today=500, external_quota=500
    ),
    "mx.delivery.tenant_has_used_its_external_recipients": a_delivery_ask(
        endpoint=MX, external_today=14_259, external_quota=14_259
    ),
    "mx.delivery.onmicrosoft_sender_has_used_its_external_recipients": a_delivery_ask(
        endpoint=MX, moera_today=100, moera_quota=100
    ),
    **HVE_EXAMPLES,
    **ACS_SMTP_EXAMPLES,
    **TOKEN_EXAMPLES,
    **ENTRA_EXAMPLES,
    **ACS_REST_EXAMPLES,
}

# Rules whose milestones have no day on today's calendar are judged on one that gives them a day.
CALENDARS: Final[Mapping[str, Mapping[str, str | None]]] = {
    "submission.auth.login_is_offered_no_more": NEVER_OFF,
    "submission.auth.basic_auth_is_removed": NEVER_OFF,
    "submission.auth.basic_auth_is_being_removed": {
        "basic_auth_off_by_default": None,
        "basic_auth_ramp_begins": "2026-03-01",
        "basic_auth_removed": "2026-04-30",
    },
}
