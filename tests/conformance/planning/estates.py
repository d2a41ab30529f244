"""Estates that hypothesis makes: tenants with every switch that a plan looks at, sites, and senders of every method."""

from __future__ import annotations

from typing import Any

from hypothesis import event, reject
from hypothesis import strategies as st

from relaylab.app.config import KnownNames, LoadedWorld, WorldFileError, load_document
from relaylab_scenarios import profiles

PROFILES = tuple(sorted(profiles()))
METHODS = (
    "smtp-auth-basic",
    "smtp-auth-basic",
    "smtp-auth-basic",
    "smtp-auth-oauth",
    "connector-relay",
    "direct-send",
    "hve-basic",
    "acs-smtp",
    "mail-contact",
)
ADDRESSES = ("203.0.113.42", "203.0.113.77", "198.51.100.20")
APP = "11111111-1111-1111-1111-111111111111"
NAMES = ("contoso", "northwind")


def _domain(tenant: str) -> str:
    return f"{tenant}.example"


@st.composite
def tenants(draw: st.DrawFn, name: str) -> dict[str, Any]:
    domain = _domain(name)
    maybe = st.sampled_from((None, True, False))
    box: dict[str, Any] = {"address": f"app@{domain}", "password": "fake-app"}
    if (switch := draw(maybe)) is not None:
        box["smtp_client_authentication_disabled"] = switch
    tenant: dict[str, Any] = {
        "name": name,
        "licences": draw(st.sampled_from((1, 8, 120))),
        "created": draw(st.sampled_from(("2016-01-01", "2021-03-01"))),
        "security_defaults": draw(st.booleans()),
        "basic_auth_smtp": draw(st.sampled_from(("default", "on", "off"))),
        "organization_config": {"reject_direct_send": draw(st.booleans())},
        "accepted_domain": [{"name": domain, "default": True}],
        "mailbox": [{"address": f"desk@{domain}", "password": "fake-desk"}, box],
        "distribution_group": [
            {"address": f"all@{domain}", "members": [f"desk@{domain}", *draw(st.sampled_from(([], ["x@example.net"])))]}
        ],
        "mail_contact": [{"name": "Partner", "external_email_address": "partner@example.org"}],
    }
    if (switch := draw(maybe)) is not None:
        tenant["transport_config"] = {"smtp_client_authentication_disabled": switch}
    tenant |= draw(_policies(domain))
    tenant |= draw(_services(name))
    return tenant


@st.composite
def _policies(draw: st.DrawFn, domain: str) -> dict[str, Any]:
    tenant: dict[str, Any] = {}
    if draw(st.booleans()):
        policy: dict[str, Any] = {"name": "Block", "enabled": draw(st.booleans())}
        policy["client_app_types"] = draw(st.sampled_from(("other", "all")))
        if draw(st.booleans()):
            policy["include_service_principals"] = [APP]
        tenant["conditional_access_policy"] = [policy]
    if draw(st.booleans()):
        tenant["authentication_policy"] = [{"name": "No Basic", "users": [f"app@{domain}"]}]
    if listed := draw(st.lists(st.sampled_from(ADDRESSES), max_size=2, unique=True)):
        tenant["inbound_connector"] = [
            {
                "name": "Office",
                "connector_type": draw(st.sampled_from(("OnPremises", "Partner"))),
                "sender_domains": [draw(st.sampled_from(("*", domain, "other.example")))],
                "sender_ip_addresses": listed,
                "enabled": draw(st.booleans()),
            }
        ]
    return tenant


@st.composite
def _services(draw: st.DrawFn, name: str) -> dict[str, Any]:
    domain = _domain(name)
    tenant: dict[str, Any] = {}
    if draw(st.booleans()):
        statuses = ("BillingPolicyValid", "NoProperBillingPolicyStored")
        tenant["hve_account"] = [
            {
                "address": f"bulk@{domain}",
                "password": "fake-bulk",
                "billing_policy_status": draw(st.sampled_from(statuses)),
            }
        ]
    if draw(st.booleans()):
        tenant["acs_resource"] = [
            {
                "name": f"{name}-acs",
                "created": draw(st.sampled_from(("2025-02-01", "2026-11-01"))),
                "linked_domains": draw(st.sampled_from(([], [domain]))),
            }
        ]
        if draw(st.sampled_from((False, False, True))):
            state = {draw(st.sampled_from(("domain", "spf", "dkim"))): "VerificationFailed"}
            tenant["acs_resource"][0]["domain"] = [{"name": domain, "verification_states": state}]
    if name == NAMES[0] and draw(st.booleans()):
        app: dict[str, Any] = {"app_id": APP}
        if draw(st.booleans()):
            app["client_secret"] = "fake-secret"
        app["roles"] = draw(st.sampled_from(([], [], ["SMTP.SendAsApp"], ["SMTP.SendAsApp"], ["Mail.Send"])))
        app["scopes"] = draw(st.sampled_from(([], ["SMTP.Send"])))
        app["admin_consent"] = draw(st.sampled_from((True, True, False)))
        app["account_enabled"] = draw(st.sampled_from((True, True, False)))
        tenant["app_registration"] = [app]
        if draw(st.booleans()):
            tenant["service_principal"] = [
                {"app_id": APP, "object_id": "22222222-2222-2222-2222-222222222222", "full_access": [f"app@{domain}"]}
            ]
    return tenant


@st.composite
def sites(draw: st.DrawFn, name: str) -> dict[str, Any]:
    site = {
        "name": name,
        "public_ip": draw(st.sampled_from(ADDRESSES)),
        "outbound_port_25": draw(st.sampled_from(("open", "open", "open", "refused"))),
    }
    if draw(st.sampled_from((False, False, True))):
        site["public_ipv6"] = "2001:db8::7"
    return site


@st.composite
def senders(draw: st.DrawFn, name: str, owned: list[dict[str, Any]], places: list[str]) -> dict[str, Any]:
    tenant = draw(st.sampled_from(owned))
    domain = _domain(tenant["name"])
    local = draw(st.sampled_from(("app", "app", "desk", "nobody")))
    methods = [one for one in METHODS if local != "nobody" or "smtp-auth" not in one]
    ways_of_today = [one for one in methods if "hve_account" in tenant or "hve" not in one]
    to = (f"desk@{domain}", f"all@{domain}", "customer@example.net", "partner@example.org", f"desk@{_domain(NAMES[1])}")
    sender: dict[str, Any] = {
        "name": name,
        "profile": draw(st.sampled_from(PROFILES)),
        "from": f"{local}@{domain}",
        "to": draw(st.lists(st.sampled_from(to), min_size=1, max_size=2, unique=True)),
        "today": draw(st.sampled_from(ways_of_today)),
        "target": draw(st.sampled_from(methods)),
        "messages_per_day": draw(st.sampled_from((1, 40, 9_999, 10_000, 12_000))),
    }
    if "hve_account" in tenant:
        sender["hve_account"] = tenant["hve_account"][0]["address"]
    if places and draw(st.sampled_from((True, True, False))):
        sender["site"] = draw(st.sampled_from(places))
    if local == "desk" and draw(st.booleans()):
        sender["sign_in"] = f"app@{domain}"
    if "app_registration" in owned[0] and draw(st.booleans()):
        sender["app_id"] = APP
    if draw(st.booleans()):
        sender["planned_for"] = draw(st.sampled_from(("2025-09-30", "2026-04-01", "2026-12-01", "2027-02-15")))
    return sender


@st.composite
def estates(draw: st.DrawFn) -> LoadedWorld:
    places = [f"site{number}" for number in range(draw(st.integers(0, 2)))]
    dns = [
        {"name": _domain(name), "type": "TXT", "value": value}
        for name in NAMES
        for value in draw(
            st.sampled_from(
                (
                    [],
                    ["v=spf1 -all"],
                    ["v=spf1 ip4:203.0.113.42 include:spf.protection.outlook.com -all"],
                    ["v=spf1 include:spf.protection.outlook.com ~all"],
                    ["v=spf1 redirect=_spf.elsewhere.example"],
                )
            )
        )
    ]
    if draw(st.booleans()):
        dns.append({"name": f"_dmarc.{_domain(NAMES[0])}", "type": "TXT", "value": "v=DMARC1; p=reject"})
    owned = [draw(tenants(name)) for name in NAMES]
    document = {
        "tenant": owned,
        "site": [draw(sites(name)) for name in places],
        "dns": dns,
        "sender": [draw(senders(f"sender{number}", owned, places)) for number in range(draw(st.integers(1, 4)))],
    }
    try:
        return load_document(document, "generated", known=KnownNames.of_the_rules(frozenset(PROFILES)))
    except WorldFileError as error:
        event(str(error).split(": ", 2)[-1][:80])
        return reject()
