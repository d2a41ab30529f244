"""What stands in the way of a method and what an administrator can change is a step, and no reason against it."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path

import pytest
from click.testing import CliRunner

from relaylab.app.config import KnownNames, load_world
from relaylab.domain.source import Source
from relaylab.rules import sources
from relaylab.rules.acs import smtp_sources
from relaylab.rules.acs import sources as acs_sources
from relaylab_conformance.cli import main
from relaylab_conformance.planning import citations
from relaylab_conformance.planning.model import Candidate, Possible
from relaylab_conformance.planning.spf_record import INCLUDE, mended
from relaylab_scenarios import profiles
from tests.conformance.planning.planning import a_sender, candidate, estate_text, lines, plan_of, planned

APP = "11111111-1111-1111-1111-111111111111"
OBJECT = "22222222-2222-2222-2222-222222222222"
INSIDE = ("desk@contoso.com",)
BEHIND = "  [[tenant.mail_contact]]"


def _with(*tables: str) -> tuple[tuple[str, str], ...]:
    return ((BEHIND, "\n".join((*tables, BEHIND))),)


def _app(*keys: str) -> str:
    return "\n".join(("[[tenant.app_registration]]", f'app_id = "{APP}"', 'display_name = "Scans"', *keys))


def _oauth(**changed: str | tuple[str, ...]) -> str:
    given = {"profile": "python-smtplib", "mail_from": "app@contoso.com", "target": "smtp-auth-basic", "app_id": APP}
    return a_sender("app", **(given | changed))  # type: ignore[arg-type]


def _lines(one: Candidate) -> list[str]:
    return [line for step in one.steps for line in step.lines]


ACS = """[[tenant.acs_resource]]
name = "contoso-acs"
created = 2025-02-01
linked_domains = ["contoso.com"]
sender_usernames = ["app@contoso.com"]
[[tenant.acs_resource.domain]]
name = "contoso.com"
[tenant.acs_resource.domain.verification_states]
spf = "VerificationFailed"
dkim = "NotStarted\""""
SELECTOR = "selector1-azurecomm-prod-net._domainkey"
BLOCKS = f'[[tenant.conditional_access_policy]]\nname = "Block"\ninclude_service_principals = ["{APP}"]'


# Nobody knows its password, so that no application asks for its user's token.
QUIET = '[[tenant.mailbox]]\naddress = "quiet@contoso.com"'
QUIET_APP = _oauth(mail_from="quiet@contoso.com", today="connector-relay", target="smtp-auth-oauth", site="shop")


def test_an_application_without_the_permission_gets_it_with_consent_and_not_a_new_application() -> None:
    plan = plan_of(_oauth(), changed=_with(_app('client_secret = "fake"')))
    portal, cmdlet = plan.steps[:2]

    assert "smtp-auth-oauth" == plan.recommended
    assert f"the application Scans ({APP}) is there, and lacks the permission SMTP.SendAsApp, an" in portal.what
    assert portal.lines[0].endswith("Office 365 Exchange Online > Application permissions: SMTP.SendAsApp")
    assert portal.lines[1].endswith("API permissions: Grant admin consent")
    assert cmdlet.lines[0].startswith(f"New-ServicePrincipal -AppId {APP} -ObjectId ")
    assert not any("New registration" in line for line in lines(plan))


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (('client_secret = "fake"', 'roles = ["SMTP.SendAsApp"]', "admin_consent = false"), "Grant admin consent"),
        (('client_secret = "fake"', 'roles = ["SMTP.SendAsApp"]', "account_enabled = false"), "sign in: Yes"),
        (('roles = ["SMTP.SendAsApp"]', 'scopes = ["Mail.Read"]'), "New client secret"),
    ],
)
def test_an_application_gets_what_it_lacks_and_no_more(keys: tuple[str, ...], line: str) -> None:
    way = candidate(plan_of(QUIET_APP, changed=_with(QUIET, _app(*keys))), "smtp-auth-oauth")

    assert Possible.AFTER_STEPS is way.possible
    assert 1 == len(way.steps[0].lines)
    assert way.steps[0].lines[0].endswith(line)


def test_a_service_principal_of_another_object_id_is_made_anew() -> None:
    told = f'[[tenant.service_principal]]\napp_id = "{APP}"\nobject_id = "{APP}"'
    app = _app('client_secret = "fake"', 'roles = ["SMTP.SendAsApp"]', f'service_principal_id = "{OBJECT}"')

    assert [
        f"Remove-ServicePrincipal -Identity {APP}",
        f"New-ServicePrincipal -AppId {APP} -ObjectId {OBJECT}",
        f"Add-MailboxPermission -Identity app@contoso.com -User {OBJECT} -AccessRights FullAccess",
    ] == lines(plan_of(_oauth(), changed=_with(app, told)))[:3]


def test_high_volume_email_asks_for_mail_send_and_an_allowed_app() -> None:
    app = _app('client_secret = "fake"', 'roles = ["SMTP.SendAsApp"]', f'service_principal_id = "{OBJECT}"')
    way = candidate(plan_of(_oauth(to=INSIDE), changed=_with(app)), "hve-oauth")

    assert Possible.AFTER_STEPS is way.possible
    assert _lines(way)[0].endswith("Application permissions: Mail.Send")
    assert f"Add-HVEAppAccess -Identity bulk@contoso.com -AppIds {OBJECT}" in _lines(way)


def test_a_domain_that_azure_has_not_verified_gets_its_records_and_keeps_what_its_spf_record_holds() -> None:
    dns = '[[dns]]\nname = "contoso.com"\ntype = "TXT"\nvalue = "v=spf1 ip4:203.0.113.42 ~all"\n\n[[site]]\nname = "hq"'
    changed = (*_with(_app('client_secret = "fake"'), ACS), ('\n[[site]]\nname = "hq"', dns))
    way = candidate(plan_of(_oauth(), changed=changed), "acs-smtp")

    assert Possible.AFTER_STEPS is way.possible
    assert [
        'contoso.com. TXT "v=spf1 ip4:203.0.113.42 include:spf.protection.outlook.com -all"',
        f"{SELECTOR}.contoso.com. CNAME {SELECTOR}.azurecomm.net.",
    ] == _lines(way)[:2]
    assert _lines(way)[2].endswith("contoso.com: Verify SPF, DKIM")


def test_a_conditional_access_policy_that_blocks_excludes_who_signs_in() -> None:
    app = _app('client_secret = "fake"', 'roles = ["SMTP.SendAsApp"]')
    plan = plan_of(_oauth(to=INSIDE), changed=_with(app, BLOCKS))

    assert lines(plan)[0].endswith(
        "Policies > Block > Users or workload identities > Workload identities > Exclude: Scans"
    )
    way = candidate(plan, "hve-basic")
    assert Possible.AFTER_STEPS is way.possible
    assert any(line.endswith("Block > Users > Exclude > Users and groups: bulk@contoso.com") for line in _lines(way))


def test_an_authentication_policy_that_blocks_leaves_the_others_under_it() -> None:
    policy = '[[tenant.authentication_policy]]\nname = "No Basic"\nusers = ["bulk@contoso.com", "desk@contoso.com"]'
    way = candidate(plan_of(a_sender(to=INSIDE), changed=_with(policy)), "hve-basic")

    assert [
        "New-AuthenticationPolicy -Name 'High Volume Email' -AllowBasicAuthSmtp",
        "Set-User -Identity bulk@contoso.com -AuthenticationPolicy 'High Volume Email'",
    ] == _lines(way)[:2]


def test_steps_for_one_sender_do_not_stop_another_that_asks_for_its_user_by_the_same_application() -> None:
    by_user = a_sender("by-user", profile="curl", app_id=APP, today="smtp-auth-oauth", target="smtp-auth-oauth")
    app = _app('client_secret = "fake"', 'scopes = ["SMTP.Send"]')
    made = planned(estate_text(QUIET_APP, by_user).replace(*_with(QUIET, app)[0]))

    assert ["smtp-auth-oauth", "smtp-auth-oauth"] == [one.recommended for one in made.plan.senders]
    assert [True, False] == [one.needs_work for one in made.plan.senders]
    assert "scanner@contoso.com" == str(made.world.senders[1].sign_in_user)


def test_a_sender_behind_a_closed_port_25_does_not_stay_with_a_connector() -> None:
    closed = (('public_ip = "203.0.113.42"', 'public_ip = "203.0.113.42"\noutbound_port_25 = "refused"'),)
    plan = plan_of(a_sender(today="connector-relay", to=INSIDE), changed=closed)

    assert not plan.works_today
    assert "the access provider of hq has port 25 refused: nothing is connected" == plan.line
    assert "hve-basic" == plan.recommended


def test_every_step_is_written_as_if_it_were_carried_out(tmp_path: Path) -> None:
    policy = '[[tenant.authentication_policy]]\nname = "No Basic"\nusers = ["bulk@contoso.com"]'
    app = _app("account_enabled = false")
    senders = (
        _oauth(mail_from="shut@contoso.com", to=INSIDE),
        a_sender("bulk", target="hve-basic", to=INSIDE),
        a_sender("azure", target="acs-smtp", mail_from="app@contoso.com"),
    )
    text = estate_text(*senders).replace(*_with(app, BLOCKS, policy, ACS)[0])
    world, out = tmp_path / "world.toml", tmp_path / "plan.toml"
    world.write_text(text, encoding="utf-8")
    CliRunner().invoke(main, ("plan", str(world), "--at", "2026-11-26", "--out", str(out)))

    written = load_world(out, known=KnownNames.of_the_rules(frozenset(profiles()))).world
    assert planned(text).world == written
    assert ["smtp-auth-oauth", "hve-basic", "acs-smtp"] == [one.target for one in written.senders]


def _at_northwind(name: str, site: str, *, target: str = "direct-send") -> str:
    who = "office@northwind.example"
    return a_sender(name, site=site, mail_from=f"{name}@northwind.example", to=(who,), today=target, target=target)


def _records(*senders: str, dns: str = "") -> list[str]:
    record = f'[[dns]]\nname = "northwind.example"\ntype = "TXT"\nvalue = "{dns}"\n' if dns else ""
    made = planned("\n".join((estate_text(*senders), record))).plan
    return [
        f"{step.what}: {line}" for one in made.work for step in one.steps for line in step.lines if "v=spf1" in line
    ]


def test_a_domain_has_one_step_for_its_record_and_that_names_the_sites_of_all_its_senders() -> None:
    doors = [
        _at_northwind("one", "hq", target="mail-contact"),
        _at_northwind("two", "shop", target="mail-contact"),
        _at_northwind("stays", "depot"),
    ]
    depot = '[[site]]\nname = "depot"\npublic_ip = "198.51.100.99"\n'

    told, *more = _records(*doors, depot, dns="v=spf1 mx -all")
    assert not more
    assert told.startswith("SPF of northwind.example, for ")
    for address in ("203.0.113.42", "198.51.100.7", "198.51.100.99"):
        assert 1 == told.count(f"ip4:{address}")
    assert told.endswith(' include:spf.protection.outlook.com -all"')


@pytest.mark.parametrize(
    ("record", "is_written"),
    [
        ("v=spf1 ip4:203.0.113.0/24 -all", False),
        ("v=spf1 +IP4:203.0.113.42/32 -all", False),
        ("v=spf1 include:_spf.host.example -all", False),
        ("v=spf1 redirect=_spf.host.example", False),
        ("v=spf1 ip4:203.0.113.0/27 ip4:203.0.113.420/24 -all", True),
        ("v=spf1 -ip4:203.0.113.0/24 -all", True),
        ("v=spf1 include:_spf.elsewhere.example -all", True),
    ],
)
def test_an_address_that_a_record_lets_pass_by_a_block_or_an_include_is_not_written_again(
    record: str, *, is_written: bool
) -> None:
    host = '\n[[dns]]\nname = "_spf.host.example"\ntype = "TXT"\nvalue = "v=spf1 ip4:203.0.113.32/28 -all"\n'
    doors = (_at_northwind("one", "hq", target="mail-contact"), _at_northwind("two", "shop", target="mail-contact"))
    (told,) = _records(*doors, host, dns=record)
    words = told.rpartition(' TXT "v=spf1 ')[2].strip('"').split()
    new = [word for word in words if word not in record.split()]

    assert {"ip4:198.51.100.7", INCLUDE, *(["ip4:203.0.113.42"] if is_written else [])} == set(new)


def test_blocks_of_ipv6_are_compared_too() -> None:
    record, ips = "v=spf1 ip6:2001:DB8:0::/48 -all", [ip_address("2001:db8::7"), ip_address("2001:db8:1::7")]

    assert f"v=spf1 ip6:2001:DB8:0::/48 ip6:2001:db8:1::7 {INCLUDE} -all" == mended(record, ips)


def test_a_record_that_hands_on_to_one_that_nobody_wrote_down_says_what_to_ask() -> None:
    (told,) = _records(_at_northwind("one", "hq", target="mail-contact"), dns="v=spf1 redirect=_spf.host.example")

    assert "hands on to _spf.host.example (redirect=), which the world file does not have: ask whoever keeps" in told
    assert told.endswith('"v=spf1 ip4:203.0.113.42 include:spf.protection.outlook.com redirect=_spf.host.example"')


def test_a_redirect_becomes_an_include_where_azure_wants_an_end() -> None:
    record = "v=spf1 redirect=_spf.host.example"

    assert f"v=spf1 {INCLUDE} include:_spf.host.example -all" == mended(record, [], end="-all")


def test_a_resource_that_is_still_to_be_made_is_written_once_for_all_its_senders(tmp_path: Path) -> None:
    closed = ('public_ip = "203.0.113.42"', 'public_ip = "203.0.113.42"\noutbound_port_25 = "dropped"')
    two = a_sender("two", target="acs-smtp", mail_from="shut@contoso.com")
    text = estate_text(a_sender("one", target="acs-smtp", app_id=APP), two).replace(*closed)
    text = text.replace(*_with(_app('client_secret = "fake"'))[0])
    world, out = tmp_path / "world.toml", tmp_path / "plan.toml"
    world.write_text(text, encoding="utf-8")
    CliRunner().invoke(main, ("plan", str(world), "--at", "2026-10-01T12:00:00Z", "--out", str(out)))

    written = load_world(out, known=KnownNames.of_the_rules(frozenset(profiles()))).world
    made = planned(text, "2026-10-01T12:00:00Z")
    assert made.world == written
    assert ["2026-10-22", "2026-11-01"] == [str(one.do_before) for one in made.plan.work]
    (resource,) = written.tenants[0].acs_resources
    assert ("contoso-acs", 2) == (resource.name, len(resource.role_assignments))
    assert ["acs-smtp", "acs-smtp"] == [one.target for one in written.senders]


def test_an_application_that_an_account_is_to_allow_is_written_with_an_object_id(tmp_path: Path) -> None:
    defaults = ("created = 2019-05-01", "created = 2019-05-01\nsecurity_defaults = true")
    sender = a_sender("app", profile="curl", mail_from="app@contoso.com", to=INSIDE, target="hve-oauth")
    text = estate_text(sender).replace(*defaults)
    world, out = tmp_path / "world.toml", tmp_path / "plan.toml"
    world.write_text(text, encoding="utf-8")
    CliRunner().invoke(main, ("plan", str(world), "--at", "2026-11-26", "--out", str(out)))

    made = planned(text)
    assert made.world == load_world(out, known=KnownNames.of_the_rules(frozenset(profiles()))).world
    assert "Add-HVEAppAccess -Identity bulk@contoso.com -AppIds ENTERPRISE-APPLICATION-OBJECT-ID" in lines(
        made.plan.senders[0]
    )


def test_a_page_has_one_title_wherever_it_is_cited() -> None:
    rooms = (citations, sources, smtp_sources, acs_sources)
    cited = {one for room in rooms for one in vars(room).values() if isinstance(one, Source) and one.url}
    titles = {one.url: one.title for one in vars(citations).values() if isinstance(one, Source)}

    assert [] == [one for one in cited if titles.get(one.url, one.title) != one.title]
