"""What becomes of mail at the tenant MX behind its 250: groups, mail users, contacts, switches and blocks."""

from dataclasses import replace
from itertools import product

import pytest

from relaylab.domain.address import DomainName
from relaylab.domain.event import Judged
from relaylab.domain.message import Placement
from relaylab.domain.recipients import DynamicDistributionGroup, MailUser, TenantAllowBlockList
from relaylab.domain.reputation import SenderReputation, SenderState
from relaylab.domain.tenant import AcceptedDomain, DistributionGroup, OutboundRestriction, Tenant
from relaylab.domain.world import DnsRecord, World
from relaylab.rules import limits
from relaylab.session.parts import excessive_parts
from tests.builders import a_connector, a_domain, a_mailbox, an_address
from tests.session.lines import Lab
from tests.session.worlds import (
    DESK,
    ELSEWHERE,
    HELPDESK,
    HQ,
    NOBODY,
    OUTSIDE,
    SCANNER,
    contoso,
    two_tenants,
)

DRIVER = "driver@contoso.com"
BOSS = "boss@contoso.com"
OUTER = "outer@contoso.com"
INNER = "inner@contoso.com"


def a_group(address: str, *members: str, **changes: object) -> DistributionGroup:
    group = DistributionGroup(an_address(address), tuple(map(an_address, members)))
    return replace(group, **changes)  # type: ignore[arg-type]


def a_mail_user(**changes: object) -> MailUser:
    return replace(MailUser(an_address(DRIVER), an_address(OUTSIDE)), **changes)  # type: ignore[arg-type]


def placed(world: World, to: str, *, mail_from: str = DESK, ip: str = ELSEWHERE) -> dict[str, tuple[str, str | None]]:
    """Send one message to the MX; give for each copy where it went, and the status it came back with."""
    lab = Lab(world)
    assert lab.connect_mx(ip).begin().send(mail_from, to).startswith("250 2.6.0")
    return {
        str(copy.recipient): (
            copy.placed.value,
            copy.decision.reply.enhanced if copy.decision and copy.decision.reply else None,
        )
        for copy in lab.kept[0].copies
    }


INBOX = (Placement.INBOX.value, None)
LEFT = (Placement.OUTSIDE.value, None)


def came_back(status: str) -> tuple[str, str]:
    return (Placement.NONE.value, status)


def test_nested_groups_are_expanded_and_everybody_gets_one_copy() -> None:
    groups = (a_group(OUTER, INNER, SCANNER, OUTSIDE), a_group(INNER, HELPDESK, SCANNER, OUTER))

    found = placed(two_tenants(contoso(distribution_groups=groups)), OUTER)

    assert {HELPDESK: INBOX, SCANNER: INBOX, OUTSIDE: LEFT} == found


def test_mail_to_a_mail_user_leaves_for_its_outside_address() -> None:
    assert {OUTSIDE: LEFT} == placed(two_tenants(contoso(mail_users=(a_mail_user(),))), DRIVER)


def test_originating_mail_reaches_the_members_of_a_dynamic_group() -> None:
    group = DynamicDistributionGroup(an_address("staff@contoso.com"), (an_address(HELPDESK),))
    world = two_tenants(contoso(dynamic_distribution_groups=(group,)))

    assert {HELPDESK: INBOX} == placed(world, "staff@contoso.com", mail_from=SCANNER, ip=HQ)


def test_recipients_in_domains_of_two_regions_do_not_share_a_transaction() -> None:
    domains = tuple(
        AcceptedDomain(a_domain(name), mail_flow_region=region)
        for name, region in (("contoso.com", "EUR"), ("contoso.jp", "JPN"), ("contoso.net", None))
    )
    addresses = (HELPDESK, "helpdesk@contoso.jp", "helpdesk@contoso.net")
    world = two_tenants(contoso(accepted_domains=domains, mailboxes=tuple(map(a_mailbox, addresses))))
    line = Lab(world).connect_mx().begin().envelope(DESK, HELPDESK)

    assert "452 4.5.3 Too many recipients ATTR38" == line.say("RCPT TO:<helpdesk@contoso.jp>")
    assert "250 2.1.5 Recipient OK" == line.say("RCPT TO:<helpdesk@contoso.net>")


# Who may write ------------------------------------------------------------------------------------------------------


def closed(**changes: object) -> Tenant:
    """Contoso with a group, a mailbox and a mail user that are closed in this way."""
    return contoso(
        mailboxes=(a_mailbox(HELPDESK, **changes), a_mailbox(SCANNER)),
        distribution_groups=(a_group(OUTER, SCANNER, **changes),),
        mail_users=(a_mail_user(**changes),),
    )


@pytest.mark.parametrize(("address", "status"), [(OUTER, "5.7.133"), (HELPDESK, "5.7.134"), (DRIVER, "5.7.136")])
def test_an_object_for_authenticated_senders_is_accepted_at_the_edge_and_comes_back(address: str, status: str) -> None:
    world = two_tenants(closed(require_sender_authentication_enabled=True))

    assert {address: came_back(status)} == placed(world, address)


def test_a_connector_alone_does_not_authenticate_and_one_that_treats_mail_as_internal_does() -> None:
    tenant = closed(require_sender_authentication_enabled=True)
    internal = replace(tenant, inbound_connectors=(a_connector(HQ, treat_messages_as_internal=True),))

    assert {OUTER: came_back("5.7.133")} == placed(two_tenants(tenant), OUTER, mail_from=SCANNER, ip=HQ)
    assert {SCANNER: INBOX} == placed(two_tenants(internal), OUTER, mail_from=SCANNER, ip=HQ)


def test_a_closed_group_within_an_open_one_comes_back_alone() -> None:
    groups = (
        a_group(OUTER, INNER, HELPDESK),
        a_group(INNER, SCANNER, require_sender_authentication_enabled=True),
    )

    found = placed(two_tenants(contoso(distribution_groups=groups)), OUTER)

    assert {INNER: came_back("5.7.133"), HELPDESK: INBOX} == found


@pytest.mark.parametrize("address", [OUTER, HELPDESK, DRIVER])
def test_an_object_with_a_list_of_senders_sends_back_what_others_write(address: str) -> None:
    world = two_tenants(closed(accept_messages_only_from=(an_address(SCANNER),)))

    assert {address: came_back("5.7.124")} == placed(world, address)
    assert came_back("5.7.124") not in placed(world, address, mail_from=SCANNER, ip=HQ).values()


# What a tenant may send ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tenant", "status"),
    [
        (contoso(outbound_restriction=OutboundRestriction.THRESHOLD_EXCEEDED), "5.7.705"),
        (contoso(outbound_restriction=OutboundRestriction.TRAFFIC_NOT_ACCEPTED), "5.7.708"),
        (contoso(tenant_allow_block_list=TenantAllowBlockList((OUTSIDE,))), "5.7.703"),
        (contoso(tenant_allow_block_list=TenantAllowBlockList(("adatum.example",))), "5.7.703"),
        (contoso(inbound_connectors=(a_connector(HQ, blocked=True),)), "5.7.711"),
        (
            contoso(accepted_domains=(AcceptedDomain(a_domain("contoso.com"), sending_from_domain_disabled=True),)),
            "5.7.750",
        ),
        (contoso(), None),
    ],
    ids=["threshold", "traffic", "blocked address", "blocked domain", "blocked connector", "domain", "nothing"],
)
def test_relayed_mail_comes_back_with_what_is_held_against_its_tenant(tenant: Tenant, status: str | None) -> None:
    found = placed(two_tenants(tenant), OUTSIDE, mail_from=SCANNER, ip=HQ)

    assert {OUTSIDE: came_back(status) if status else LEFT} == found


def test_what_is_held_against_a_tenant_does_not_touch_its_own_recipients() -> None:
    tenant = contoso(outbound_restriction=OutboundRestriction.THRESHOLD_EXCEEDED)

    assert {HELPDESK: INBOX} == placed(two_tenants(tenant), HELPDESK, mail_from=SCANNER, ip=HQ)


# States of the world, over the wire ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [DESK, "fabrikam.com"])
def test_a_sender_is_known_by_address_or_domain(name: str) -> None:
    world = replace(two_tenants(), reputations=(SenderReputation(name, SenderState.BANNED),))

    assert "550 5.7.502 Access denied, banned sender" == Lab(world).connect_mx().begin().say(f"MAIL FROM:<{DESK}>")


def test_a_client_is_known_by_the_name_that_it_gives() -> None:
    world = replace(two_tenants(), reputations=(SenderReputation("device.contoso.com", SenderState.BLOCKLISTED),))

    assert "Helo domain is listed" in Lab(world).connect_mx().begin().say(f"MAIL FROM:<{DESK}>")


def test_a_message_that_has_passed_thirty_one_servers_goes_in_circles() -> None:
    def with_hops(count: int) -> str:
        letter = (
            b"Received: from a by b; Mon, 23 Nov 2026 09:00:00 +0000\r\n" * count
            + b"From: desk@fabrikam.com\r\n\r\nx\r\n"
        )
        return Lab().connect_mx().begin().send(DESK, HELPDESK, content=letter)

    assert with_hops(30).startswith("250 2.6.0")
    assert "554 5.4.14 Hop count exceeded - possible mail loop ATTR34" == with_hops(31)


def test_a_message_of_a_thousand_and_one_parts_is_refused_with_their_number() -> None:
    def with_parts(count: int, boundary: bytes = b'"=_b"', line: bytes = b"--=_b") -> str:
        head = b"From: desk@fabrikam.com\r\nContent-Type: multipart/mixed; boundary=" + boundary + b"\r\n\r\n"
        inside = (b"\r\n" + line + b"\r\n\r\nx") * (count - 1)
        return Lab().connect_mx().begin().send(DESK, HELPDESK, content=head + inside + b"\r\n" + line + b"--\r\n")

    refused = "554 5.6.211 Invalid MIME Content: Number of MimePart objects (1001) exceeded allowed maximum (1000)."
    assert with_parts(1_000).startswith("250 2.6.0")
    assert refused == with_parts(1_001)
    assert refused == with_parts(1_001, boundary=b"=_b")
    assert with_parts(1_001, line=b"--another").startswith("250 2.6.0")


def test_parts_are_counted_however_close_together_they_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MIME_PARTS", 3)
    head = b"Content-Type: multipart/mixed; boundary=-\r\n\r\n"

    for pieces in product((b"\r\n--", b"-", b"\r\n---", b"x", b"\r\n"), repeat=5):
        letter = head + b"".join(pieces) + b"\r\n"
        parts = 1 + letter.split(b"\r\n").count(b"---")
        assert (parts if parts > 3 else 0) == excessive_parts(letter), letter


@pytest.mark.parametrize("head", [b"Subject: x\r\n", b"From: nobody\r\n", b"From:\r\n"])
def test_a_message_without_a_valid_from_is_refused_unless_it_is_relayed_out(head: bytes) -> None:
    letter = head + b"\r\nx\r\n"
    refused = "550 5.7.512 Access denied, message must be RFC 5322 section 3.6.2 compliant"

    assert refused == Lab().connect_mx().begin().send(DESK, HELPDESK, content=letter)
    assert Lab().connect_mx(HQ).begin().send(SCANNER, OUTSIDE, content=letter).startswith("250 2.6.0")


# Names of IPv6 addresses ---------------------------------------------------------------------------------------------

OVER_IPV6 = "2001:db8::25"
ITS_NAME = "5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"


@pytest.mark.parametrize(
    ("record", "status"),
    [
        (DnsRecord(DomainName(ITS_NAME), "PTR", "scanner.contoso.com"), "250 2.1.5"),
        (DnsRecord(DomainName("*.8.b.d.0.1.0.0.2.ip6.arpa"), "PTR", "office.contoso.com"), "250 2.1.5"),
        (DnsRecord(DomainName(ITS_NAME), "SERVFAIL", ""), "550 5.7.25"),
        (DnsRecord(DomainName(ITS_NAME.replace("5.2", "6.2", 1)), "PTR", "next.contoso.com"), "550 5.7.25"),
    ],
)
def test_over_ipv6_an_address_has_the_name_that_the_dns_of_the_world_gives_it(record: DnsRecord, status: str) -> None:
    session = Lab(replace(two_tenants(), dns=(record,))).connect_mx(OVER_IPV6).begin()
    session.say(f"MAIL FROM:<{OUTSIDE}>")

    assert session.say(f"RCPT TO:<{HELPDESK}>").startswith(status)


def test_a_refusal_is_explained_though_the_connector_in_question_is_gone_since_mail() -> None:
    lab = Lab(two_tenants(contoso(inbound_connectors=(a_connector(ELSEWHERE, name="partner", enabled=False),))))
    line = lab.connect_mx(ELSEWHERE).begin()
    line.say(f"MAIL FROM:<{SCANNER}>")
    lab.world = two_tenants(contoso(inbound_connectors=()))

    line.say(f"RCPT TO:<{NOBODY}>")

    (judged,) = (event for event in lab.events[-1:] if isinstance(event, Judged))
    assert any("partner" in sentence for sentence in judged.decision.because)
