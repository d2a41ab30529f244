"""Everything that a lab tells people and programs, at one instant."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from relaylab.app.lab.settings import (
    DeviceSettings,
    DnsName,
    RestSettings,
    cutover,
    device_settings,
    dns_names,
    recipient_for_a_test,
    rest_settings,
)
from relaylab.domain.clock import iso

if TYPE_CHECKING:
    from relaylab.app.emulator import Emulator
    from relaylab.app.lab.pages import LabPages
    from relaylab.app.rulebooks import Phase
    from relaylab.servers.lab_plan import LabPlan

_INTERNET: Final = (
    "{address} is an address of the internet: make sure that a firewall lets nobody but the lab's devices reach it"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """A site with an address of its own in the lab."""

    name: str
    public_ip: str
    devices: tuple[DeviceSettings, ...]

    @property
    def server(self) -> str:
        """The address to set."""
        return self.devices[0].server

    @property
    def reaches(self) -> str:
        """Whom mail without an account reaches from here."""
        return next(each.reaches for each in self.devices if each.endpoint == "mx")


@dataclass(frozen=True, slots=True, kw_only=True)
class LabSheet:
    """What a lab tells.

    ``clients`` pairs a device's own address with the site that it counts as; ``homeless`` are the sites of the world
    that nothing in the lab counts as.
    """

    at: datetime
    seed: int
    phase: str | None
    cutover: str
    world: str
    recipient: str | None
    devices: tuple[DeviceSettings, ...]
    rest: tuple[RestSettings, ...]
    offices: tuple[Office, ...]
    clients: tuple[tuple[str, str], ...]
    homeless: tuple[str, ...]
    dns: tuple[DnsName, ...]
    names: tuple[str, ...]
    page: str
    check_page: str
    files: dict[str, str]
    fingerprints: dict[str, str]
    ports: tuple[int, ...]
    notes: tuple[str, ...]

    @property
    def instant(self) -> str:
        """The simulated instant, to the second."""
        return iso(self.at.replace(microsecond=0))

    @property
    def as_json(self) -> dict[str, Any]:
        """What ``serve --json`` prints under ``lab``."""
        return {
            "page": self.page,
            "check_page": self.check_page,
            **self.files,
            "fingerprints": self.fingerprints,
            "phase": self.phase,
            "cutover": self.cutover,
            "names": list(self.names),
            "dns": [asdict(name) for name in self.dns],
            "devices": [_plain(each) for each in (*self.devices, *(one for at in self.offices for one in at.devices))],
            "acs_rest": [asdict(one) | {"senders": list(one.senders)} for one in self.rest],
            "clients": dict(self.clients),
            "notes": list(self.notes),
        }


def lab_sheet(emulator: Emulator, plan: LabPlan, pages: LabPages, *, world: str, phase: Phase | None) -> LabSheet:
    """Gather what the lab tells at this instant, of the world in force; ``world`` is what people call it."""
    now, there = emulator.clock.now(), emulator.world
    offices = tuple(
        Office(name=name, public_ip=site.public_ip, devices=device_settings(there, site.endpoints, name))
        for name, site in emulator.sites.items()
        if site.endpoints and there.site(name)
    )
    clients = tuple((str(address), site.name) for site in there.sites for address in site.client_addresses)
    housed = {office.name for office in offices} | {name for _, name in clients}
    by_name = dict(emulator.endpoints) | {one.key: one.where for one in emulator.listeners if one.key == "https"}
    where = (
        *by_name.values(),
        *(one for site in emulator.sites.values() for one in site.endpoints.values()),
    )
    return LabSheet(
        at=now,
        seed=emulator.seed,
        phase=None if phase is None else phase.value,
        cutover=cutover(there, emulator.rulebook, now),
        world=world,
        recipient=recipient_for_a_test(there),
        devices=device_settings(there, emulator.endpoints),
        rest=rest_settings(there, by_name),
        offices=offices,
        clients=clients,
        homeless=tuple(site.name for site in there.sites if site.name not in housed),
        dns=dns_names(there, by_name, plan.names, plan.address),
        names=plan.names,
        page=pages.url,
        check_page=pages.check_url,
        files=pages.files,
        fingerprints={"sha256": emulator.authority.fingerprint, "sha1": emulator.authority.sha1_fingerprint},
        ports=tuple(sorted({one.port for one in where} | set(pages.ports))),
        notes=(*pages.notes, *(_INTERNET.format(address=address) for address in plan.internet_addresses)),
    )


def _plain(device: DeviceSettings) -> dict[str, Any]:
    plain = asdict(device)
    return plain | {"methods": [method.value for method in device.methods], "accounts": list(device.accounts)}
