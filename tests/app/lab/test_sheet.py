"""What a lab warns of."""

from __future__ import annotations

from relaylab.app.config import LoadedWorld
from relaylab.app.emulator import Emulator, Settings
from relaylab.app.lab.pages import LabPages
from relaylab.app.lab.print_out import print_out
from relaylab.app.lab.sheet import lab_sheet
from relaylab.domain.clock import parse_instant
from relaylab.servers.lab_plan import LabPlan
from relaylab_certs import TestAuthority


def sheet_of(plan: LabPlan, world: LoadedWorld, authority: TestAuthority) -> str:
    """The sheet of a lab that has not started, for this machine has no such addresses."""
    emulator = Emulator(world, at=parse_instant("2026-12-01"), authority=authority, settings=Settings(lab=plan))
    pages = LabPages(plan, authority, lambda: "", now=emulator.clock.now)
    return " ".join(print_out(lab_sheet(emulator, plan, pages, world="small", phase=None)).split())


def test_an_address_of_the_internet_is_warned_of(small_world: LoadedWorld, authority: TestAuthority) -> None:
    told = sheet_of(LabPlan(address="192.168.1.20", sites={"hq": "1.1.1.1"}), small_world, authority)

    assert "Note 1.1.1.1 is an address of the internet: make sure that a firewall lets nobody" in told
    assert "192.168.1.20 is an address of the internet" not in told


def test_a_site_without_an_address_is_told_how_to_get_one(small_world: LoadedWorld, authority: TestAuthority) -> None:
    told = sheet_of(LabPlan(address="192.168.1.20"), small_world, authority)

    assert "Other sites hq: to be one of them, give it an address (--lab site:hq=ADDRESS)" in told
    assert "127.0.0.5 counts as a device of site shop" in told
