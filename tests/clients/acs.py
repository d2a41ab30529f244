"""The OAuth world with an Azure Communication Services resource, and errands to smtp.azurecomm.net."""

from __future__ import annotations

from relaylab.app.config import LoadedWorld
from relaylab.app.emulator import Emulator
from tests.clients.errand import Errand, submit
from tests.clients.oauth import FIRMWARE, INVOICES, TENANT, oauth_world

ORDERS = "orders@contoso.com"
CUSTOMER = "customer@example.net"
NAME_WITH_DOTS = f"contoso-mail.{INVOICES}.{TENANT}"
NAME_WITH_BARS = f"contoso-mail|{INVOICES}|{TENANT}"
SECRET = "fake-secret-1"
ACS_SCOPE = "https://communication.azure.com/.default"

_RESOURCE = f"""
  [[tenant.acs_resource]]
  name = "contoso-mail"
  created = 2025-02-01
  access_key = "ZmFrZS1hY2Nlc3Mta2V5"
  linked_domains = ["contoso.com"]
  sender_usernames = ["orders@contoso.com"]
    [[tenant.acs_resource.smtp_username]]
    username = "printers@contoso.com"
    entra_application_id = "{INVOICES}"
    [[tenant.acs_resource.smtp_username]]
    username = "firmware"
    entra_application_id = "{FIRMWARE}"
    [[tenant.acs_resource.role_assignment]]
    assignee = "{INVOICES}"
    role = "Communication and Email Service Owner"
    [tenant.acs_resource.limits]
    sends_per_minute = 3
"""


def acs_world() -> LoadedWorld:
    """Contoso with a resource that may send three messages a minute."""
    return oauth_world(_RESOURCE)


def order(  # noqa: PLR0913 - what a sender is set up with
    emulator: Emulator,
    *,
    user: str | None = NAME_WITH_DOTS,
    password: str | None = SECRET,
    token: str | None = None,
    sender: str = ORDERS,
    to: tuple[str, ...] = (CUSTOMER,),
) -> Errand:
    """A message to a customer, by default as the application of the invoices and all in order."""
    return submit(emulator, user=user, password=password, token=token, sender=sender, to=to, door="acs_smtp")
