"""Composite authentication and the handling of spoofs, a requirement a test (facts MX-HDR-05, MX-DS-13, MX-GAP-22)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address

import pytest

from relaylab.domain.anti_spoof import AntiPhishPolicy, Handling, SpoofAction
from relaylab.domain.authentication import AuthenticationResults, DmarcCheck, DmarcPolicy, DmarcResult
from relaylab.domain.randomness import Randomness
from relaylab.engine.readings import Readings
from relaylab.mailauth import Session
from relaylab.rules.authentication import Recipients, composite, handling, judge
from relaylab.rules.authentication.composite import RULES
from relaylab.rules.readings import READINGS
from tests.mailauth.zones import a_zone
from tests.rules.authentication.results import a_dmarc_check, results

OURS = Recipients(own_from=True)
REJECTS = a_dmarc_check(policy=DmarcPolicy.REJECT)
QUARANTINES = a_dmarc_check(policy=DmarcPolicy.QUARANTINE)
ASKS_NOTHING = a_dmarc_check(policy=DmarcPolicy.NONE)
NO_RECORD = a_dmarc_check(DmarcResult.NONE, None)
SPARED = a_dmarc_check(policy=DmarcPolicy.REJECT, disposition=DmarcPolicy.NONE)
PASSES = a_dmarc_check(DmarcResult.PASS, DmarcPolicy.REJECT)


def judged(dmarc: DmarcCheck, recipients: Recipients | None = None, **readings: str) -> str:
    check = composite(results(None, dmarc), recipients or Recipients(), Readings.of(READINGS, readings))
    return f"{check.result} {check.reason}"


def handled(dmarc: DmarcCheck, policy: AntiPhishPolicy | None = None) -> Handling:
    return handling(stamped(dmarc), policy or AntiPhishPolicy())


def stamped(dmarc: DmarcCheck) -> AuthenticationResults:
    found = results(None, dmarc)
    return replace(found, composite=composite(found, Recipients(), Readings.of(READINGS)))


@pytest.mark.parametrize(
    ("dmarc", "recipients", "expected"),
    [
        (PASSES, Recipients(), "pass 100"),
        (PASSES, Recipients(mx_points_here=False), "pass 100"),
        (a_dmarc_check(DmarcResult.BEST_GUESS_PASS, None), Recipients(), "pass 109"),
        (REJECTS, Recipients(), "fail 000"),
        (QUARANTINES, Recipients(), "fail 000"),
        (REJECTS, OURS, "fail 010"),
        (ASKS_NOTHING, Recipients(), "fail 001"),
        (NO_RECORD, Recipients(), "fail 001"),
        (ASKS_NOTHING, OURS, "fail 601"),
        (SPARED, Recipients(), "fail 001"),
        (a_dmarc_check(DmarcResult.TEMPERROR, None), Recipients(), "fail 001"),
        (PASSES, Recipients(blocked_pair=True), "fail 002"),
        (REJECTS, Recipients(own_from=True, mx_points_here=False), "none 451"),
    ],
)
def test_the_composite_has_the_reason_that_microsoft_documents(
    dmarc: DmarcCheck, recipients: Recipients, expected: str
) -> None:
    assert expected == judged(dmarc, recipients)


def test_under_the_other_reading_an_unknown_sender_passes_softly_and_an_own_domain_does_not() -> None:
    assert "softpass 201" == judged(NO_RECORD, compauth_implicit="softpass")
    assert "fail 601" == judged(NO_RECORD, OURS, compauth_implicit="softpass")


def test_the_evidence_names_the_source() -> None:
    check = composite(results(None, REJECTS), OURS, Readings.of(READINGS))

    assert "MX-HDR-05" in check.because[0]


def test_every_rule_decides_somewhere_and_the_last_one_always_holds() -> None:
    cases = [
        (dmarc, Recipients(own_from=own, mx_points_here=here, blocked_pair=blocked), reading)
        for dmarc in (PASSES, REJECTS, NO_RECORD, a_dmarc_check(DmarcResult.BEST_GUESS_PASS, None))
        for own in (True, False)
        for here in (True, False)
        for blocked in (True, False)
        for reading in ("fail", "softpass")
    ]
    decided = {judged(dmarc, recipients, compauth_implicit=reading) for dmarc, recipients, reading in cases}

    assert {f"{rule.result} {rule.reason}" for rule in RULES} == decided


@pytest.mark.parametrize(
    ("dmarc", "expected"),
    [
        (PASSES, Handling.DELIVER),
        (REJECTS, Handling.REJECT),
        (QUARANTINES, Handling.QUARANTINE),
        (ASKS_NOTHING, Handling.JUNK),
        (NO_RECORD, Handling.JUNK),
        (SPARED, Handling.JUNK),
    ],
)
def test_by_default_a_failure_is_handled_as_the_domain_asks_and_any_other_spoof_is_junk(
    dmarc: DmarcCheck, expected: Handling
) -> None:
    assert expected is handled(dmarc)


def test_a_policy_that_does_not_honour_dmarc_treats_its_failures_as_any_spoof() -> None:
    assert Handling.JUNK is handled(REJECTS, AntiPhishPolicy(honor_dmarc_policy=False))


def test_a_policy_can_quarantine_what_domains_ask_to_reject() -> None:
    assert Handling.QUARANTINE is handled(REJECTS, AntiPhishPolicy(dmarc_reject_action=SpoofAction.QUARANTINE))


def test_without_spoof_intelligence_only_dmarc_is_acted_on() -> None:
    off = AntiPhishPolicy(enable_spoof_intelligence=False)

    assert (Handling.REJECT, Handling.DELIVER) == (handled(REJECTS, off), handled(NO_RECORD, off))


def test_a_tenant_behind_another_gateway_gets_failing_mail_in_its_inbox() -> None:
    found = results(None, REJECTS)
    away = replace(found, composite=composite(found, Recipients(mx_points_here=False), Readings.of(READINGS)))

    assert Handling.DELIVER is handling(away, AntiPhishPolicy())


def test_relayed_mail_is_never_refused_for_its_results() -> None:
    assert Handling.DELIVER is handling(results(None, REJECTS), AntiPhishPolicy())


def through_the_front_door(recipients: Recipients | None, **readings: str) -> AuthenticationResults:
    """A message of print.contoso.com, whose parent alone has a record, from an address that contoso.com allows."""
    zone = a_zone(
        {
            "contoso.com": [("TXT", "v=spf1 ip4:203.0.113.9 -all")],
            "_dmarc.print.contoso.com": [("TXT", "v=DMARC1; p=reject; psd=n")],
        }
    )
    session = Session(
        ip=ip_address("203.0.113.9"),
        helo="mfp",
        mail_from="scanner@contoso.com",
        receiver="protection.outlook.com",
        now=datetime(2026, 11, 23, tzinfo=UTC),
    )
    content = b"From: scanner@print.contoso.com\r\n\r\nscan\r\n"
    chance = Randomness(1).stream("dmarc")
    return judge(zone, session, content, recipients=recipients, readings=Readings.of(READINGS, readings), chance=chance)


def test_the_reading_decides_how_the_organization_is_found() -> None:
    assert DmarcResult.PASS is through_the_front_door(OURS).dmarc.result
    assert DmarcResult.FAIL is through_the_front_door(OURS, dmarc_discovery="tree_walk").dmarc.result


def test_incoming_mail_has_a_composite_and_relayed_mail_has_none() -> None:
    incoming = through_the_front_door(OURS, dmarc_discovery="tree_walk").composite

    assert incoming is not None
    assert "010" == incoming.reason
    assert through_the_front_door(None).composite is None
