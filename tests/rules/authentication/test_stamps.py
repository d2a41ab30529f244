"""The header fields of public messages, octet for octet: what Exchange Online stamped on 2026-02-12 and before."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address

import pytest

from relaylab.domain.authentication import (
    CompositeCheck,
    CompositeResult,
    DkimCheck,
    DkimResult,
    DmarcCheck,
    DmarcPolicy,
    DmarcResult,
    SpfResult,
)
from relaylab.domain.peer import TlsFacts
from relaylab.mailauth.folding import fold
from relaylab.rules.authentication import (
    AntispamReport,
    Attributed,
    antispam_report,
    arc_results,
    attributed,
    authentication_results,
    received_spf,
)
from tests.rules.authentication.results import SITE_IP, a_dmarc_check, an_spf_check, lines, results

TLS_1_2 = TlsFacts("TLSv1.2", "ECDHE-RSA-AES256-GCM-SHA384")
TLS_1_3 = TlsFacts("TLSv1.3", "TLS_AES_256_GCM_SHA384")
CONNECTING = "X-MS-Exchange-CrossTenant-OriginalAttributedTenantConnectingIp"
TENANT = "75e027c9-20d5-47d5-b82f-77d7cd041e8f"
MESSAGE = "269ca3be-3cc8-49b2-19a3-08de6a1f158c"
ARRIVED = datetime(2026, 2, 12, 10, 11, 27, 40_900, tzinfo=UTC)
FRONT_END = "AM1PEPF000252E0.mail.protection.outlook.com"
SITE = "AM1PEPF000252E0.eurprd07.prod.outlook.com"


@pytest.mark.parametrize(
    ("result", "domain", "ip", "helo", "expected"),
    [
        (
            SpfResult.FAIL,
            "foss.st.com",
            SITE_IP,
            "smtpO365.st.com",
            lines(
                "Received-SPF: Fail (protection.outlook.com: domain of foss.st.com does not",
                " designate 164.130.1.60 as permitted sender) receiver=protection.outlook.com;",
                " client-ip=164.130.1.60; helo=smtpO365.st.com;",
            ),
        ),
        (
            SpfResult.PASS,
            "amd.com",
            "165.204.84.17",
            "SATLEXMB04.amd.com",
            lines(
                "Received-SPF: Pass (protection.outlook.com: domain of amd.com designates",
                " 165.204.84.17 as permitted sender) receiver=protection.outlook.com;",
                " client-ip=165.204.84.17; helo=SATLEXMB04.amd.com; pr=C",
            ),
        ),
        (
            SpfResult.SOFTFAIL,
            "phytec.de",
            "91.26.50.189",
            "",
            lines(
                "Received-SPF: SoftFail (protection.outlook.com: domain of transitioning",
                " phytec.de discourages use of 91.26.50.189 as permitted sender)",
            ),
        ),
        (
            SpfResult.NEUTRAL,
            "cern.ch",
            "2001:1458:d00:65::100:ac",
            "",
            lines(
                "Received-SPF: Neutral (protection.outlook.com: 2001:1458:d00:65::100:ac is",
                " neither permitted nor denied by domain of cern.ch)",
            ),
        ),
        (
            SpfResult.NONE,
            "amd.com",
            SITE_IP,
            "",
            lines("Received-SPF: None (protection.outlook.com: amd.com does not designate", " permitted sender hosts)"),
        ),
        (
            SpfResult.TEMPERROR,
            "amd.com",
            SITE_IP,
            "",
            lines(
                "Received-SPF: TempError (protection.outlook.com: error in processing during",
                " lookup of amd.com: DNS Timeout)",
            ),
        ),
        (
            SpfResult.PERMERROR,
            "sma.de",
            SITE_IP,
            "",
            lines(
                "Received-SPF: PermError (protection.outlook.com: domain of sma.de used an",
                " invalid SPF mechanism)",
            ),
        ),
    ],
)
def test_received_spf_says_each_result_in_its_own_words(
    result: SpfResult, domain: str, ip: str, helo: str, expected: str
) -> None:
    assert expected == received_spf(an_spf_check(result, domain=domain, ip=ip, helo=helo))


def test_relayed_mail_has_its_results_under_another_name_and_without_composite() -> None:
    expected = lines(
        "X-MS-Exchange-Authentication-Results: spf=fail (sender IP is 164.130.1.60)",
        " smtp.mailfrom=foss.st.com; dkim=none (message not signed)",
        " header.d=none;dmarc=fail action=none header.from=foss.st.com;",
    )

    assert expected == authentication_results(results())


def test_incoming_mail_shows_the_composite_behind_the_rest() -> None:
    signature = DkimCheck(
        result=DkimResult.FAIL, reason="body hash did not verify", domain="mail1.wpengine.com", selector="s"
    )
    shown = authentication_results(
        results(
            an_spf_check(SpfResult.SOFTFAIL, domain="mail1.wpengine.com", ip="124.47.150.22"),
            a_dmarc_check(header_from="clifestaging.wpengine.com"),
            signature,
            composite=CompositeCheck(result=CompositeResult.SOFTPASS, reason="201"),
        )
    )

    expected = lines(
        "Authentication-Results: spf=softfail (sender IP is 124.47.150.22)",
        " smtp.mailfrom=mail1.wpengine.com; dkim=fail (body hash did not verify)",
        " header.d=mail1.wpengine.com;dmarc=fail action=none",
        " header.from=clifestaging.wpengine.com;compauth=softpass reason=201",
    )
    assert expected == shown


def test_every_signature_has_its_result() -> None:
    signatures = [
        DkimCheck(result=DkimResult.PASS, reason="signature was verified", domain=domain, selector="s")
        for domain in ("saarlouis.ford.com", "ford.com")
    ]
    shown = authentication_results(
        results(
            an_spf_check(SpfResult.PASS, domain="ford.com", ip="205.220.161.53"),
            a_dmarc_check(DmarcResult.PASS, DmarcPolicy.REJECT, header_from="ford.com"),
            *signatures,
        )
    )

    expected = lines(
        "X-MS-Exchange-Authentication-Results: spf=pass (sender IP is 205.220.161.53)",
        " smtp.mailfrom=ford.com; dkim=pass (signature was verified)",
        " header.d=saarlouis.ford.com;dkim=pass (signature was verified)",
        " header.d=ford.com;dmarc=pass action=none header.from=ford.com;",
    )
    assert expected == shown


@pytest.mark.parametrize(
    ("result", "reason", "shown"),
    [
        (DkimResult.TEMPERROR, "key query timeout", "dkim=timeout (key query timeout) header.d=contoso.com;"),
        (DkimResult.PERMERROR, "no key for signature", "dkim=fail (no key for signature) header.d=contoso.com;"),
    ],
)
def test_dkim_results_are_shown_in_the_words_that_exchange_has(result: DkimResult, reason: str, shown: str) -> None:
    check = DkimCheck(result=result, reason=reason, domain="contoso.com", selector="s")

    assert shown in " ".join(authentication_results(results(None, None, check)).split())


@pytest.mark.parametrize(
    ("dmarc", "shown"),
    [
        (a_dmarc_check(policy=DmarcPolicy.REJECT), "dmarc=fail action=oreject "),
        (a_dmarc_check(policy=DmarcPolicy.QUARANTINE), "dmarc=fail action=quarantine "),
        (a_dmarc_check(policy=DmarcPolicy.REJECT, disposition=DmarcPolicy.NONE), "dmarc=fail action=pct.reject "),
        (a_dmarc_check(policy=DmarcPolicy.QUARANTINE, disposition=DmarcPolicy.NONE), "action=pct.quarantine "),
        (a_dmarc_check(DmarcResult.BEST_GUESS_PASS, None), "dmarc=bestguesspass action=none "),
        (a_dmarc_check(DmarcResult.TEMPERROR, None), "dmarc=temperror action=none "),
        (a_dmarc_check(DmarcResult.PASS, DmarcPolicy.REJECT), "dmarc=pass action=none "),
    ],
)
def test_the_action_says_what_the_domain_asked_for(dmarc: DmarcCheck, shown: str) -> None:
    assert shown in " ".join(authentication_results(results(None, dmarc)).split())


def test_the_arc_results_of_a_relayed_message_are_those_of_the_capture() -> None:
    expected = lines(
        "ARC-Authentication-Results: i=1; mx.microsoft.com 1; spf=fail (sender ip is",
        " 164.130.1.60) smtp.rcpttodomain=kernel.org smtp.mailfrom=foss.st.com;",
        " dmarc=fail (p=none sp=none pct=100) action=none header.from=foss.st.com;",
        " dkim=none (message not signed); arc=none (0)",
    )

    assert expected == fold("ARC-Authentication-Results", f"i=1; {arc_results(results(), 'kernel.org')}")


def test_the_antispam_report_stands_on_a_line_of_its_own() -> None:
    report = AntispamReport(
        ip=ip_address(SITE_IP),
        helo="smtpO365.st.com",
        direction="OUT",
        country="IT",
        ip_verdict="CAL",
        rules=(13230040, 82310400026),
    )

    expected = (
        "X-Forefront-Antispam-Report:\r\n\t"
        "CIP:164.130.1.60;CTRY:IT;LANG:en;SCL:1;SRV:;IPV:CAL;SFV:NSPM;H:smtpO365.st.com;PTR:InfoDomainNonexistent;"
        "CAT:NONE;SFS:(13230040)(82310400026);DIR:OUT;SFP:1101;"
    )
    assert expected == antispam_report(report)


def test_attribution_is_shown_in_the_order_and_the_folds_of_the_capture() -> None:
    shown = attributed(
        Attributed(
            tenant_id=TENANT,
            message_id=MESSAGE,
            ip=ip_address(SITE_IP),
            helo="smtpO365.st.com",
            arrived=ARRIVED,
            site=SITE,
            mailbox_server="DU0PR10MB9198",
            from_entity="HybridOnPrem",
            originator="foss.st.com",
        )
    )

    expected = (
        "X-EOPAttributedMessage: 0",
        "X-MS-PublicTrafficType: Email",
        "X-MS-TrafficTypeDiagnostic: AM1PEPF000252E0:EE_|DU0PR10MB9198:EE_",
        f"X-MS-Office365-Filtering-Correlation-Id: {MESSAGE}",
        "X-MS-Exchange-SenderADCheck: 1",
        "X-MS-Exchange-AntiSpam-Relay: 0",
        "X-Microsoft-Antispam: BCL:0;",
        "X-OriginatorOrg: foss.st.com",
        "X-MS-Exchange-CrossTenant-OriginalArrivalTime: 12 Feb 2026 10:11:27.0409\r\n (UTC)",
        f"X-MS-Exchange-CrossTenant-Network-Message-Id: {MESSAGE}",
        f"X-MS-Exchange-CrossTenant-Id: {TENANT}",
        f"{CONNECTING}: TenantId={TENANT};Ip=[164.130.1.60];Helo=[smtpO365.st.com]",
        "X-MS-Exchange-CrossTenant-AuthSource:\r\n\tAM1PEPF000252E0.eurprd07.prod.outlook.com",
        "X-MS-Exchange-CrossTenant-AuthAs: Anonymous",
        "X-MS-Exchange-CrossTenant-FromEntityHeader: HybridOnPrem",
        "X-MS-Exchange-Transport-CrossTenantHeadersStamped: DU0PR10MB9198",
    )
    assert expected == shown


def test_a_name_that_the_world_does_not_describe_is_no_timeout() -> None:
    spf = replace(an_spf_check(SpfResult.TEMPERROR, domain="amd.com"), unheld=("_spf.amd.com",))

    assert "lookup of amd.com: _spf.amd.com is not in this world's DNS)" in received_spf(spf).replace("\r\n ", " ")
