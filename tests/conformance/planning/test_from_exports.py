"""What a plan makes of the exports that an administrator has: what nobody exported is assumed or not known."""

from __future__ import annotations

from pathlib import Path

from relaylab_conformance.inventory.writing import merged
from relaylab_conformance.planning import Planned, words
from relaylab_conformance.planning.as_html import as_html
from relaylab_conformance.planning.as_json import as_json
from relaylab_conformance.planning.as_markdown import as_markdown
from relaylab_conformance.planning.as_text import as_text
from relaylab_scenarios.exports import example_folder
from tests.conformance.inventory.importing import csv, put, relaylab, take
from tests.conformance.planning.planning import candidate, planned

DOMAINS = csv(
    ("DomainName", "DomainType"), ("contoso.com", "Authoritative"), ("contoso.onmicrosoft.com", "Authoritative")
)
MAILBOXES = csv(
    ("PrimarySmtpAddress", "SmtpClientAuthenticationDisabled"), ("ann@contoso.com", ""), ("erp@contoso.com", "False")
)
ORGANIZATION = csv(
    ("Name", "RejectDirectSend", "DefaultAuthenticationPolicy"), ("contoso.onmicrosoft.com", "False", "Allow SMTP")
)
REPORT = csv(
    ("Sender address", "TLS 1.0", "TLS 1.1", "TLS 1.2", "Messages sent", "Authentication Protocol"),
    ("erp@contoso.com", "0", "0", "100", "4200", "Basic"),
)
TRACE = csv(
    ("Received", "SenderAddress", "RecipientAddress", "Status", "FromIP", "MessageTraceId"),
    ("2026-11-01T06:00:00Z", "erp@contoso.com", "all@contoso.com", "Delivered", "", "1"),
)
LISTS = csv(("PrimarySmtpAddress", "GroupType"), ("all@contoso.com", "Universal"))
NOT_KNOWN = "internal only? Not known: the members of all@contoso.com are in no export"


def exports(folder: Path, **files: str) -> Path:
    always = {"domains": DOMAINS, "mailboxes": MAILBOXES, "report": REPORT}
    return put(folder, {f"{name}.csv": text for name, text in (always | files).items()})


def plan_of(*folders: Path) -> Planned:
    return planned(merged(take(*folders), None).text)


# A policy that nobody exported ---------------------------------------------------------------------------------------


def test_a_policy_that_nobody_exported_does_not_stop_who_sends_by_password(tmp_path: Path) -> None:
    (sender,) = plan_of(exports(tmp_path, organization=ORGANIZATION)).plan.senders

    assert sender.works_today
    assert "2026-12-31" == words.stop(sender)


def test_every_form_says_that_the_policy_is_assumed_and_what_to_ask(tmp_path: Path) -> None:
    plan = plan_of(exports(tmp_path, organization=ORGANIZATION)).plan

    assumed = 'the policy "Allow SMTP" of contoso allows passwords: nobody exported the policy, and under it erp@'
    (said,) = plan.assumed
    assert f"assumed: {assumed}" in said
    assert "4200 messages by password (report.csv row 2)" in said
    assert said.endswith("ask: Get-AuthenticationPolicy -Identity 'Allow SMTP' | Format-List AllowBasicAuthSmtp")
    assert 'assumed: the policy "Allow SMTP" of contoso allows passwords' in plan.senders[0].evidence
    assert f"Assumed: {assumed}" in as_text(plan, 120)
    assert f"Assumed: {assumed}" in as_markdown(plan)
    assert "Assumed: the policy &#34;Allow SMTP&#34; of contoso allows passwords" in as_html(plan)
    assert "assumed: the policy" in as_json(plan)


def test_a_policy_that_was_exported_is_not_assumed_to_be_another(tmp_path: Path) -> None:
    policies = csv(("Name", "AllowBasicAuthSmtp"), ("Allow SMTP", "False"))

    inventory = take(exports(tmp_path, organization=ORGANIZATION, policies=policies))
    plan = planned(merged(inventory, None).text).plan

    assert () == plan.assumed
    assert not plan.senders[0].works_today
    assert any(
        '"Allow SMTP" blocks passwords, yet under it erp@contoso.com sends' in str(one) for one in inventory.notes
    )


def test_a_person_who_answers_ends_the_assumption(tmp_path: Path) -> None:
    text = merged(take(exports(tmp_path, organization=ORGANIZATION)), None).text
    assert "allow_basic_auth_smtp = true " in text

    plan = planned(text.replace("allow_basic_auth_smtp = true ", "allow_basic_auth_smtp = false")).plan

    assert () == plan.assumed
    assert not plan.senders[0].works_today


def test_the_export_of_the_policy_takes_the_place_of_the_assumption(tmp_path: Path) -> None:
    world = tmp_path / "world.toml"
    folder = exports(tmp_path / "e", organization=ORGANIZATION)
    world.write_text(merged(take(folder), None).text, encoding="utf-8")
    put(folder, {"policies.csv": csv(("Name", "AllowBasicAuthSmtp"), ("Allow SMTP", "False"))})

    again = merged(take(folder, into=world), world)

    assert "allow_basic_auth_smtp = false" in again.text
    assert "assumed: " not in again.text


def test_a_policy_that_only_users_have_is_assumed_for_those_who_send(tmp_path: Path) -> None:
    users = csv(
        ("UserPrincipalName", "WindowsEmailAddress", "AuthenticationPolicy"),
        ("erp@contoso.com", "erp@contoso.com", "Devices"),
        ("ann@contoso.com", "ann@contoso.com", "People"),
    )

    text = merged(take(exports(tmp_path, users=users)), None).text

    assert 1 == text.count("assumed: nobody exported the policy")
    assert 1 == text.count("# unknown: allow_basic_auth_smtp: export Get-AuthenticationPolicy")


def test_a_switch_that_nobody_exported_does_not_stop_who_sends(tmp_path: Path) -> None:
    organization = csv(
        ("Name", "RejectDirectSend", "WhenCreatedUTC"), ("contoso.onmicrosoft.com", "False", "2021-03-04")
    )
    folder = exports(tmp_path, organization=organization, mailboxes=MAILBOXES.replace('"False"', '""'))

    plan = plan_of(folder).plan

    assert plan.senders[0].works_today
    assert "assumed: SMTP AUTH is on in contoso: nobody exported the organisation's switch" in plan.assumed[0]


def test_the_messy_set_is_not_refused_already() -> None:
    plan = plan_of(example_folder("woodgrove")).plan

    assert any("12 senders of 14 will be refused" in line for line in words.headline(plan))
    assert not any("refused already" in said for said in words.headline(plan))
    assert "erp4@woodgrove.example sends, last on 2026-11-16: signed in" in plan.assumed[0]


# A list whose members nobody exported --------------------------------------------------------------------------------


def test_a_list_whose_members_nobody_exported_is_not_taken_for_one_person_inside(tmp_path: Path) -> None:
    plan = plan_of(exports(tmp_path, lists=LISTS, trace=TRACE)).plan
    (sender,) = plan.senders

    missing = "the site, the profile and the members"
    assert f"Without {missing} nobody can say what fits 1 sender: {sender.name}." in words.headline(plan)
    for method in ("direct-send", "hve-basic", "hve-oauth"):
        assert f"{NOT_KNOWN}; write the members into the world file" in candidate(sender, method).reasons
    assert (None, None) == (sender.hve_recipients_a_day, sender.hve_dollars_a_month)
    assert sender.why.startswith(
        "the members of all@contoso.com are in no export, so methods that end inside are not judged, and nobody says "
        "where it stands nor what machine or program it is: write the members, its site and its profile into the world "
        "file and plan again; until then, no method of Microsoft's fits: "
    )


def test_a_list_inside_a_list_is_not_known_either(tmp_path: Path) -> None:
    rows = (("PrimarySmtpAddress", "GroupType", "Members"), ("all@contoso.com", "Universal", "it@contoso.com"))
    lists = csv(*rows, ("it@contoso.com", "Universal", ""))

    (sender,) = plan_of(exports(tmp_path, lists=lists, trace=TRACE)).plan.senders

    assert NOT_KNOWN.replace("all@", "it@") in candidate(sender, "direct-send").reasons[0]


def test_who_sends_by_high_volume_email_to_such_a_list_gets_no_cost(tmp_path: Path) -> None:
    accounts = csv(
        ("PrimarySmtpAddress", "HVEAccount", "BillingPolicyStatus"), ("bulk@contoso.com", "True", "BillingPolicyValid")
    )
    trace = TRACE.replace("erp@", "bulk@")

    plan = plan_of(exports(tmp_path, lists=LISTS, trace=trace, accounts=accounts)).plan
    bulk = next(one for one in plan.senders if one.sends_from == "bulk@contoso.com")

    assert (None, None) == (bulk.hve_recipients_a_day, bulk.hve_dollars_a_month)
    assert NOT_KNOWN in candidate(bulk, "hve-basic").reasons
    assert not any("US dollars" in said for one in bulk.candidates for said in one.cautions)


def test_a_person_who_writes_the_members_makes_the_list_known(tmp_path: Path) -> None:
    text = merged(take(exports(tmp_path, lists=LISTS, trace=TRACE)), None).text
    assert 'members = ["ann@contoso.com"]' in text

    plan = planned(text.replace('members = ["ann@contoso.com"]', 'members = ["erp@contoso.com"]')).plan

    assert "internal only? Yes, groups expanded" in candidate(plan.senders[0], "hve-basic").reasons
    assert 600 == plan.senders[0].hve_recipients_a_day


def test_import_says_which_list_nobody_can_judge_and_what_exports_it(tmp_path: Path) -> None:
    done = relaylab(exports(tmp_path, lists=LISTS, trace=TRACE))

    assert 1 == done.exit_code
    told = " ".join(done.output.split())
    assert "unknown: lists.csv row 2: the members of all@contoso.com are in no export, and erp@contoso.com" in told
    assert "Get-DistributionGroupMember -Identity all@contoso.com" in told


def test_a_list_that_nobody_writes_to_is_nothing_to_mend(tmp_path: Path) -> None:
    assert 0 == relaylab(exports(tmp_path, lists=LISTS)).exit_code


def test_members_that_a_person_wrote_are_asked_for_no_more(tmp_path: Path) -> None:
    folder, world = exports(tmp_path / "e", lists=LISTS, trace=TRACE), tmp_path / "world.toml"
    assert [1, 1] == [relaylab(folder, "--out", world).exit_code for _ in range(2)]
    text = world.read_text(encoding="utf-8")

    world.write_text(text.replace('["ann@contoso.com"]', '["ann@contoso.com", "erp@contoso.com"]'), encoding="utf-8")

    assert 0 == relaylab(folder, "--out", world).exit_code
    assert '["ann@contoso.com", "erp@contoso.com"]' in world.read_text(encoding="utf-8")


def test_members_that_were_read_once_are_not_lost_to_an_export_without_them(tmp_path: Path) -> None:
    rows = (("PrimarySmtpAddress", "GroupType", "Members"), ("all@contoso.com", "Universal", "erp@contoso.com"))
    folder, world = exports(tmp_path / "e", lists=csv(*rows), trace=TRACE), tmp_path / "world.toml"
    relaylab(folder, "--out", world)

    put(folder, {"lists.csv": LISTS})

    assert 0 == relaylab(folder, "--out", world).exit_code
    assert 'members = ["erp@contoso.com"]' in world.read_text(encoding="utf-8")
