"""The decision tree: what is recommended to whom, with the reason why each other method is possible or not."""

from __future__ import annotations

import pytest

from relaylab_conformance.planning.model import Possible
from tests.conformance.planning.planning import a_sender, candidate, estate_text, lines, plan_of, planned

INSIDE = ("desk@contoso.com",)
ADDED = "Set-InboundConnector -Identity 'Office' -SenderIPAddresses @{Add='198.51.100.7'}"
HQ = '\n[[site]]\nname = "hq"'
THEIRS = """  [[tenant.inbound_connector]]
  name = "Theirs"
  connector_type = "OnPremises"
  sender_domains = ["*"]
  sender_ip_addresses = ["203.0.113.42"]
"""
SHARED = (HQ, THEIRS + HQ)  # the address of hq is on a connector of another organisation too


def _app(**changed: str | tuple[str, ...]) -> str:
    given = {"profile": "python-smtplib", "mail_from": "app@contoso.com", "target": "smtp-auth-basic"} | changed
    return a_sender("app", **given)  # type: ignore[arg-type]


def test_a_program_with_oauth_moves_to_oauth() -> None:
    plan = plan_of(_app())

    assert "smtp-auth-oauth" == plan.recommended
    assert "code or settings change, Entra app registration" == plan.effort


def test_a_printer_without_oauth_moves_to_the_connector_of_its_site() -> None:
    plan = plan_of(a_sender(target="smtp-auth-basic"))

    assert "connector-relay" == plan.recommended
    assert Possible.NO is candidate(plan, "smtp-auth-oauth").possible
    assert ("OAuth-capable? No: generic-mfp has no OAuth 2.0",) == candidate(plan, "smtp-auth-oauth").reasons


def test_a_site_that_is_on_no_connector_gets_one_with_the_parameters_that_the_reference_requires() -> None:
    plan = plan_of(a_sender(target="smtp-auth-basic", site="shop"))

    assert ADDED == lines(plan)[0], "a list would replace the one that is there, and undo the lines for other sites"


EXPORT_AGAIN = "Get-InboundConnector | ConvertTo-Json -Depth 5 | Set-Content inboundconnector.json -Encoding utf8"


def _without_sender_domains(*names: str, site: str = "hq") -> list[list[str]]:
    text = estate_text(*(a_sender(name, target="smtp-auth-basic", site=site) for name in names))
    plans = planned(text.replace('  sender_domains = ["*"]\n', "")).plan.senders
    assert {"connector-relay"} == {one.recommended for one in plans}
    return [lines(one) for one in plans]


def test_a_line_that_puts_an_address_on_a_connector_holds_no_other_sender_s() -> None:
    annex = '[[site]]\nname = "annex"\npublic_ip = "198.51.100.8"\n'
    plans = planned(estate_text(a_sender("one", site="shop"), annex + a_sender("two", site="annex"))).plan.senders

    assert [ADDED, ADDED.replace("100.7", "100.8")] == [lines(one)[0] for one in plans]


def test_an_address_on_a_connector_whose_sender_domains_were_lost_gets_no_second_one() -> None:
    first, second = _without_sender_domains("first", "second")

    assert EXPORT_AGAIN == first[0]
    assert EXPORT_AGAIN not in second, "it is exported once"
    assert not any("-InboundConnector -" in line for line in [*first, *second])


def test_a_connector_whose_sender_domains_were_lost_is_exported_again_before_it_is_changed() -> None:
    (told,) = _without_sender_domains("mfp", site="shop")

    assert [EXPORT_AGAIN, ADDED] == (told[:2])


def test_an_address_on_a_connector_for_other_domains_gets_no_second_one() -> None:
    changed = (('sender_domains = ["*"]', 'sender_domains = ["fabrikam.example"]'),)
    told = lines(plan_of(a_sender(target="smtp-auth-basic"), changed=changed))

    assert not any("InboundConnector" in line for line in told), "it relays for every sender of the tenant"


def test_a_tenant_without_a_connector_makes_one() -> None:
    sender = a_sender(target="smtp-auth-basic", site="shop", mail_from="door@northwind.example", today="direct-send")
    plan = plan_of(sender.replace('target = "smtp-auth-basic"', 'target = "direct-send"'))

    assert (
        "New-InboundConnector -Name 'Relay from shop' -ConnectorType OnPremises -SenderDomains * "
        "-SenderIPAddresses 198.51.100.7" == lines(plan)[0]
    )


def test_where_port_25_is_closed_neither_connector_nor_direct_send_is_possible() -> None:
    closed = (('public_ip = "203.0.113.42"', 'public_ip = "203.0.113.42"\noutbound_port_25 = "dropped"'),)
    plan = plan_of(a_sender(target="smtp-auth-basic", to=INSIDE), changed=closed)

    assert "hve-basic" == plan.recommended
    for method in ("connector-relay", "direct-send"):
        assert ("port 25 open? No: the access provider of hq has it dropped",) == candidate(plan, method).reasons


@pytest.mark.parametrize(("a_day", "recommended"), [(9_999, "direct-send"), (10_000, "hve-basic")])
def test_inside_the_volume_decides_between_direct_send_and_high_volume_email(a_day: int, recommended: str) -> None:
    sender = a_sender(target="smtp-auth-basic", to=INSIDE) + f"\nmessages_per_day = {a_day}"
    plan = plan_of(sender, changed=(SHARED,))

    assert recommended == plan.recommended


@pytest.mark.parametrize(("today", "target"), [("direct-send", "hve-basic"), ("smtp-auth-basic", "hve-oauth")])
def test_a_target_written_before_its_account_is_made_gets_a_plan_that_makes_it(today: str, target: str) -> None:
    sender = a_sender(
        profile="curl", today=today, target=target, mail_from="office@northwind.example", to=("desk@northwind.example",)
    )
    box = '  address = "office@northwind.example"'
    desk = '  [[tenant.mailbox]]\n  address = "desk@northwind.example"'
    plan = plan_of(sender, changed=((box, f'{box}\n  password = "fake"\n{desk}'),))
    way = candidate(plan, target)

    assert Possible.AFTER_STEPS is way.possible
    assert way.is_refused_now.startswith("not ready: northwind has no High Volume Email account")
    assert way.steps[0].lines[0].startswith("New-MailUser -HVEAccount -Name 'office-hve' ")


def test_high_volume_email_costs_the_recipients_behind_a_group() -> None:
    group = (
        '  [[tenant.distribution_group]]\n  address = "all@contoso.com"\n'
        '  members = ["desk@contoso.com", "app@contoso.com"]\n'
    )
    sender = a_sender(target="hve-basic", to=("all@contoso.com",)) + "\nmessages_per_day = 12000"
    plan = plan_of(sender, changed=(("  [[tenant.mail_contact]]", group + "  [[tenant.mail_contact]]"),))

    assert 24_000 == plan.hve_recipients_a_day
    assert plan.hve_dollars_a_month == pytest.approx(24_000 * 30 * 42 / 1_000_000)


def test_without_a_resource_acs_is_closed_since_october_2026() -> None:
    way = candidate(plan_of(a_sender(), at="2026-10-23"), "acs-smtp")

    assert Possible.NO is way.possible
    assert ("ACS resource? None; since 2026-10-23 new customers make none",) == way.reasons


@pytest.mark.parametrize("method", ["acs-smtp", "acs-rest"])
def test_until_then_a_resource_can_be_made_and_the_step_names_the_last_day(method: str) -> None:
    way = candidate(plan_of(a_sender(), at="2026-10-22T23:59:59Z"), method)

    assert Possible.AFTER_STEPS is way.possible
    assert "make the resource by 2026-10-22: from 2026-10-23 on new customers make none" == way.steps[0].what
    assert "Azure portal > Create a resource > Communication Services: contoso-acs" == way.steps[0].lines[0]


@pytest.mark.parametrize(("defaults", "possible"), [("false", True), ("true", False)])
def test_security_defaults_forbid_high_volume_email_with_a_password(defaults: str, *, possible: bool) -> None:
    changed = (("created = 2019-05-01", f"created = 2019-05-01\nsecurity_defaults = {defaults}"),)
    plan = plan_of(a_sender(to=INSIDE), changed=changed)

    assert possible is (candidate(plan, "hve-basic").possible is not Possible.NO)


def test_a_tenant_that_rejects_direct_send_keeps_it_so() -> None:
    changed = (
        (
            "  [tenant.transport_config]",
            "  [tenant.organization_config]\n  reject_direct_send = true\n  [tenant.transport_config]",
        ),
    )
    plan = plan_of(a_sender(to=INSIDE), changed=changed)

    assert "RejectDirectSend is on" in candidate(plan, "direct-send").reasons[0]
    assert "connector-relay" == plan.recommended


@pytest.mark.parametrize(
    ("changed", "possible"),
    [
        (('site = "hq"\n', ""), Possible.NOT_KNOWN),
        (('public_ip = "203.0.113.42"', 'public_ip = "2001:db8::7"'), Possible.NO),
    ],
    ids=["none", "IPv6"],
)
def test_without_an_ipv4_address_a_connector_asks_for_a_certificate(
    changed: tuple[str, str], possible: Possible
) -> None:
    way = candidate(plan_of(a_sender(), changed=(changed,)), "connector-relay")

    assert possible is way.possible
    assert way.reasons[1].startswith("does it present a certificate? Not known: ")
    assert " -SenderDomains * -TlsSenderCertificateName " in way.reasons[1]


def test_an_address_that_another_organisation_lists_is_no_ground_for_a_connector() -> None:
    plan = plan_of(a_sender(), changed=(SHARED,))

    assert Possible.NO is candidate(plan, "connector-relay").possible
    assert "on a connector of northwind too" in candidate(plan, "connector-relay").reasons[0]


def test_two_organisations_behind_one_address_get_no_connector_for_it() -> None:
    one = a_sender("one", site="shop", target="smtp-auth-basic")
    two = a_sender("two", site="shop", mail_from="door@northwind.example", today="mail-contact", target="direct-send")
    done = planned(estate_text(one, two))

    assert not any("InboundConnector" in line for each in done.plan.senders for line in lines(each))
    for each, other in zip(done.plan.senders, ("northwind", "contoso"), strict=True):
        reason, question = candidate(each, "connector-relay").reasons
        assert question.startswith("does it present a certificate?")
        assert f"senders of {other} are behind 198.51.100.7 too" in reason


def test_where_nothing_fits_the_plan_says_what_is_left() -> None:
    plan = plan_of(a_sender(target="smtp-auth-basic"), changed=(('site = "hq"\n', ""),))

    assert plan.recommended is None
    assert "bridge that speaks OAuth" in plan.why
    assert "Graph" not in plan.why, "no printer speaks it"


def test_what_a_person_has_planned_stays_where_it_holds() -> None:
    plan = plan_of(a_sender(target="direct-send", to=INSIDE))

    assert ("direct-send", "the target that the world file has holds") == (plan.recommended, plan.why)


def test_a_switch_that_stops_tokens_too_is_turned_on_for_the_mailbox_first() -> None:
    plan = plan_of(_app(mail_from="shut@contoso.com"))

    assert "Set-CASMailbox -Identity shut@contoso.com -SmtpClientAuthenticationDisabled $false" in lines(plan)
    whose = "-User ENTERPRISE-APPLICATION-OBJECT-ID -AccessRights FullAccess"
    assert f"Add-MailboxPermission -Identity shut@contoso.com {whose}" in lines(plan)


@pytest.mark.parametrize(("at", "works"), [("2026-12-30T23:59:59Z", True), ("2026-12-31", False)])
def test_a_password_works_until_the_cutover(at: str, *, works: bool) -> None:
    plan = plan_of(a_sender(), at=at)

    assert works is plan.works_today
    assert "2026-12-31" == f"{plan.stops_at:%Y-%m-%d}"
    assert plan.line.startswith("550 5.7.30 ")


@pytest.mark.parametrize(("planned_for", "days"), [("2026-12-31", None), ("2027-01-01", 1), ("2027-02-15", 46)])
def test_a_plan_says_how_many_days_a_sender_stands_still(planned_for: str, days: int | None) -> None:
    assert days == plan_of(a_sender(planned_for=planned_for)).stands_still_days


def test_senders_with_oauth_come_first_then_those_with_an_address_and_high_volume_email_last() -> None:
    bulk = a_sender("bulk", target="hve-basic", to=INSIDE)
    plan = planned(estate_text(bulk, a_sender("mfp"), _app())).plan

    assert ["app", "mfp", "bulk"] == [one.name for one in plan.work]


def test_what_has_no_method_comes_first_since_it_takes_longest() -> None:
    stranger = a_sender("stranger", mail_from="scanner@elsewhere.example", today="connector-relay")
    plan = planned(estate_text(a_sender("mfp"), _app(), stranger)).plan

    assert ["stranger", "app", "mfp"] == [one.name for one in plan.work]
    assert plan.work[0].recommended is None


def test_steps_that_two_senders_need_stand_with_the_first() -> None:
    first, second = planned(estate_text(a_sender("one", site="shop"), a_sender("two", site="shop"))).plan.work

    assert any("Set-InboundConnector" in line for line in lines(first))
    assert not any("Set-InboundConnector" in line for line in lines(second))
    assert "some of its steps are those of senders before it in the order of work" in second.cautions


@pytest.mark.parametrize(("comment", "works"), [("", False), ("  # unknown: no export says what it is", True)])
def test_a_guessed_profile_does_not_outweigh_a_method_that_was_seen(comment: str, *, works: bool) -> None:
    sender = a_sender(today="smtp-auth-oauth", target="smtp-auth-oauth", mail_from="app@contoso.com")
    plan = plan_of(sender.replace('profile = "generic-mfp"', f'profile = "generic-mfp"{comment}'))

    assert works is plan.works_today
    assert works is not plan.needs_work
    assert works is any("its profile is a guess" in said for said in plan.cautions)


def test_two_senders_whose_tokens_are_assumed_do_not_take_each_other_s() -> None:
    def by_token(name: str, address: str) -> str:
        return a_sender(
            name, profile="curl", today="smtp-auth-oauth", target="smtp-auth-oauth", mail_from=f"{address}@contoso.com"
        )

    senders = planned(estate_text(by_token("one", "desk"), by_token("two", "scanner"))).plan.senders

    assert [True, True] == [one.works_today for one in senders]
