"""Whoever moves or stays is told why, where its dates alone do not say it."""

from __future__ import annotations

import csv
import io

from relaylab.app.config import KnownNames, parse_world
from relaylab.domain.clock import parse_instant
from relaylab_conformance.planning import make_plan
from relaylab_conformance.planning.as_csv import as_csv
from relaylab_conformance.planning.as_html import as_html
from relaylab_conformance.planning.as_json import as_json
from relaylab_conformance.planning.as_markdown import as_markdown
from relaylab_conformance.planning.as_text import as_text
from relaylab_conformance.planning.model import Plan
from relaylab_conformance.planning.words import headline, stop
from relaylab_scenarios import profiles
from tests.conformance.planning.planning import a_sender, estate_text, planned

TOKEN = (
    '  [[tenant.token]]\n  value = "fake-token"\n  user = "desk@contoso.com"\n  expires = 2028-01-01\n'
    "  [[tenant.mail_contact]]"
)
BY_TOKEN = a_sender(profile="curl", mail_from="desk@contoso.com", today="smtp-auth-oauth", target="smtp-auth-oauth")


def _without_a_cutover() -> Plan:
    text = estate_text(a_sender(), a_sender("stays", today="connector-relay"))
    estate = parse_world(text, "estate", known=KnownNames.of_the_rules(frozenset(profiles())))
    never = {"basic_auth_off_by_default": None}
    return make_plan(estate, parse_instant("2026-11-26"), text=text, milestones=never).plan


def test_a_sender_that_no_date_stops_is_told_why_it_moves_all_the_same() -> None:
    plan = _without_a_cutover()
    (moves,) = plan.work

    assert "does not stop" == stop(moves)
    assert "its password goes on at every date judged, and has no future" in moves.why
    told = "1 sender of 2 does not stop by the dates judged and moves all the same: by what Microsoft announces, a"
    assert any(said.startswith(told) for said in headline(plan))


def test_a_sender_that_a_date_stops_is_not_told_that_its_password_goes_on() -> None:
    plan = planned(estate_text(a_sender())).plan

    assert "goes on at every date" not in plan.work[0].why
    assert not [said for said in headline(plan) if "all the same" in said]


def test_the_days_ahead_are_those_to_the_first_stop_and_not_to_the_cutover() -> None:
    text = estate_text(a_sender(), BY_TOKEN.replace('"mfp"', '"by-token"'))
    plan = planned(text.replace("  [[tenant.mail_contact]]", TOKEN.replace("2028-01-01", "2026-12-28"), 1)).plan

    assert "2 senders of 2 will be refused, the first on 2026-12-28, 32 days ahead." in headline(plan)


def test_a_sender_that_stays_until_its_token_ends_is_told_when_and_what_to_renew_in_every_form() -> None:
    plan = planned(estate_text(BY_TOKEN).replace("  [[tenant.mail_contact]]", TOKEN, 1)).plan

    assert not plan.work
    for form in (as_markdown(plan), as_html(plan), as_csv(plan), as_text(plan, 200)):
        assert "it stays until 2028-01-01: the token that it holds ends" in form
        assert "535 5.7.3" in form


def test_a_sender_of_a_guessed_profile_is_told_what_ends_too() -> None:
    guess = BY_TOKEN.replace('profile = "curl"', 'profile = "generic-mfp"  # unknown: no export says what it is')
    (sender,) = planned(estate_text(guess).replace("  [[tenant.mail_contact]]", TOKEN, 1)).plan.senders

    guessed, ends = sender.cautions
    assert "its profile is a guess: find out what it is, or certify takes it for generic-mfp" == guessed
    assert ends.startswith("it stays until 2028-01-01: the token that it holds ends")


def test_a_sender_that_stays_by_a_token_that_is_assumed_says_so_in_every_form() -> None:
    plan = planned(estate_text(BY_TOKEN)).plan

    assert not plan.work
    for form in (as_markdown(plan), as_html(plan), as_csv(plan), as_text(plan, 200), as_json(plan)):
        assert "assumed: it holds what it signs in with today" in form
    assert any("assumed: " in said for said in plan.senders[0].cautions)


def test_a_sender_that_stays_until_its_client_secret_ends_is_told_to_make_a_new_one() -> None:
    app = """  [[tenant.app_registration]]
  app_id = "11111111-1111-1111-1111-111111111111"
  display_name = "Desk"
  service_principal_id = "22222222-2222-2222-2222-222222222222"
  roles = ["SMTP.SendAsApp"]
  admin_consent = true
  [[tenant.app_registration.password_credential]]
  secret_text = "fake-secret"
  end_date_time = 2028-03-01
  [[tenant.service_principal]]
  app_id = "11111111-1111-1111-1111-111111111111"
  object_id = "22222222-2222-2222-2222-222222222222"
  full_access = ["desk@contoso.com"]
  [[tenant.mail_contact]]"""
    sender = BY_TOKEN.replace('name = "mfp"', 'name = "mfp"\napp_id = "11111111-1111-1111-1111-111111111111"')
    (plan,) = planned(estate_text(sender).replace("  [[tenant.mail_contact]]", app, 1)).plan.senders

    assert "2028-03-01" == stop(plan)
    assert "the client secret of its application ends: make a new one before" in plan.cautions[0]
    assert "Desk (11111111-1111-1111-1111-111111111111) > Certificates & secrets" in plan.cautions[0]


def test_a_sender_that_a_rule_of_the_service_stops_one_day_is_told_which() -> None:
    account = (
        '  [[tenant.hve_account]]\n  address = "hve@contoso.com"\n  password = "fake"\n'
        '  billing_policy_status = "BillingPolicyValid"\n  [[tenant.mail_contact]]'
    )
    sender = a_sender(mail_from="hve@contoso.com", today="hve-basic", target="hve-basic", to=("desk@contoso.com",))
    (plan,) = planned(estate_text(sender).replace("  [[tenant.mail_contact]]", account, 1)).plan.senders

    assert "2028-10-01" == stop(plan)
    assert plan.cautions[0].startswith("it stays until 2028-10-01: High Volume Email takes passwords until the end of")


def test_the_spreadsheet_has_what_to_mind_beside_a_sender() -> None:
    text = as_csv(planned(estate_text(BY_TOKEN).replace("  [[tenant.mail_contact]]", TOKEN, 1)).plan)
    (row,) = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)

    assert row["mind"].startswith("it stays until 2028-01-01")
