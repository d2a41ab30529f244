"""Small estates to certify: one tenant with what each method needs, and the senders that a test is about."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache

from relaylab.app.config import LoadedWorld, parse_world
from relaylab.app.rulebooks import Phase
from relaylab.domain.clock import parse_instant
from relaylab_conformance.migration import Order, certify
from relaylab_conformance.report.model import Cell, Certificate, SenderReport

DAY_BEFORE = "2026-12-30"
DAYS_AFTER = "2027-01-04"

PASSWORD = "fake tray 2"
TOKEN = "fake-token-app"

TENANTS = f"""
[[tenant]]
name = "contoso"
licences = 120
created = 2019-05-01
basic_auth_smtp = "BASIC"
  [tenant.transport_config]
  smtp_client_authentication_disabled = false
  [[tenant.accepted_domain]]
  name = "contoso.com"
  default = true
  [[tenant.mailbox]]
  address = "desk@contoso.com"
  [[tenant.mailbox]]
  address = "scanner@contoso.com"
  password = "{PASSWORD}"
  [[tenant.mailbox]]
  address = "app@contoso.com"
  password = "fake-app-password"
  [[tenant.mailbox]]
  address = "shut@contoso.com"
  password = "fake-shut-password"
  smtp_client_authentication_disabled = true
  [[tenant.token]]
  value = "{TOKEN}"
  user = "app@contoso.com"
  expires = 2028-01-01
  [[tenant.mail_contact]]
  name = "Relay"
  external_email_address = "relay@fabrikam.example"
  [[tenant.hve_account]]
  address = "bulk@contoso.com"
  password = "fake-bulk-password"
  [[tenant.inbound_connector]]
  name = "Office"
  connector_type = "OnPremises"
  sender_domains = ["*"]
  sender_ip_addresses = ["203.0.113.42"]
  require_tls = true

[[tenant]]
name = "northwind"
licences = 8
created = 2016-01-01
  [[tenant.accepted_domain]]
  name = "northwind.example"
  default = true
  [[tenant.mailbox]]
  address = "office@northwind.example"

[[site]]
name = "hq"
public_ip = "203.0.113.42"
[[site]]
name = "shop"
public_ip = "198.51.100.7"
"""


def a_sender(  # noqa: PLR0913 - the columns of a world file
    name: str = "mfp",
    *,
    today: str = "smtp-auth-basic",
    target: str = "connector-relay",
    profile: str = "generic-mfp",
    site: str = "hq",
    mail_from: str = "scanner@contoso.com",
    to: tuple[str, ...] = ("desk@contoso.com", "customer@example.net"),
    sign_in: str | None = None,
    planned_for: str | None = None,
    app_id: str | None = None,
    client_secret: str | None = None,
) -> str:
    """One [[sender]]; the default is a printer that moves from a password to a connector."""
    lines = [
        "[[sender]]",
        f"name = {json.dumps(name)}",
        f'profile = "{profile}"',
        f'site = "{site}"',
        f'from = "{mail_from}"',
        f"to = {json.dumps(to)}",
        f'today = "{today}"',
        f'target = "{target}"',
    ]
    if sign_in is not None:
        lines.append(f'sign_in = "{sign_in}"')
    if app_id is not None:
        lines.append(f'app_id = "{app_id}"')
    if client_secret is not None:
        lines.append(f'client_secret = "{client_secret}"')
    if planned_for is not None:
        lines.append(f"planned_for = {planned_for}")
    return "\n".join(lines)


def estate_text(*senders: str, basic: str = "default") -> str:
    """A world file; ``basic`` is Contoso's switch after the cutover."""
    return "\n".join([TENANTS.replace("BASIC", basic), *(senders or (a_sender(),))])


def an_estate(*senders: str, basic: str = "default") -> LoadedWorld:
    """That world."""
    return parse_world(estate_text(*senders, basic=basic), "estate")


def certified(  # noqa: PLR0913 - as an order has
    *senders: str,
    at: tuple[str, ...] = (DAY_BEFORE, DAYS_AFTER),
    basic: str = "default",
    seed: int = 7,
    readings: Mapping[str, str] | None = None,
    milestones: Mapping[str, str | None] | None = None,
    phase: Phase | None = None,
) -> Certificate:
    """Certify an estate over real sockets."""
    moved: dict[str, datetime | None] = {
        name: parse_instant(day) if day else None for name, day in (milestones or {}).items()
    }
    order = Order(at=tuple(map(parse_instant, at)), seed=seed, readings=readings or {}, milestones=moved, phase=phase)
    return certify(an_estate(*senders, basic=basic), order)


def only_sender(certificate: Certificate) -> SenderReport:
    """The sender of an estate that has one."""
    (sender,) = certificate.report.senders
    return sender


def the_cell(certificate: Certificate, method: str, at: str) -> Cell:
    """The cell of the only sender by a method at a date."""
    instant = parse_instant(at)
    return next(cell for cell in only_sender(certificate).cells if cell.method.value == method and cell.at == instant)


@cache
def a_mixed_certificate() -> Certificate:
    """A certificate with something of everything: made once for the tests that read and none that change it."""
    return certified(
        a_sender("mfp"),
        a_sender("smart-host", profile="postfix", planned_for="2026-03-01"),
        a_sender("contact", target="mail-contact"),
        a_sender("bulk", profile="python-smtplib", target="hve-oauth", planned_for="2027-02-15"),
        a_sender("not a relay", site="shop", to=("desk@contoso.com",)),
        a_sender("app", profile="python-smtplib", mail_from="app@contoso.com", target="smtp-auth-oauth"),
    )
