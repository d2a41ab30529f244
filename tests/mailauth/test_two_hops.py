"""A relayed message is judged twice: by the service on arrival, and by the outside recipient (fact COR-03)."""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import ip_address

import pytest

from relaylab.domain.authentication import AuthenticationResults, DkimResult, DmarcResult, SpfResult
from relaylab.domain.randomness import Randomness
from relaylab.mailauth import Session, authenticate, sign
from tests.mailauth.dkim.letters import DOMAIN, KEY_NAME, MESSAGES, key_record, put_on_top, signing_key
from tests.mailauth.zones import LiteralZone, a_zone

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SITE, MICROSOFT, RELAY_POOL = "203.0.113.9", "52.101.72.71", "40.95.1.1"
INCLUDE = "include:spf.protection.outlook.com"


def the_world(spf: str) -> LiteralZone:
    return a_zone(
        {
            DOMAIN: [("TXT", spf)],
            f"_dmarc.{DOMAIN}": [("TXT", "v=DMARC1; p=reject")],
            KEY_NAME: [("TXT", key_record())],
            "spf.protection.outlook.com": [("TXT", "v=spf1 ip4:40.92.0.0/15 ip4:52.100.0.0/15 -all")],
        }
    )


def seen(
    zone: LiteralZone, ip: str, *, signed: bool = False, mail_from: str = f"scanner@{DOMAIN}"
) -> AuthenticationResults:
    message = MESSAGES["plain"]
    message = put_on_top(sign(message, signing_key()), message) if signed else message
    session = Session(ip=ip_address(ip), helo="mfp", mail_from=mail_from, receiver="mx.fabrikam.com", now=NOON)
    return authenticate(zone, session, message, chance=Randomness(1).stream("dmarc", "1"))


def test_a_missing_ip4_fails_on_arrival_and_not_at_the_far_end() -> None:
    zone = the_world(f"v=spf1 {INCLUDE} -all")

    arrival, far_end = seen(zone, SITE), seen(zone, MICROSOFT, signed=True)

    assert (SpfResult.FAIL, DmarcResult.FAIL) == (arrival.spf.result, arrival.dmarc.result)
    assert (SpfResult.PASS, DkimResult.PASS, DmarcResult.PASS) == (
        far_end.spf.result,
        far_end.dkim[0].result,
        far_end.dmarc.result,
    )


def test_a_missing_include_fails_at_the_far_end_and_the_signature_saves_dmarc() -> None:
    zone = the_world(f"v=spf1 ip4:{SITE} -all")

    assert SpfResult.PASS is seen(zone, SITE).spf.result
    far_end = seen(zone, MICROSOFT, signed=True)
    assert (SpfResult.FAIL, DmarcResult.PASS) == (far_end.spf.result, far_end.dmarc.result)


@pytest.mark.parametrize(("signed", "expected"), [(True, DmarcResult.PASS), (False, DmarcResult.FAIL)])
def test_the_relay_pool_is_in_nobodys_spf(expected: DmarcResult, *, signed: bool) -> None:
    far_end = seen(the_world(f"v=spf1 ip4:{SITE} {INCLUDE} -all"), RELAY_POOL, signed=signed)

    assert (SpfResult.FAIL, expected) == (far_end.spf.result, far_end.dmarc.result)


def test_the_evidence_goes_through_all_checks_in_their_order() -> None:
    because = seen(the_world(f"v=spf1 {INCLUDE} -all"), MICROSOFT, signed=True).because

    firsts = [
        next(place for place, said in enumerate(because) if said.startswith(word)) for word in ("SPF", "DKIM", "DMARC")
    ]
    assert sorted(firsts) == firsts
    assert f"DMARC of {DOMAIN}: pass" == because[-1]
