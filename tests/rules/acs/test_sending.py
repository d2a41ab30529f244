"""May this resource send this message now: the predicates that SMTP and REST share."""

from dataclasses import replace

import pytest

from relaylab.domain.acs import (
    AcsResource,
    Allowance,
    EmailDomain,
    RoleAssignment,
    Sending,
    SendingQuota,
    SuppressionList,
    VerificationStates,
    VerificationStatus,
)
from relaylab.domain.address import Address, DomainName
from relaylab.rules.acs import sending
from relaylab.rules.catalogue import RULES, rulebook
from tests.builders import a_tenant, at, just_before

CONTOSO = DomainName("contoso.com")
ORDERS = Address.parse("orders@contoso.com")
RESOURCE = AcsResource("contoso-mail", at("2025-02-01"), linked_domains=(CONTOSO,), sender_usernames=(ORDERS,))
ROOM = SendingQuota(Allowance(0, 30), Allowance(0, 100))
A_SENDING = Sending(resource=RESOURCE, senders=(ORDERS,), recipients=1, size=2_000, quota=ROOM)
CALENDAR = rulebook().calendar


def test_a_configured_sender_of_a_linked_domain_may_send() -> None:
    questions = (
        sending.domain_is_not_linked,
        sending.domain_is_not_verified,
        sending.sender_username_is_unknown,
        sending.recipients_are_too_many,
        sending.message_is_too_large,
        sending.minute_is_used_up,
        sending.hour_is_used_up,
    )

    assert not any(asked(A_SENDING) for asked in questions)


@pytest.mark.parametrize("sender", ["orders@fabrikam.com", "orders@mail.contoso.com"])
def test_another_domain_is_not_linked_and_neither_is_a_subdomain(sender: str) -> None:
    foreign = replace(A_SENDING, senders=(ORDERS, Address.parse(sender)))

    assert sending.domain_is_not_linked(foreign)


def test_a_message_from_nobody_is_from_no_linked_domain() -> None:
    assert sending.domain_is_not_linked(replace(A_SENDING, senders=()))


def test_a_local_part_that_is_not_configured_is_unknown() -> None:
    assert sending.sender_username_is_unknown(replace(A_SENDING, senders=(Address.parse("billing@contoso.com"),)))
    assert not sending.sender_username_is_unknown(replace(A_SENDING, senders=(Address.parse("ORDERS@contoso.com"),)))


def test_an_azure_managed_domain_has_a_sender_ready_made() -> None:
    managed = DomainName("9d1ef3e5-8d6e-4a3e-9f6f-2a0a3d1c7f11.azurecomm.net")
    resource = replace(RESOURCE, linked_domains=(managed,), sender_usernames=())
    ready_made = Address("donotreply", managed)

    assert not sending.sender_username_is_unknown(replace(A_SENDING, resource=resource, senders=(ready_made,)))


@pytest.mark.parametrize(("record", "stops"), [("spf", True), ("dkim", True), ("dkim2", True), ("dmarc", False)])
def test_a_linked_domain_must_be_verified_but_for_dmarc(record: str, stops: bool) -> None:  # noqa: FBT001 - a table
    states = replace(VerificationStates(), **{record: VerificationStatus.FAILED})
    resource = replace(RESOURCE, domains=(EmailDomain(name=CONTOSO, verification_states=states),))

    assert stops is sending.domain_is_not_verified(replace(A_SENDING, resource=resource))


def test_fifty_recipients_are_taken_and_fifty_one_are_not() -> None:
    assert not sending.recipients_are_too_many(replace(A_SENDING, recipients=50))
    assert sending.recipients_are_too_many(replace(A_SENDING, recipients=51))


def test_ten_megabytes_are_taken_and_an_octet_more_is_not() -> None:
    assert not sending.message_is_too_large(replace(A_SENDING, size=10 * 1024 * 1024))
    assert sending.message_is_too_large(replace(A_SENDING, size=10 * 1024 * 1024 + 1))


@pytest.mark.parametrize(
    ("made", "earlier", "exists"),
    [("2026-10-22", None, True), ("2026-10-23", None, False), ("2026-10-23", "2026-10-22", True)],
)
def test_who_has_a_resource_may_add_more_and_nobody_else_since_the_service_closed(
    made: str, earlier: str | None, *, exists: bool
) -> None:
    resource = replace(RESOURCE, created=at(made))
    others = (replace(RESOURCE, name="older", created=at(earlier)),) if earlier else ()
    tenant = replace(a_tenant(), acs_resources=(resource, *others))

    assert exists is sending.is_there(resource, tenant, at("2026-11-23"), CALENDAR)


def test_a_resource_is_there_from_the_instant_it_was_made() -> None:
    tenant = replace(a_tenant(), acs_resources=(RESOURCE,))

    assert not sending.is_there(RESOURCE, tenant, just_before("2025-02-01"), CALENDAR)
    assert sending.is_there(RESOURCE, tenant, at("2025-02-01"), CALENDAR)


@pytest.mark.parametrize(
    ("assignment", "enough"),
    [
        ({"role": "Communication and Email Service Owner"}, True),
        ({"role": "Contributor"}, True),
        ({"role": "Reader"}, False),
        ({"role": "Sender", "actions": ("Microsoft.Communication/CommunicationServices/Read",)}, False),
        (
            {
                "role": "Sender",
                "actions": (
                    "microsoft.communication/communicationservices/read",
                    "Microsoft.Communication/CommunicationServices/Write",
                    "Microsoft.Communication/EmailServices/Write",
                ),
            },
            True,
        ),
    ],
)
def test_a_role_must_be_enough(assignment: dict[str, object], *, enough: bool) -> None:
    app = "11111111-1111-1111-1111-111111111111"
    resource = replace(RESOURCE, role_assignments=(RoleAssignment(assignee=app, **assignment),))  # type: ignore[arg-type]

    assert enough is resource.lets_send(app)
    assert not resource.lets_send("22222222-2222-2222-2222-222222222222")


def test_a_suppression_list_holds_for_its_sender_username() -> None:
    gone = Address.parse("gone@example.com")
    listed = SuppressionList(domain=CONTOSO, list_name="orders", addresses=(gone,))
    resource = replace(RESOURCE, suppression_lists=(listed,))

    assert resource.suppresses(ORDERS, gone)
    assert not resource.suppresses(Address.parse("billing@contoso.com"), gone)
    assert not resource.suppresses(ORDERS, ORDERS)


def test_every_resource_has_two_keys_the_same_in_every_world() -> None:
    primary, secondary = RESOURCE.keys

    assert primary != secondary
    assert RESOURCE.keys == AcsResource("CONTOSO-MAIL", at("2026-01-01")).keys


@pytest.mark.parametrize(
    ("over_smtp", "over_rest"),
    [
        ("acs_smtp.data.domain_is_not_linked", "acs_rest.send.domain_is_not_linked"),
        ("acs_smtp.mail.domain_is_not_linked", "acs_rest.send.domain_is_not_linked"),
        ("acs_smtp.data.domain_is_not_verified", "acs_rest.send.domain_is_not_verified"),
        ("acs_smtp.data.sender_username_is_unknown", "acs_rest.send.sender_username_is_unknown"),
        ("acs_smtp.mail.sender_username_is_unknown", "acs_rest.send.sender_username_is_unknown"),
        ("acs_smtp.data.message_has_too_many_recipients", "acs_rest.send.recipients_are_too_many"),
        ("acs_smtp.rcpt.transaction_has_its_fifty_recipients", "acs_rest.send.recipients_are_too_many"),
        ("acs_smtp.data.message_is_too_large", "acs_rest.send.request_is_too_large"),
        ("acs_smtp.mail.declared_size_is_too_large", "acs_rest.send.request_is_too_large"),
        ("acs_smtp.data.minute_is_used_up", "acs_rest.send.rate_is_used_up"),
        ("acs_smtp.data.hour_is_used_up", "acs_rest.send.rate_is_used_up"),
        ("acs_smtp.auth.application_has_no_role", "acs_rest.send.application_lacks_the_role"),
        ("acs_smtp.auth.resource_is_of_a_new_customer", "acs_rest.send.resource_is_of_a_new_customer"),
        ("acs_smtp.auth.service_has_ended", "acs_rest.send.service_has_ended"),
    ],
)
def test_what_to_change_is_the_same_at_both_doors(over_smtp: str, over_rest: str) -> None:
    fixes = {rule.id: rule.fix for rule in RULES}

    assert fixes[over_rest].endswith(fixes[over_smtp]), "REST may say besides how long to wait"
