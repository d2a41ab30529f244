"""The end of DATA at the tenant MX."""

from dataclasses import replace

import pytest

from relaylab.domain.arrival import Arrival
from relaylab.domain.asks import DataAsk
from relaylab.domain.attribution import Attribution, Direction
from relaylab.domain.certificate import ChainFault
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.world import World
from relaylab.engine.attribution import attribute
from tests.builders import OFFICE_IP, TLS, a_certificate, a_connector, a_data_ask, a_peer, a_tenant, a_world, an_address
from tests.rules.judging import rule, said, verdict

QUEUED = (
    "250 2.6.0 <1@contoso.com> [InternalId=38521561683110, Hostname=TYZPR06MB6239.apcprd06.prod.outlook.com] "
    "8547 bytes in 0.132, 63.086 KB/sec Queued mail for delivery"
)
RELAY_DENIED = "550 5.7.64 TenantAttribution; Relay Access Denied"
ATTR36 = "550 5.7.64 Relay Access Denied ATTR36. For more details please refer to KB 3169958"
OUTSIDE = "desk@fabrikam.com"
INSIDE = "scanner@contoso.com"


def arriving(
    world: World, *recipients: str, mail_from: str | None = "scanner@contoso.com", ip: str = OFFICE_IP
) -> DataAsk:
    peer = a_peer(ip)
    sender = None if mail_from is None else an_address(mail_from)
    return a_data_ask(
        *recipients,
        mail_from=mail_from,
        world=world,
        endpoint=Endpoint.MX,
        peer=peer,
        attribution=attribute(world, Arrival.of(peer), sender),
    )


def test_a_message_to_the_tenant_s_own_is_queued() -> None:
    assert QUEUED == said(arriving(a_world(), INSIDE))


def test_a_message_through_a_connector_from_an_accepted_domain_may_go_outside() -> None:
    assert QUEUED == said(arriving(a_world(a_tenant(inbound_connectors=(a_connector(),))), OUTSIDE))


@pytest.mark.parametrize("recipients", [(OUTSIDE,), (INSIDE, OUTSIDE)])
def test_a_message_outside_without_attribution_is_refused(recipients: tuple[str, ...]) -> None:
    assert RELAY_DENIED == said(arriving(a_world(), *recipients))


def test_a_connector_for_another_address_does_not_help() -> None:
    world = a_world(a_tenant(inbound_connectors=(a_connector("203.0.113.0/24"),)))

    assert RELAY_DENIED == said(arriving(world, OUTSIDE))


@pytest.mark.parametrize("mail_from", ["scanner@example.org", None])
def test_a_connector_does_not_help_a_sender_of_a_foreign_domain_or_none(mail_from: str | None) -> None:
    world = a_world(a_tenant(inbound_connectors=(a_connector(),)))

    assert RELAY_DENIED == said(arriving(world, OUTSIDE, mail_from=mail_from))


def test_under_the_older_reading_that_case_has_a_text_of_its_own() -> None:
    world = a_world(a_tenant(inbound_connectors=(a_connector(),)))

    assert ATTR36 == said(arriving(world, OUTSIDE, mail_from="scanner@example.org"), relay_denied_text="attr36")
    assert RELAY_DENIED == said(arriving(a_world(), OUTSIDE), relay_denied_text="attr36")


def test_the_fix_is_a_connector_that_powershell_would_make() -> None:
    fix = verdict(arriving(a_world(), OUTSIDE)).fix

    assert (
        "Put 198.51.100.7 on a connector: New-InboundConnector -Name '198.51.100.7' -ConnectorType OnPremises "
        "-SenderDomains * -SenderIPAddresses 198.51.100.7 and send from an accepted domain; or send to "
        "desk@fabrikam.com by SMTP AUTH with OAuth."
    ) == fix


def test_over_ipv6_the_fix_is_not_a_connector() -> None:
    world = a_world(a_tenant(inbound_connectors=(a_connector(),)))
    decided = verdict(arriving(world, OUTSIDE, ip="2001:db8::7"))

    assert "mx.data.relay_is_denied_over_ipv6" == decided.decision().rule
    assert RELAY_DENIED == decided.decision().reply.line  # type: ignore[union-attr]
    assert "New-InboundConnector" not in decided.fix


def test_with_a_certificate_the_fix_says_what_is_wrong_with_it() -> None:
    def fix(defect: ChainFault | None) -> str:
        tls = replace(TLS, client_certificate=a_certificate("mail.fabrikam.com", defect=defect))
        decided = verdict(replace(arriving(a_world(), OUTSIDE), tls=tls))
        assert RELAY_DENIED == decided.decision().reply.line  # type: ignore[union-attr]
        return decided.fix

    assert "TlsSenderCertificateName with a name of the certificate (mail.fabrikam.com)" in fix(None)
    assert "have it send the intermediate certificates as well" in fix(ChainFault.INCOMPLETE_CHAIN)


@pytest.mark.parametrize(("size", "passes"), [(157_286_400, True), (157_286_401, False)])
def test_a_message_of_more_than_150_mib_is_refused(size: int, *, passes: bool) -> None:
    line = said(a_data_ask(endpoint=Endpoint.MX, size=size))

    assert (QUEUED if passes else "552 5.3.4 Message size exceeds fixed maximum message size") == line


def test_the_size_comes_before_the_relay() -> None:
    ask = a_data_ask(OUTSIDE, endpoint=Endpoint.MX, size=157_286_401)

    assert "mx.data.message_is_too_large" == rule(ask)


def test_originating_mail_is_not_asked_where_it_goes() -> None:
    attribution = Attribution(Direction.ORIGINATING, a_tenant(), a_connector(), matches_the_client=True)

    assert QUEUED == said(
        a_data_ask(OUTSIDE, endpoint=Endpoint.MX, attribution=attribution), relay_denied_text="attr36"
    )
