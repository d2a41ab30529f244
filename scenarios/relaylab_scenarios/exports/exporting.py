"""An estate as the files that its administrator would export, in one dialect."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from relaylab_scenarios.exports.dialects import CSV, Dialect
from relaylab_scenarios.exports.estate import TRACE_DAYS, ExportEstate

_START: Final = datetime(2026, 11, 16, 6, tzinfo=UTC)
_BASIC: Final = "smtp-auth-basic"
_PROTOCOLS: Final = {_BASIC: "Basic Authentication", "smtp-auth-oauth": "Modern Authentication"}
_IN_SCUBAGEAR: Final = {
    "accepteddomain": "accepted_domains",
    "transportconfig": "transport_config",
    "inboundconnector": "inbound_connectors",
}
Table = list[dict[str, Any]]


def exported(estate: ExportEstate, dialect: Dialect) -> dict[str, bytes]:
    """Give the files by name."""
    tables = dict(_tables(estate, dialect))
    written = {
        f"{name}{dialect.suffix}": dialect.write(rows)
        for name, rows in tables.items()
        if rows and not (dialect.scubagear and name in _IN_SCUBAGEAR)
    }
    if dialect.scubagear:
        written["ProviderSettingsExport.json"] = _scubagear(estate, tables).encode("utf-8-sig")
    else:
        written[f"{estate.domain}.zone"] = zone(estate.dns, estate.domain).encode()
    return written


def table(estate: ExportEstate, name: str, dialect: Dialect = CSV) -> Table:
    """Give one table as it is before it is written."""
    return dict(_tables(estate, dialect))[name]


def _tables(estate: ExportEstate, dialect: Dialect) -> Iterator[tuple[str, Table]]:
    yield "organizationconfig", [_organization(estate)]
    yield "transportconfig", [_transport(estate)]
    yield "accepteddomain", list(_domains(estate))
    yield "casmailbox", list(_cas_mailboxes(estate))
    yield "mailbox", list(_mailboxes(estate))
    yield (
        "authenticationpolicy",
        [
            {"Name": one["name"], "AllowBasicAuthImap": False, "AllowBasicAuthSmtp": one["allow_basic_auth_smtp"]}
            for one in estate.authentication_policies
        ],
    )
    yield (
        "user",
        [
            {"UserPrincipalName": user, "WindowsEmailAddress": user, "AuthenticationPolicy": one["name"]}
            for one in estate.authentication_policies
            for user in one["users"]
        ],
    )
    yield (
        "distributiongroup",
        [
            {
                "PrimarySmtpAddress": one["address"],
                "GroupType": "Universal",
                "RequireSenderAuthenticationEnabled": one["require_sender_authentication_enabled"],
                "Members": one["members"],
            }
            for one in estate.distribution_groups
        ],
    )
    yield (
        "mailcontact",
        [
            {
                "Name": one["name"],
                "ExternalEmailAddress": f"SMTP:{one['external_email_address']}",
                "RecipientTypeDetails": "MailContact",
                "EmailAddresses": [f"SMTP:{one['external_email_address']}"],
            }
            for one in estate.mail_contacts
        ],
    )
    yield (
        "hve",
        [
            {
                "PrimarySmtpAddress": one["address"],
                "UserPrincipalName": one["address"],
                "RecipientTypeDetails": "MailUser",
                "HVEAccount": True,
                "BillingPolicyStatus": one["billing_policy_status"],
            }
            for one in estate.hve_accounts
        ],
    )
    yield "inboundconnector", list(_connectors(estate))
    yield "smtp-auth-clients", list(_report(estate))
    yield "signins", list(_sign_ins(estate, dialect))
    yield "messagetrace", list(_trace(estate, dialect))


def _organization(estate: ExportEstate) -> dict[str, Any]:
    said = estate.organization_config
    return {
        "Name": f"{estate.tenant['name']}.onmicrosoft.com",
        "RejectDirectSend": said["reject_direct_send"],
        "SendFromAliasEnabled": said["send_from_alias_enabled"],
        "DefaultAuthenticationPolicy": said["default_authentication_policy"],
        "WhenCreatedUTC": f"{estate.tenant['created']}T08:30:00.0000000Z",
    }


def _transport(estate: ExportEstate) -> dict[str, Any]:
    said = estate.transport_config
    return {
        "Name": "Transport Settings",
        "SmtpClientAuthenticationDisabled": said["smtp_client_authentication_disabled"],
        "MaxRecipientEnvelopeLimit": "Unlimited",
        "AllowLegacyTLSClients": said["allow_legacy_tls_clients"],
        "JournalingReportNdrTo": "<>",
    }


def _domains(estate: ExportEstate) -> Iterator[dict[str, Any]]:
    initial = {"name": f"{estate.tenant['name']}.onmicrosoft.com", "domain_type": "Authoritative"}
    for one in (initial, *estate.accepted_domains):
        yield {
            "DomainName": one["name"],
            "DomainType": one["domain_type"],
            "Default": one.get("default", False),
            "InitialDomain": one is initial,
            "MatchSubDomains": one.get("match_sub_domains", False),
        }


def _addresses(box: Mapping[str, Any]) -> list[str]:
    return [f"SMTP:{box['address']}", *(f"smtp:{one}" for one in box["proxy_addresses"]), f"SIP:{box['address']}"]


def _cas_mailboxes(estate: ExportEstate) -> Iterator[dict[str, Any]]:
    for box in estate.mailboxes:
        yield {
            "DisplayName": estate.people.get(box["address"], box["address"].partition("@")[0]),
            "PrimarySmtpAddress": box["address"],
            "ImapEnabled": True,
            "SmtpClientAuthenticationDisabled": box["smtp_client_authentication_disabled"],
            "EmailAddresses": _addresses(box),
        }


def _mailboxes(estate: ExportEstate) -> Iterator[dict[str, Any]]:
    for box in estate.mailboxes:
        yield {
            "PrimarySmtpAddress": box["address"],
            "RecipientLimits": str(box["recipient_limits"]),
            "MaxSendSize": "35 MB (36,700,160 bytes)",
            "AccountDisabled": False,
        }


def _connectors(estate: ExportEstate) -> Iterator[dict[str, Any]]:
    for one in estate.inbound_connectors:
        yield {
            "Enabled": one["enabled"],
            "ConnectorType": one["connector_type"],
            "ConnectorSource": "AdminUI",
            "Comment": "",
            "SenderIPAddresses": one["sender_ip_addresses"],
            "SenderDomains": [f"smtp:{domain};1" for domain in one["sender_domains"]],
            "RequireTls": one["require_tls"],
            "TlsSenderCertificateName": one["tls_sender_certificate_name"],
            "Name": one["name"],
            "Identity": one["name"],
        }


def _report(estate: ExportEstate) -> Iterator[dict[str, Any]]:
    for one in estate.senders:
        if one["today"] in _PROTOCOLS:
            yield {
                "Sender address": one["from"],
                "Domain": estate.domain,
                "TLS 1.0 (percent)": 0,
                "TLS 1.1 (percent)": 0,
                "TLS 1.2 (percent)": 100,
                "Messages sent": one["messages_per_day"] * TRACE_DAYS,
                "Authentication Protocol": _PROTOCOLS[one["today"]],
            }


def _sign_ins(estate: ExportEstate, dialect: Dialect) -> Iterator[dict[str, Any]]:
    """Write the portal's columns in CSV, Graph's in JSON; somebody's browser is in the log too."""
    for number, one in enumerate(estate.senders):
        if one["today"] != _BASIC:
            continue
        when = _START + timedelta(minutes=number)
        for app, agent in (("Authenticated SMTP", "BAV2ROPC"), ("Browser", "Mozilla/5.0")):
            if dialect.is_json:
                yield {
                    "createdDateTime": f"{when:%Y-%m-%dT%H:%M:%SZ}",
                    "userPrincipalName": one["from"],
                    "ipAddress": one["ip"] if app != "Browser" else "198.51.100.200",
                    "clientAppUsed": app,
                    "userAgent": agent,
                    "status": {"errorCode": 0, "failureReason": "Other."},
                }
            else:
                yield {
                    "Date (UTC)": f"{when:%Y-%m-%dT%H:%M:%SZ}",
                    "User agent": agent,
                    "User": one["from"].partition("@")[0],
                    "Username": one["from"],
                    "IP address": one["ip"] if app != "Browser" else "198.51.100.200",
                    "Status": "Success",
                    "Sign-in error code": "None",
                    "Client app": app,
                }


def _trace(estate: ExportEstate, dialect: Dialect) -> Iterator[dict[str, Any]]:
    for day in range(TRACE_DAYS):
        for number, one in enumerate(estate.senders):
            comes_in = one["today"] in {"connector-relay", "direct-send"}
            for count in range(one["messages_per_day"] if comes_in else 1):
                when = _START + timedelta(days=day, minutes=10 * count + number)
                for recipient in one["to"]:
                    yield _trace_row(one, when, recipient, one["ip"] if comes_in else None, dialect)
    when = _START + timedelta(days=1)
    outsider = {"from": "newsletter@fabrikam.example"}
    yield _trace_row(outsider, when, estate.mailboxes[0]["address"], "198.51.100.77", dialect)


def _trace_row(
    one: Mapping[str, Any], when: datetime, recipient: str, ip: str | None, dialect: Dialect
) -> dict[str, Any]:
    trace_id = str(uuid5(NAMESPACE_URL, f"{one['from']} {when.isoformat()}"))
    row = {
        "MessageId": f"<{trace_id}@example>",
        "Received": f"{when:%Y-%m-%dT%H:%M:%S.0000000Z}",
        "SenderAddress": one["from"],
        "RecipientAddress": recipient,
        "Subject": 'Scan "page 1",\nfloor 2',
        "Status": "Delivered",
        "ToIP": None,
        "FromIP": ip,
        "Size": 18_211,
        "MessageTraceId": trace_id,
    }
    if not (dialect.is_json and dialect.in_value):
        return row
    graph = {"Received": "receivedDateTime", "FromIP": "fromIP", "ToIP": "toIP", "MessageTraceId": "id"}
    return {graph.get(key, key[0].lower() + key[1:]): value for key, value in row.items()}


def zone(records: Sequence[Mapping[str, str]], domain: str) -> str:
    """Write records as a zone file."""
    lines = [f"$ORIGIN {domain}.", "$TTL 1h", "@ IN SOA ns1.example. hostmaster.example. (2026111600 1h 15m 30d 5m)"]
    for one in records:
        name = "@" if one["name"] == domain else one["name"].removesuffix(f".{domain}")
        value = f"{one['value']}." if one["type"] == "MX" else _in_strings(one["value"])
        lines.append(f"{name} IN {one['type']} {value}")
    return "\n".join(lines) + "\n"


def _in_strings(text: str) -> str:
    """Write a text as strings of at most 255 octets."""
    return " ".join(f'"{text[start : start + 200]}"' for start in range(0, len(text), 200))


def _scubagear(estate: ExportEstate, tables: Mapping[str, Table]) -> str:
    initial = f"{estate.tenant['name']}.onmicrosoft.com"
    created = estate.tenant["created"]
    assert isinstance(created, date)  # noqa: S101 - of an estate
    ticks = int(datetime(created.year, created.month, created.day, 9, tzinfo=UTC).timestamp() * 1000)
    txt = [one for one in estate.dns if one["type"] == "TXT"]
    spf = [{"domain": one["name"], "rdata": one["value"], "log": []} for one in txt if "spf1" in one["value"]]
    dmarc = [
        {
            "domain": one["name"].removeprefix("_dmarc."),
            "rdata": [one["value"]],
            "log": [{"query_name": one["name"], "query_answers": one["value"]}],
        }
        for one in txt
        if one["name"].startswith("_dmarc.")
    ]
    document = {
        "baseline_version": "1",
        "module_version": "1.7.0",
        "tenant_details": [
            {
                "DisplayName": estate.tenant["name"],
                "DomainName": initial,
                "TenantId": str(uuid5(NAMESPACE_URL, initial)),
                "AADAdditionalData": {"CreatedDateTime": f"/Date({ticks})/"},
            }
        ],
        "conditional_access_policies": [{"DisplayName": "MFA for all", "State": "enabled"}],
        "remote_domains": [{"DomainName": "*", "Name": "Default"}],
        **{theirs: tables[ours] for ours, theirs in _IN_SCUBAGEAR.items()},
        "spf_records": spf,
        "dkim_records": [],
        "dmarc_records": dmarc,
        "org_config": [{key: value for key, value in _organization(estate).items() if key not in _NOT_THERE}],
    }
    return json.dumps(document, indent=4)


_NOT_THERE: Final = ("RejectDirectSend", "WhenCreatedUTC")
