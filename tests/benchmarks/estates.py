"""The worlds that the benchmarks serve: as many tenants as asked, the first with devices that sign in.

No limit of the service is lifted. Where it counts a mailbox's messages and connections (30 a minute, 3 at once, 10,000
recipients a day), the load is spread over mailboxes as a fleet spreads it; the tenant MX counts nothing by client.
"""

from __future__ import annotations

from typing import Final

AT: Final = "2026-12-01"  # passwords are still taken
DEVICES: Final = 300
PASSWORD: Final = "fake-device-password"
RECIPIENT: Final = "helpdesk@contoso.com"
RELAY: Final = "relay@contoso.com"
SITE: Final = "hq"
SITE_ADDRESS: Final = "203.0.113.42"

_FIRST: Final = f"""\
[[tenant]]
name = "contoso"
licences = 25
created = 2019-05-01
  [tenant.transport_config]
  smtp_client_authentication_disabled = false
  [[tenant.accepted_domain]]
  name = "contoso.com"
  default = true
  [[tenant.mailbox]]
  address = "{RECIPIENT}"
  [[tenant.mailbox]]
  address = "{RELAY}"
  [[tenant.inbound_connector]]
  name = "Head office"
  connector_type = "OnPremises"
  sender_domains = ["*"]
  sender_ip_addresses = ["{SITE_ADDRESS}"]
"""

_PLACES: Final = f"""
[[site]]
name = "{SITE}"
public_ip = "{SITE_ADDRESS}"
[[dns]]
name = "contoso.com"
type = "TXT"
value = "v=spf1 ip4:{SITE_ADDRESS} include:spf.protection.outlook.com -all"
[[dns]]
name = "_dmarc.contoso.com"
type = "TXT"
value = "v=DMARC1; p=reject"
"""

_ANOTHER: Final = """\
[[tenant]]
name = "tenant{number}"
licences = 25
created = 2019-05-01
  [[tenant.accepted_domain]]
  name = "tenant{number}.example"
  default = true
  [[tenant.mailbox]]
  address = "desk@tenant{number}.example"
  [[tenant.inbound_connector]]
  name = "Office"
  connector_type = "OnPremises"
  sender_domains = ["*"]
  sender_ip_addresses = ["10.{high}.{low}.1"]
"""


def device(number: int) -> str:
    """Give the address of a device that signs in."""
    return f"device{number % DEVICES}@contoso.com"


def estate(tenants: int = 1) -> str:
    """Write a world of so many tenants, as the text of a world file."""
    devices = "".join(
        f'  [[tenant.mailbox]]\n  address = "{device(number)}"\n  password = "{PASSWORD}"\n'
        for number in range(DEVICES)
    )
    others = (_ANOTHER.format(number=number, high=number // 250, low=number % 250 + 1) for number in range(1, tenants))
    return "".join((_FIRST, devices, *others, _PLACES))
