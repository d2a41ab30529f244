"""Every line that is known of the tenant MX is said in a state that a world file can express, or is said not to be.

The numbers are those of the facts MX-ERR-01 to MX-ERR-39. What is never said here stands in ``docs/fidelity.md``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import pytest

from relaylab.app.config import parse_world
from relaylab.domain.certificate import ChainFault
from relaylab.domain.peer import TlsFacts
from tests.builders import TLS, a_certificate, at
from tests.session.lines import BEFORE
from tests.session.named import Named

FIDELITY = Path(__file__).parents[2] / "docs" / "fidelity.md"
OFFICE, STRANGER, OVER_IPV6 = "198.51.100.7", "203.0.113.77", "2001:db8::7"
SCANNER, HELPDESK, SUPPLIER, OUTSIDE = (
    "scanner@contoso.com",
    "helpdesk@contoso.com",
    "desk@fabrikam.com",
    "someone@adatum.example",
)
BASE = """
[[site]]
name = "hq"
public_ip = "198.51.100.7"
SITE
[[tenant]]
name = "contoso"
TENANT
  [[tenant.accepted_domain]]
  name = "contoso.com"
DOMAIN
  [[tenant.mailbox]]
  address = "scanner@contoso.com"
  [[tenant.mailbox]]
  address = "helpdesk@contoso.com"
MAILBOX
BELOW
[[tenant]]
name = "fabrikam"
  [[tenant.accepted_domain]]
  name = "fabrikam.com"
  [[tenant.mailbox]]
  address = "desk@fabrikam.com"
"""
TOO_MANY = tuple(f"u{number}@d{number % 97}.adatum.example" for number in range(1_001))
RELAY = """
  [[tenant.inbound_connector]]
  name = "hq"
  connector_type = "OnPremises"
  sender_domains = ["*"]
  sender_ip_addresses = ["198.51.100.7"]
"""
BY_CERTIFICATE = RELAY.replace("sender_ip_addresses", "tls_sender_certificate_name").replace(
    '["198.51.100.7"]', '"contoso.com"'
)
PARTNER = RELAY.replace("OnPremises", "Partner").replace("198.51.100.7", "203.0.113.9")
LETTER = f"From: {SUPPLIER}\r\n\r\nx\r\n"
SPF = '\n[[dns]]\nname = "adatum.example"\ntype = "TXT"\nvalue = "v=spf1 -all"\n'
DMARC = '\n[[dns]]\nname = "_dmarc.adatum.example"\ntype = "TXT"\nvalue = "v=DMARC1; p=reject"\n'
PTR = '\n[[dns]]\nname = "7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"\ntype = "PTR"\n'
PTR += 'value = "adatum.example"\n'


@dataclass(frozen=True)
class State:
    """A line, the tables of the world in which it is said, and the client that hears it."""

    line: str
    parts: Mapping[str, str] = field(default_factory=dict)
    ip: str = STRANGER
    sender: str = SUPPLIER
    to: tuple[str, ...] = (HELPDESK,)
    hello: str = "device.adatum.example"
    content: str = LETTER
    mail_parameters: str = ""
    tls: TlsFacts | None = TLS
    readings: Mapping[str, str] = field(default_factory=dict)
    at: datetime = BEFORE

    def __str__(self) -> str:
        return self.line[:60]


def tenant(**keys: str) -> dict[str, str]:
    return {"TENANT": "\n".join(f'{key} = "{value}"' for key, value in keys.items())}


def state_of(name: str, state: str) -> dict[str, str]:
    return {"END": f'\n[[reputation]]\nname = "{name}"\nstate = "{state}"\n'}


def hq(key: str, value: str) -> dict[str, str]:
    return {"SITE": f'{key} = "{value}"'}


def relayed(line: str, parts: Mapping[str, str], **changes: object) -> State:
    """What a relay through the connector meets."""
    below = {"BELOW": RELAY + parts.get("BELOW", "")}
    return replace(
        State(
            line, {**parts, **below}, ip=OFFICE, sender=SCANNER, to=(OUTSIDE,), content=f"From: {SCANNER}\r\n\r\nx\r\n"
        ),
        **changes,  # type: ignore[arg-type]
    )


UNTRUSTED = replace(TLS, client_certificate=a_certificate("contoso.com", defect=ChainFault.UNTRUSTED_ROOT))
SAID: Mapping[str, tuple[State, ...]] = {
    "MX-ERR-01": (State("550 5.7.64 TenantAttribution; Relay Access Denied", to=(OUTSIDE,)),),
    "MX-ERR-02": (
        State(
            "550 5.7.64 TenantAttribution; Relay Access Denied", to=(OUTSIDE,), readings={"relay_denied_stage": "rcpt"}
        ),
    ),
    "MX-ERR-03": (
        State(
            "550 5.7.64 Relay Access Denied ATTR36. For more details please refer to KB 3169958",
            {"BELOW": RELAY},
            ip=OFFICE,
            sender=OUTSIDE,
            to=("x@adatum.example",),
            readings={"relay_denied_text": "attr36"},
        ),
    ),
    "MX-ERR-05": (
        State(
            "550 5.7.51 TenantInboundAttribution; ", {"BELOW": f"{PARTNER}  restrict_domains_to_ip_addresses = true"}
        ),
    ),
    "MX-ERR-06": (
        State(
            "550 5.7.68 TenantInboundAttribution; Direct Send not allowed",
            {"BELOW": "  [tenant.organization_config]\n  reject_direct_send = true"},
            sender=SCANNER,
        ),
    ),
    "MX-ERR-07": (
        State("454 4.7.0 Failed to establish appropriate TLS channel: Access Denied", {"BELOW": PARTNER}, tls=None),
        State(
            "454 4.7.0 Failed to establish appropriate TLS channel: UntrustedRoot: Access Denied",
            {"BELOW": BY_CERTIFICATE.replace("OnPremises", "Partner") + "  restrict_domains_to_certificate = true"},
            tls=UNTRUSTED,
            readings={"untrusted_certificate": "454"},
        ),
    ),
    "MX-ERR-09": (State("550 5.4.1 Recipient address rejected: Access denied. For more", to=("no@contoso.com",)),),
    "MX-ERR-10": (
        State("550 5.4.1 Recipient address rejected: Access denied.", to=("no@contoso.com",), at=at("2024-06-01")),
        State(
            "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)",
            to=("no@contoso.com",),
            at=at("2022-06-01"),
        ),
    ),
    "MX-ERR-11": (
        State(
            "550 5.4.1 All recipient addresses rejected : Access denied",
            to=("no@contoso.com",),
        ),
    ),
    "MX-ERR-12": (relayed("550 5.1.10 RESOLVER.ADR.RecipientNotFound; ", {}, to=("no@contoso.com",)),),
    "MX-ERR-13": (
        State("550 5.7.606 Access denied, banned sending IP [198.51", hq("reputation", "banned"), ip=OFFICE),
    ),
    "MX-ERR-14": (State("550 5.7.511 Access denied, banned sender", hq("reputation", "banned_for_good"), ip=OFFICE),),
    "MX-ERR-15": (State("451 4.7.500 Server busy. Please try again", hq("reputation", "throttled"), ip=OFFICE),),
    "MX-ERR-18": (
        State("550 5.7.1 Service unavailable, Client host [198.51.100.7]", hq("reputation", "blocklisted"), ip=OFFICE),
    ),
    "MX-ERR-19": (
        State("550 5.7.1 Service unavailable, Helo domain", state_of("device.adatum.example", "blocklisted")),
        State("550 5.7.1 Service unavailable, MailFrom domain", state_of("fabrikam.com", "blocklisted")),
    ),
    "MX-ERR-20": (
        State("550 5.7.501 Access denied, spam abuse detected", state_of(SUPPLIER, "spam_abuse")),
        State("550 5.7.502 Access denied, banned sender", state_of(SUPPLIER, "banned")),
        State("550 5.7.503 Access denied, banned sender", state_of("fabrikam.com", "domain_banned")),
        State(
            f"550 5.7.504 [{HELPDESK}]: Recipient address rejected: Access denied",
            state_of(HELPDESK, "recipient_refused"),
        ),
        State("550 5.7.505 Access denied, banned recipient", state_of(HELPDESK, "recipient_banned")),
        State("550 5.7.507 Access denied, rejected by recipient", state_of("contoso.com", "rejected_by_recipient")),
        State("550 5.7.508 Access denied, [198.51.100.7] has", hq("reputation", "over_the_limit"), ip=OFFICE),
        State(
            "550 5.7.513 Service unavailable, Client host [203.0.113.77] blocked by contoso.com",
            {"BELOW": f'  [tenant.hosted_connection_filter_policy]\n  ip_block_list = ["{STRANGER}"]'},
        ),
    ),
    "MX-ERR-21": (State("550 5.7.506 Access Denied, Bad HELO", hello="DB1PEPF000509F9.mail.protection.outlook.com"),),
    "MX-ERR-22": (
        State(
            "550 5.7.509 Access denied, sending domain [ADATUM.EXAMPLE] does not pass DMARC",
            {"END": SPF + DMARC},
            sender=OUTSIDE,
            content=f"From: {OUTSIDE}\r\n\r\nx\r\n",
        ),
    ),
    "MX-ERR-24": (State("550 5.7.512 Access denied, message must be RFC 5322", content="Subject: x\r\n\r\nx\r\n"),),
    "MX-ERR-26": (
        State("550 5.7.25 Access denied, the sending IPv6 address [2001:db8::7]", ip=OVER_IPV6),
        State(
            "450 4.7.26 Access denied, a message sent over IPv6 [2001:db8::7] must pass either SPF or DKIM",
            {"END": SPF + PTR},
            ip=OVER_IPV6,
            sender=OUTSIDE,
            content=f"From: {OUTSIDE}\r\n\r\nx\r\n",
        ),
        State(
            "550 5.7.510 Access denied, [contoso.com] does not accept email over IPv6",
            {"DOMAIN": '  ipv6_for_accepted_domain = "off"'},
            ip=OVER_IPV6,
        ),
    ),
    "MX-ERR-27": (
        relayed("550 5.7.705 Access denied, tenant has", tenant(outbound_restriction="threshold_exceeded")),
        relayed("550 5.7.708 Access denied, traffic not", tenant(outbound_restriction="traffic_not_accepted")),
        relayed("550 5.7.750 Service unavailable. Client blocked", {"DOMAIN": "  sending_from_domain_disabled = true"}),
        relayed(
            "550 5.7.703 Your message can't be delivered because",
            {"BELOW": f'  [tenant.tenant_allow_block_list]\n  blocked_senders = ["{OUTSIDE}"]'},
        ),
    ),
    "MX-ERR-28": (
        relayed("550 5.7.232 ", {"TENANT": "trial = true\nlicences = 0\ncreated = 2026-11-20"}, to=TOO_MANY),
        relayed("550 5.7.233 ", {"TENANT": "licences = 1\ncreated = 2026-11-20"}, to=TOO_MANY),
    ),
    "MX-ERR-29": (State("451 4.5.127 Message rejected. Excessive message", state_of(SUPPLIER, "rate_limited")),),
    "MX-ERR-30": (
        State("452 4.5.3 Too many recipients ATTR49", to=(HELPDESK, SUPPLIER)),
        State(
            "452 4.5.3 Too many recipients ATTR38",
            {
                "DOMAIN": '  mail_flow_region = "EUR"\n  [[tenant.accepted_domain]]\n  name = "contoso.jp"\n'
                '  mail_flow_region = "JPN"\n',
                "MAILBOX": '  [[tenant.mailbox]]\n  address = "desk@contoso.jp"',
            },
            to=(HELPDESK, "desk@contoso.jp"),
        ),
    ),
    "MX-ERR-31": (State("452 4.5.3 Too many recipients", to=(HELPDESK,) * 201),),
    "MX-ERR-32": (
        State(
            "451 4.4.62 Mail sent to the wrong Office 365 region. ATTR35.",
            {"DOMAIN": '  mail_flow_region = "JPN"', "SITE": 'smart_host_region = "EUR"'},
            ip=OFFICE,
        ),
    ),
    "MX-ERR-33": (State("550 4.4.4 Mail received as unauthenticated", {"TENANT": "licences = 0"}),),
    "MX-ERR-34": (
        State("451 4.3.2 Temporary server error. Please", tenant(mail_flow_incident="server_error")),
        State("451 4.4.3 Temporary server error. Please", tenant(mail_flow_incident="directory_error")),
        State("450 4.7.1 Unable to Relay. ATTR14", tenant(mail_flow_incident="unable_to_relay")),
        State("452 4.3.1 Insufficient system resources (TSTE)", tenant(mail_flow_incident="no_resources")),
        State("450 4.7.3 Organization queue quota exceeded.", tenant(mail_flow_incident="queue_quota")),
    ),
    "MX-ERR-35": (
        State("554 5.4.14 Hop count exceeded", content="Received: from a by b; today\r\n" * 31 + LETTER),
        State(
            "554 5.6.211 Invalid MIME Content: Number of MimePart objects (1001)",
            content="MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n"
            + LETTER
            + "--b\r\n\r\nx\r\n" * 1_000
            + "--b--\r\n",
        ),
        State("554 5.2.121 Recipient's per hour message", state_of(HELPDESK, "too_much_from_sender")),
        State("554 5.2.122 Recipient's per hour message", state_of(HELPDESK, "too_much_mail")),
    ),
    "MX-ERR-36": (State("501 5.1.3 Invalid address", to=("no address",)),),
    "MX-ERR-39": (State("552 5.3.4 Message size exceeds fixed maximum", mail_parameters=" SIZE=157286401"),),
}
NEVER = {f"MX-ERR-{number:02d}" for number in (4, 8, 16, 17, 23, 25, 37, 38)}


def heard(state: State) -> set[str]:
    """Give every line that the client hears, and those of the reports that it causes."""
    text = BASE
    for name in ("SITE", "TENANT", "DOMAIN", "MAILBOX", "BELOW"):
        text = text.replace(f"\n{name}\n", f"\n{state.parts.get(name, '')}\n")
    world = parse_world(text + state.parts.get("END", ""), "world.toml").world
    lab = Named(world, at=state.at, readings=state.readings)
    line = lab.connect_mx(state.ip)
    lines = {line.say(f"EHLO {state.hello}")}
    if state.tls is not None and "5.7.506" not in next(iter(lines)):
        line.wire.start_tls(state.tls)
        lines.add(line.say(f"EHLO {state.hello}"))
    lines.add(line.say(f"MAIL FROM:<{state.sender}>{state.mail_parameters}"))
    lines |= {line.say(f"RCPT TO:<{recipient}>") for recipient in state.to}
    lines.add(answer := line.say("DATA"))
    if answer.startswith("354"):
        lines.add(line.message(state.content.encode()))
    copies = [copy for message in lab.kept for copy in message.copies]
    return lines | {copy.decision.reply.line for copy in copies if copy.decision and copy.decision.reply}


@pytest.mark.parametrize("state", [state for states in SAID.values() for state in states], ids=str)
def test_a_state_of_a_world_file_leads_to_the_line(state: State) -> None:
    assert [one for one in heard(state) if one.startswith(state.line)], heard(state)


def test_every_line_of_the_table_is_said_or_the_docs_say_why_not() -> None:
    assert {f"MX-ERR-{number:02d}" for number in range(1, 40)} == set(SAID) | NEVER
    assert not set(SAID) & NEVER
    explained = set(re.findall(r"MX-ERR-\d\d", FIDELITY.read_text(encoding="utf-8")))
    assert NEVER <= explained
