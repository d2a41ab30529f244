"""The small estate with a program that gets its tokens from Entra, and its certificate."""

from __future__ import annotations

from relaylab.app.config import LoadedWorld, parse_world
from relaylab.domain.clock import parse_instant
from relaylab_conformance.migration import Order, certify
from relaylab_conformance.report.model import Cell, Certificate
from tests.conformance.estates import TENANTS, a_sender, the_cell

BEFORE, AT, LATER = "2026-12-01", "2027-01-04", "2027-06-02"
APP = "a1111111-1111-4111-8111-111111111111"
PRINCIPAL = "b1111111-1111-4111-8111-111111111111"
METHOD = "smtp-auth-oauth"
SECRET = 'client_secret = "fake-secret"'
ROLES = 'roles = ["SMTP.SendAsApp"]'
REGISTERED = f"""
  [[tenant.service_principal]]
  app_id = "{APP}"
  object_id = "{PRINCIPAL}"
  full_access = ["app@contoso.com"]
"""


def an_app(*lines: str) -> str:
    body = "\n".join(f"  {line}" for line in lines)
    return f'\n  [[tenant.app_registration]]\n  app_id = "{APP}"\n{body}\n'


def an_estate(*tables: str, sender: str | None = None, tenant: str = "contoso") -> LoadedWorld:
    """The small estate with tables at the end of a tenant's, and a program that moves to OAuth already."""
    mark = '\n[[tenant]]\nname = "northwind"'
    contoso, rest = TENANTS.replace("BASIC", "default").split(mark)
    contoso = contoso.replace('value = "fake-token-app"', 'value = "fake-token-of-somebody-else"').replace(
        'user = "app@contoso.com"', 'user = "desk@contoso.com"'
    )
    more = "".join(tables)
    if tenant == "contoso":
        contoso += more
    else:
        first, site, sites = rest.partition("\n[[site]]")
        rest = first + more + site + sites
    return parse_world("\n".join([contoso + mark + rest, sender or a_program()]), "estate")


def a_program(mail_from: str = "app@contoso.com", secret: str | None = None) -> str:
    return a_sender(
        profile="python-smtplib",
        mail_from=mail_from,
        today=METHOD,
        target=METHOD,
        app_id=APP,
        client_secret=secret,
    )


def certified(estate: LoadedWorld, *at: str) -> Certificate:
    return certify(estate, Order(at=tuple(map(parse_instant, at or (AT,))), seed=7))


def cell_of(estate: LoadedWorld, at: str = AT) -> Cell:
    return the_cell(certified(estate, at), METHOD, at)


IN_ORDER = (an_app(SECRET, ROLES), REGISTERED)
