"""The fix for mail that nothing vouches for names the line to publish, or the sender to change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from relaylab.domain.anti_spoof import Handling
from relaylab.domain.authentication import DmarcCheck, DmarcPolicy, SpfCheck, SpfResult
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.vouching import ONLY_YOURS
from tests.builders import a_data_ask, a_delivery_ask, a_tenant, a_world
from tests.rules.authentication.results import a_dmarc_check, an_spf_check, results
from tests.rules.judging import verdict

IP = "203.0.113.7"
SIGN = "or have the sender sign with DKIM for contoso.com"
LINE = f'TXT "v=spf1 ip4:{IP} include:spf.protection.outlook.com ~all", and what it holds already'
PUBLISH = f"Vouch for the sender: put ip4:{IP} into the SPF record of contoso.com ({LINE}), {SIGN}"
SEND_AS = f"Vouch for the sender: send with a MAIL FROM in contoso.com, whose SPF record allows {IP}, {SIGN}"


def spf(domain: str = "contoso.com", ip: str = IP, *unheld: str) -> SpfCheck:
    return replace(an_spf_check(SpfResult.FAIL, domain=domain, ip=ip), unheld=unheld)


def dmarc(policy: DmarcPolicy = DmarcPolicy.REJECT, **changes: object) -> DmarcCheck:
    check = replace(a_dmarc_check(policy=policy, header_from="contoso.com"), organizational_domain="contoso.com")
    return replace(check, **changes)  # type: ignore[arg-type]


def refused(check: SpfCheck, policy: DmarcCheck | None = None) -> str:
    ask = a_data_ask("scanner@contoso.com", endpoint=Endpoint.MX, handling=Handling.REJECT)
    found = verdict(replace(ask, authentication=results(check, policy or dmarc())))
    assert found.rule is not None
    assert "mx.data.sender_fails_dmarc_with_a_policy_of_reject" == found.rule.id
    return found.fix


def placed(check: SpfCheck, handling: Handling) -> str:
    world = a_world()
    ask = a_delivery_ask("scanner@contoso.com", world=world, endpoint=Endpoint.MX, tenant=None)
    found = verdict(replace(ask, handling=handling, authentication=results(check, dmarc(DmarcPolicy.NONE))))
    return found.fix


def test_the_refusal_names_the_line_with_the_address_that_was_looked_at() -> None:
    assert refused(spf()).startswith(f"{PUBLISH}; or, for a device of one's own, relay over a connector.")
    assert "ip6:2001:db8::7 into" in refused(spf(ip="2001:db8::7"))


@pytest.mark.parametrize("handling", [Handling.JUNK, Handling.QUARANTINE])
def test_junk_and_quarantine_name_the_line_too(handling: Handling) -> None:
    assert placed(spf(), handling).startswith(PUBLISH)


@pytest.mark.parametrize("handling", [Handling.JUNK, Handling.QUARANTINE])
def test_nobody_is_told_to_vouch_for_a_forger(handling: Handling) -> None:
    assert placed(spf(), handling).endswith(ONLY_YOURS)
    assert refused(spf()).endswith(ONLY_YOURS)


def test_no_fix_shouts_a_domain_as_the_refusal_does() -> None:
    assert "CONTOSO" not in refused(spf())
    assert "CONTOSO" not in placed(spf(), Handling.JUNK)


def test_a_mail_from_of_another_domain_vouches_for_nothing() -> None:
    assert refused(spf("adatum.com")).startswith(SEND_AS)
    assert placed(spf("adatum.com"), Handling.JUNK).startswith(SEND_AS)


def test_a_subdomain_is_another_domain_under_a_strict_record_only() -> None:
    strict = dmarc(published=(("p", "reject"), ("aspf", "s")))

    assert "into the SPF record of pay.contoso.com" in refused(spf("pay.contoso.com"))
    assert refused(spf("pay.contoso.com"), strict).startswith(SEND_AS)


def test_an_include_that_the_world_does_not_describe_is_to_be_described() -> None:
    fix = refused(spf("contoso.com", IP, "_spf.adatum.example"))

    assert fix.startswith(
        "Vouch for the sender: describe _spf.adatum.example to the world "
        f'([[dns]] name = "_spf.adatum.example", type = "TXT", its value), {SIGN}'
    )


def test_another_tenant_saw_microsoft_s_own_address() -> None:
    world = a_world(a_tenant(), a_tenant("fabrikam"))
    ask = a_delivery_ask("scanner@fabrikam.com", world=world, endpoint=Endpoint.MX)
    junk = replace(ask, handling=Handling.JUNK, authentication=results(spf(), dmarc(DmarcPolicy.NONE)))

    assert verdict(junk).fix.startswith(
        "Vouch for the sender: put include:spf.protection.outlook.com into the SPF record of contoso.com, or have "
        "Exchange Online sign for contoso.com"
    )
    assert verdict(replace(junk, handling=Handling.REJECT)).fix.startswith(
        "Have Exchange Online sign for contoso.com ("
    )
