"""The lab's sheet for a terminal and a printer: what somebody who stands at a copier needs, in its order."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from relaylab.app.lab.settings import DeviceSettings, RestSettings
    from relaylab.app.lab.sheet import LabSheet, Office
    from relaylab.domain.estate import Method

_WIDTH: Final = 79
_LABEL: Final = 16
_HALF_OF_SHA256: Final = 48  # characters: 16 octets with their colons


def print_out(sheet: LabSheet) -> str:
    """Write the sheet, at most 79 columns wide, without a final newline."""
    return "\n".join(_lines(sheet))


def _lines(sheet: LabSheet) -> Iterator[str]:
    phase = f", phase {sheet.phase}" if sheet.phase else ""
    yield f"relaylab stands at {sheet.instant}, seed {sheet.seed}{phase}"
    yield from textwrap.wrap(sheet.cutover, _WIDTH)
    told: dict[tuple[Method, ...], int] = {}
    for number, device in enumerate(sheet.devices, 1):
        yield ""
        yield f"{number}  {device.title}"
        if (same := told.setdefault(device.methods, number)) == number:
            yield from _device(device, sheet)
        else:
            yield from _field("Server", f"{device.server}; all else as in {same}")
    for number, office in enumerate(sheet.offices, len(sheet.devices) + 1):
        yield ""
        yield f"{number}  As a device of site {office.name}, which has the public address {office.public_ip}"
        yield from _office(office, tuple(told.values()))
    for number, resource in enumerate(sheet.rest, len(sheet.devices) + len(sheet.offices) + 1):
        yield ""
        yield from _resource(number, resource)
    yield ""
    yield from _others(sheet)
    if sheet.recipient:
        yield from _field("Test", f"send to {sheet.recipient}")
    yield ""
    yield from _certificate(sheet)
    yield ""
    yield from _dns(sheet)
    yield from _field("Page", f"{sheet.page} says all this to a phone or a browser")
    ports = ", ".join(map(str, sheet.ports))
    yield from _field("Firewall", f"let TCP {ports} in from the lab's devices, from nobody else")
    for note in sheet.notes:
        yield from _field("Note", note)


def _device(device: DeviceSettings, sheet: LabSheet) -> Iterator[str]:
    yield from _field("Server", device.server)
    yield from _field("Port", str(device.port))
    yield from _field("Security", device.security)
    yield from _field("Authentication", device.authentication)
    if device.accounts:
        yield from _field("User name", "  ".join(device.accounts))
        yield from _field("Password", f"the one that the world {sheet.world} gives this mailbox")
    elif device.endpoint != "mx":
        yield from _field(
            "User name", f"no mailbox of the world {sheet.world} has a password; give one a password there"
        )
    yield from _field("From address", device.sender)
    yield from _field("Reaches", device.reaches)


def _office(office: Office, ways: tuple[int, ...]) -> Iterator[str]:
    numbers = " or ".join(map(str, ways))
    yield from _field("Server", f"{office.server}; all else as in {numbers}")
    yield from _field("Reaches", f"without an account, {office.reaches}")


def _resource(number: int, resource: RestSettings) -> Iterator[str]:
    yield from textwrap.wrap(
        f"{number}  A program over REST, resource {resource.name} (Azure Communication Services Email)",
        _WIDTH,
        subsequent_indent="   ",
    )
    yield from _field("Endpoint", resource.endpoint)
    yield from _field("or by address", resource.by_address)
    yield from _field("Access key", "`relaylab acs` shows it, on the machine where relaylab runs")
    yield from _field("or a token", "of login.microsoftonline.com, for https://communication.azure.com/.default")
    yield from _field("From address", "  ".join(resource.senders) or "a MailFrom address of a linked domain")


def _others(sheet: LabSheet) -> Iterator[str]:
    for address, site in sheet.clients:
        yield from _field("Device", f"{address} counts as a device of site {site}, whatever server it is set to")
    if sheet.homeless:
        one = sheet.homeless[0]
        named = ", ".join(sheet.homeless)
        yield from _field(
            "Other sites",
            f"{named}: to be one of them, give it an address (--lab site:{one}=ADDRESS), or list a device's own "
            "address as its client_addresses in the world",
        )


def _certificate(sheet: LabSheet) -> Iterator[str]:
    yield from _field("Certificate", "import it on the device as a trusted root (CA), then compare the fingerprint")
    yield f"{'   for devices':{_LABEL + 3}}{sheet.files['ca_der']}"
    yield f"{'   or as PEM':{_LABEL + 3}}{sheet.files['ca_pem']}"
    sha256 = sheet.fingerprints["sha256"]
    yield f"{'   SHA-256':{_LABEL + 3}}{sha256[:_HALF_OF_SHA256]}"
    yield f"{'':{_LABEL + 3}}{sha256[_HALF_OF_SHA256:]}"
    yield f"{'   SHA-1':{_LABEL + 3}}{sheet.fingerprints['sha1']}"
    yield from _field("Check", f"{sheet.check_page} opens without a warning where it is trusted")


def _dns(sheet: LabSheet) -> Iterator[str]:
    yield from _field("DNS", "a device may keep these names as its server, once the lab's DNS says for it:")
    wide = max((len(name.address) for name in sheet.dns), default=0)
    for name in sheet.dns:
        line = f"{name.address:{wide}}  {name.name}"
        yield f"{'':{max(3, min(_LABEL + 3, _WIDTH - len(line)))}}{line}"  # a long name begins further left


def _field(label: str, text: str) -> Iterator[str]:
    """Write a field; what is longer than a line goes on below itself."""
    first, after = f"   {label:{_LABEL}}", " " * (_LABEL + 3)
    yield from textwrap.wrap(
        text, _WIDTH, initial_indent=first, subsequent_indent=after, break_long_words=False, break_on_hyphens=False
    )
