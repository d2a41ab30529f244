"""``relaylab serve``: an emulator in the foreground until a signal ends it."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import signal
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TextIO

from relaylab.app.acs_lines import keys_that_open_nothing, told_of_acs
from relaylab.app.announced import Announcement, announced
from relaylab.app.config import load_world, shipped_worlds
from relaylab.app.emulator import Emulator, Settings, new_event_loop
from relaylab.app.lab.arguments import check_sites
from relaylab.app.lab.page import as_html
from relaylab.app.lab.pages import LabPages
from relaylab.app.lab.print_out import print_out
from relaylab.app.lab.sheet import LabSheet, lab_sheet
from relaylab.app.rulebooks import Phase, in_phase
from relaylab.app.steered import Steered
from relaylab.app.world_file.source import shipped_file
from relaylab.domain.certificate import CertificateFacts
from relaylab.domain.clock import iso
from relaylab.domain.event import (
    Answered,
    BadInput,
    DeliveryReported,
    Faulted,
    Judged,
    OperationEnded,
    Queried,
    TlsFailed,
    TlsStarted,
    TurnedAway,
    WebhookCalled,
)
from relaylab.domain.keeping import AS_USUAL, Keeping
from relaylab.domain.zone import View
from relaylab.rules.faults import CONDUCTS
from relaylab.servers.clocks import SimulatedClock, SystemClock
from relaylab.servers.control import ControlServer
from relaylab.servers.fleet import CONTROL_OFFSET
from relaylab.servers.lab_plan import LabPlan
from relaylab_certs import TestAuthority

if TYPE_CHECKING:
    from relaylab.app.steered import Explain
    from relaylab.servers.fleet import Listening, SiteListening
    from relaylab.store import Entry

__all__ = ["ServeOptions", "Steered", "describe", "serve"]


_MOST_HOSTS: Final = 20  # domains that a person is told the MX host of


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeOptions:
    """What ``relaylab serve`` was asked for; ``at`` None is now, ``store`` None keeps mail in memory.

    ``rate`` is in simulated seconds a real one; ``freeze`` has the clock stand still. ``explain`` says why for the
    control plane.
    """

    world: str
    at: datetime | None = None
    seed: int = 0
    port_base: int = 0
    as_json: bool = False
    store: Path | None = None
    ca: Path | None = None
    cert_key: Literal["p256", "rsa"] = "p256"
    cert_validity: Literal["now", "wide"] = "now"
    tarpit: bool = False
    phase: Phase | None = None
    readings: Mapping[str, str] = field(default_factory=dict)
    milestones: Mapping[str, datetime | None] = field(default_factory=dict)
    idle: float = 300.0
    total: float = 600.0
    lab: LabPlan | None = None
    faults: tuple[str, ...] = ()
    rate: float = 1.0
    freeze: bool = False
    explain: Explain | None = None
    dns: bool = False
    dns_view: View = View.LAB
    proxy_protocol: bool = False
    keep: Keeping = AS_USUAL


def serve(options: ServeOptions, out: TextIO | None = None) -> None:
    """Serve until SIGINT or SIGTERM.

    Raise WorldFileError, ValueError, AuthorityError, StoreError or ListenError when it cannot start.
    """
    with contextlib.closing(new_event_loop()) as loop:
        asyncio.set_event_loop(loop)
        try:
            loop.run_until_complete(_serve(options, out or sys.stdout))
        finally:
            asyncio.set_event_loop(None)


async def _serve(options: ServeOptions, out: TextIO) -> None:
    loaded = load_world(options.world)
    if options.lab is not None:
        check_sites(options.lab, loaded.world)
    # It stands still until everything answers: that takes a moment, which nobody asked to have passed.
    clock = SimulatedClock(options.at or SystemClock().now(), rate=options.rate, frozen=True)
    world, moved = loaded.world, dict(options.milestones)
    if options.phase is not None:
        world, phase_dates = in_phase(world, options.phase, clock.now())
        moved = phase_dates | moved
    settings = Settings(
        port_base=options.port_base,
        store=options.store,
        cert_key=options.cert_key,
        cert_validity=options.cert_validity,
        tarpit=options.tarpit,
        idle=options.idle,
        total=options.total,
        lab=options.lab,
        dns=options.dns,
        dns_view=options.dns_view,
        proxy_protocol=options.proxy_protocol,
        keep=options.keep,
    )
    emulator = Emulator(
        replace(loaded, world=world),
        clock=clock,
        seed=options.seed,
        readings=options.readings,
        milestones=moved,
        authority=TestAuthority.open(options.ca),
        settings=settings,
        faults=options.faults,
    )
    with _stopping() as stopped:
        async with emulator:
            control = ControlServer(Steered(emulator, options.phase, options.explain))
            await control.start(settings.host, options.port_base + CONTROL_OFFSET if options.port_base else 0)
            try:
                async with _lab(options, emulator, loaded.name) as lab:
                    with announced(Announcement(control.url, control.token, options.world)):
                        if options.as_json:
                            print(json.dumps(describe(emulator, control, lab)), file=out, flush=True)
                        else:
                            _introduce(
                                emulator,
                                control,
                                (*loaded.notes, *_of_passwords(options), *_of_keys(emulator)),
                                out,
                                lab,
                            )
                            emulator.store.events.subscribe(lambda entry: _tell(entry, out))
                        if not options.freeze:
                            clock.run(options.rate)
                        with _sparing_what_stays():
                            await stopped.wait()
            finally:
                await control.stop()


@contextlib.contextmanager
def _sparing_what_stays() -> Iterator[None]:
    """Keep the garbage collector from looking again and again at the world, and at mail and events that are kept.

    A process that only serves makes little garbage in cycles: with Python's own numbers collections took 15 % of the
    processor time of a small message. How often the collector looks is the command's choice; an emulator within
    somebody else's process leaves it as it is.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@contextlib.asynccontextmanager
async def _lab(options: ServeOptions, emulator: Emulator, world: str) -> AsyncIterator[LabSheet | None]:
    """Serve the lab's page, if there is a lab, and give what it tells."""
    plan = options.lab
    if plan is None:
        yield None
        return

    def sheet() -> LabSheet:
        return lab_sheet(emulator, plan, pages, world=world, phase=options.phase)

    pages = LabPages(plan, emulator.authority, lambda: as_html(sheet()), now=emulator.clock.now)
    async with pages:
        yield sheet()


def describe(emulator: Emulator, control: ControlServer, lab: LabSheet | None = None) -> dict[str, object]:
    """Give the line that ``serve --json`` prints: where everything answers."""
    endpoints = _places(emulator.endpoints)
    endpoints["mx"] = {**_place(emulator.endpoints["mx"]), "names": emulator.mail_hosts()}
    if emulator.https_url:
        endpoints["https"] = {"url": emulator.https_url}
    endpoints["control"] = {"url": control.url, "token": control.token}
    return {
        "ca_file": str(emulator.ca_file),
        "at": iso(emulator.started.replace(microsecond=0)),
        "seed": emulator.seed,
        "endpoints": endpoints,
        "sites": {name: _site(site) for name, site in emulator.sites.items()},
    } | _told_besides(emulator, lab)


def _told_besides(emulator: Emulator, lab: LabSheet | None) -> dict[str, object]:
    """Give what is told where it is there: the resources of Azure Communication Services over REST, the lab."""
    resources = {one.name: one.as_json for one in emulator.acs_rest.places(emulator.https_url)}
    return ({"acs_rest": resources} if resources else {}) | ({"lab": lab.as_json} if lab else {})


def _site(site: SiteListening) -> dict[str, object]:
    told: dict[str, object] = {"public_ip": site.public_ip, **_places(site.endpoints)}
    if site.public_ipv6 is not None:
        told["public_ipv6"] = site.public_ipv6
    return told | ({"ipv6": _places(site.ipv6)} if site.ipv6 else {})


def _places(endpoints: Mapping[str, Listening]) -> dict[str, object]:
    return {key: _place(where) for key, where in endpoints.items()}


def _place(where: Listening) -> dict[str, object]:
    place: dict[str, object] = {"host": where.host, "port": where.port}
    return place | ({"name": where.name} if where.name else {})


def _introduce(
    emulator: Emulator, control: ControlServer, notes: tuple[str, ...], out: TextIO, lab: LabSheet | None
) -> None:
    if lab is None:
        _list_endpoints(emulator, out)
    else:
        print(print_out(lab), "\n\nOn this machine only:", sep="", file=out)
        by_name = {one.name: one.endpoint for one in lab.rest}
        for one in emulator.acs_rest.places(emulator.https_url):
            print(f"  {'acs_rest':18} {one.connection_string_at(by_name[one.name])}", file=out)
    print(f"  {'control':18} {control.url}  token {control.token}", file=out)
    print(f"  {'trust':18} {emulator.ca_file}", file=out)
    for fault in emulator.faults.faults:
        print(f"  {fault}: {CONDUCTS[fault.behaviour].sentence}", file=out)
    for note in notes:
        print(f"note: {note}", file=out)
    print("Nothing is delivered; Ctrl-C ends. One line per verdict:", file=out, flush=True)


def _of_passwords(options: ServeOptions) -> Iterator[str]:
    """Say where the passwords of a shipped world stand, which whoever sets a device is asked for."""
    if options.lab is not None and options.world in shipped_worlds():
        yield f"the passwords of {options.world} are invented, and stand in {shipped_file(options.world)}"


def _of_keys(emulator: Emulator) -> Iterator[str]:
    """Say which connection strings are those of resources that the calendar forbids."""
    return keys_that_open_nothing(emulator.world, emulator.rulebook.calendar)


def _list_endpoints(emulator: Emulator, out: TextIO) -> None:
    print(f"relaylab stands at {iso(emulator.started.replace(microsecond=0))}, seed {emulator.seed}", file=out)
    for key, where in emulator.endpoints.items():
        print(f"  {key:18} {where.host}:{where.port}  {where.name or ''}".rstrip(), file=out)
    if emulator.https_url:
        print(f"  {'https':18} {emulator.https_url}  login.microsoftonline.com", file=out)
    for one in emulator.acs_rest.places(emulator.https_url):
        print(f"  {'acs_rest':18} {one.connection_string}", file=out)
        print(f"  {'':18} second key {one.secondary_key.reveal()}  {one.host_name}", file=out)
    for name, site in emulator.sites.items():
        for key, where in site.endpoints.items():
            print(f"  {key:18} {where.host}:{where.port}  as site {name}, {site.public_ip}", file=out)
        for key, where in site.ipv6.items():
            print(f"  {key:18} {where.host}:{where.port}  as site {name}, {site.public_ipv6}", file=out)
    if "dns" in emulator.endpoints:
        _name_hosts(emulator.mail_hosts(), out)


def _name_hosts(hosts: Mapping[str, str], out: TextIO) -> None:
    """Say which MX host each domain has, as the admin center does: not every one can be derived."""
    for domain, host in tuple(hosts.items())[:_MOST_HOSTS]:
        print(f"  {'mx host':18} {host}  of {domain}", file=out)
    if len(hosts) > _MOST_HOSTS:
        print(f"  {'mx host':18} and {len(hosts) - _MOST_HOSTS} more", file=out)


def _tell(entry: Entry, out: TextIO) -> None:
    """Print one line per verdict, with its rule, per question to DNS, and for what went wrong before any rule."""
    event = entry.event
    match event:
        case Judged(command=command, decision=decision):
            said = decision.reply.line if decision.reply else ""
            why = decision.rule or f"{decision.endpoint}.{decision.stage}: default"
        case Answered(command=command, reply=reply, source=source) | BadInput(what=command, reply=reply, source=source):
            said, why = reply.line, f"protocol: {source.fact}"
        case Faulted(command=command, reply=reply):
            said, why = reply.line if reply else event.did, f"fault {event.fault} ({event.behaviour})"
        case TlsStarted(client_certificate=CertificateFacts() as shown_to_us):
            command = "TLS handshake"
            said = f"client certificate {shown_to_us.subject or shown_to_us.fingerprint}"
            why = shown_to_us.standing
        case TurnedAway(remote=remote, why=reason):
            command, said = f"connection from {remote}", f"closed: {reason}"
            why = "--proxy-protocol is on: does the balancer send its header (HAProxy: send-proxy)?"
        case TlsFailed(reason=reason):
            command, said = "TLS handshake", f"failed: {reason}"
            why = "does the client trust the test root, and speak TLS 1.2?"
        case OperationEnded() | DeliveryReported() | WebhookCalled():
            command, said, why = told_of_acs(event)
        case Queried(client=why, name=name, type=record_type, rcode=said):
            command = f"{name} {record_type}".strip() or "octets that are no question"
        case _:
            return
    shown = said if len(said) <= 160 else said[:157] + "..."
    at = iso(event.at.replace(microsecond=0))
    print(_harmless(f"{at} {event.session} {command} -> {shown}  [{why}]", out), file=out, flush=True)


def _harmless(line: str, out: TextIO) -> str:
    """Write out what a client could steer a terminal with, and what the terminal has no letter for."""
    printable = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in line)
    encoding = out.encoding or "utf-8"
    return printable.encode(encoding, "backslashreplace").decode(encoding)


@contextlib.contextmanager
def _stopping() -> Iterator[asyncio.Event]:
    """Give an event that SIGINT and SIGTERM set."""
    stopped, loop = asyncio.Event(), asyncio.get_running_loop()
    undo = contextlib.ExitStack()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stopped.set)
            undo.callback(loop.remove_signal_handler, number)
        except NotImplementedError:  # Windows: its loops know no signals
            before = signal.signal(number, lambda *_: loop.call_soon_threadsafe(stopped.set))
            undo.callback(signal.signal, number, before)
    with undo:
        yield stopped
