"""What the steering verbs do once their options are read."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from typing import Any

import click

from relaylab_conformance.options import BadInputError
from relaylab_conformance.steering.client import Control, SteeringError, step
from relaylab_conformance.steering.found import find
from relaylab_conformance.steering.told import (
    acs_lines,
    clock_line,
    event_lines,
    message_line,
    message_lines,
    status_lines,
)
from relaylab_conformance.terminal import say, say_json


@dataclass(frozen=True, slots=True)
class Which:
    """Which relaylab is steered, and whether the answer is to be JSON."""

    url: str | None
    token: str | None
    as_json: bool


def travel(which: Which, when: str | None, *, freeze: bool, rate: float | None) -> None:
    """Move the clock, and say where it stands; raise BadInputError for an instant or a rate that cannot be."""
    if freeze and rate is not None:
        raise BadInputError("--freeze and --rate: a clock that stands still has no rate; give one of them")
    if rate is not None and not math.isfinite(rate):
        raise BadInputError(f"--rate: {rate} is no number of seconds; choose more than 0 and at most 31622400")
    with _control(which) as control:
        how: dict[str, object] = {"frozen": True} if freeze else {} if rate is None else {"rate": rate}
        # One request for all of it: a clock that runs would not stand where it was sent when it is stopped later.
        if when is not None and when.startswith(("+", "-")):
            control.ask("POST", "/clock/advance", {"by": when, **how})
        elif when is not None or how:
            control.ask("PUT", "/clock", how if when is None else {"now": when, **how})
        clock = control.get("/clock/rate")
    _tell(which, clock, lambda: [clock_line(clock)])


def status(which: Which) -> bool:
    """Say how it stands, and give whether every listener is ready."""
    with _control(which) as control:
        found = control.check()
        ready = control.ready()
    document = {"url": control.url, **found, "ready": ready["ready"], "listeners": ready["listeners"]}
    _tell(which, document, lambda: status_lines(control.url, found, ready))
    return bool(ready["ready"])


def acs(which: Which, resource: str | None, rotate: str | None) -> None:
    """List the Azure Communication Services resources, or make a new key for one."""
    with _control(which) as control:
        if rotate is not None:
            control.ask("POST", f"/acs/{step(_one_resource(control, resource))}/keys", {"key": rotate})
        found = control.get("/acs")
    _tell(which, found, lambda: acs_lines(found["resources"]))


def _one_resource(control: Control, resource: str | None) -> str:
    names = [str(one["name"]) for one in control.get("/acs")["resources"]]
    if resource is None and len(names) != 1:
        raise BadInputError(f"whose key? Give --resource NAME; there are {', '.join(names) or 'none'}")
    return resource or names[0]


def list_messages(which: Which) -> None:
    """List what was kept, a line each."""
    with _control(which) as control:
        found = list(_every_message(control))
    _tell(which, {"messages": found}, lambda: map(message_line, found) if found else ["no mail is kept"])


def show_message(which: Which, name: str) -> None:
    """Say all about one message but its content."""
    with _control(which) as control:
        message = control.get(f"/messages/{step(name)}")
        attachments = control.get(f"/messages/{step(name)}/attachments")
        now = control.get("/clock")["now"]
    _tell(which, {**message, **attachments}, lambda: message_lines(message, attachments, now))


def print_content(which: Which, name: str, attachment: int | None) -> None:
    """Write a message as it came, or one attachment decoded, to standard output."""
    below = "raw" if attachment is None else f"attachments/{attachment}"
    with _control(which) as control:
        for piece in control.octets(f"/messages/{step(name)}/{below}"):
            sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()


def delete_messages(which: Which, name: str | None) -> None:
    """Delete one message, or all."""
    with _control(which) as control:
        if name is not None:
            control.ask("DELETE", f"/messages/{step(name)}")
            deleted: Mapping[str, Any] = {"deleted": 1}
        else:
            deleted = control.ask("DELETE", "/messages")
    _tell(which, deleted, lambda: [f"deleted {deleted['deleted']}"])


def keys(which: Which, *, rotate: bool, drop_old: bool) -> None:
    """List the keys that Entra signs with, or change them before."""
    with _control(which) as control:
        if rotate:
            found = control.ask("POST", "/entra/keys", {"keep_old": not drop_old})
        else:
            found = control.ask("DELETE" if drop_old else "GET", "/entra/keys")
    _tell(which, found, lambda: [f"{found['signs']}  signs", *(f"{kid}  still counts" for kid in found["old"])])


def events(which: Which, *, after: int | None, session: str | None, kind: str | None, follow: bool) -> None:
    """Print events, a line each; with ``follow`` those to come, until somebody ends it."""
    ends_by_hand = suppress(KeyboardInterrupt) if follow else nullcontext()
    with _control(which) as control, ends_by_hand:
        if not follow or after is not None:
            after = _events_so_far(control, which, after or 0, session, kind)
        if follow:
            _follow(control, which, after, session, kind)


def _follow(control: Control, which: Which, after: int | None, session: str | None, kind: str | None) -> None:
    """Print what happens from now on, until the emulator ends."""
    for named, event in control.follow("/events/stream", after=after, session=session, kind=kind):
        if named == "missed":
            click.echo(f"{event['missed']} events were dropped before they came here", err=True)
        else:
            _tell_event(which, event)
    click.echo("the emulator has ended", err=True)


def _events_so_far(control: Control, which: Which, after: int, session: str | None, kind: str | None) -> int:
    """Print what there is, and give the number that the log was read through."""
    while True:
        page = control.get("/events", after=after, session=session, kind=kind)
        if page["missed"]:
            click.echo(f"{page['missed']} events were dropped to make room for newer ones", err=True)
        for event in page["events"]:
            _tell_event(which, event)
        after = int(page["through"])
        if not page["events"]:
            return after


def _tell_event(which: Which, event: Mapping[str, Any]) -> None:
    if which.as_json:
        say_json(json.dumps(event))
    else:
        for line in event_lines(event):
            say(line)
    sys.stdout.flush()


def _every_message(control: Control) -> Iterator[Mapping[str, Any]]:
    after = None
    while True:
        page = control.get("/messages", after=after)
        yield from page["messages"]
        after = page["next"]
        if after is None:
            return


@contextmanager
def _control(which: Which) -> Iterator[Control]:
    try:
        yield find(which.url, which.token)
    except SteeringError as error:
        raise BadInputError(str(error)) from None


def _tell(which: Which, document: Mapping[str, Any], lines: Callable[[], Iterator[str] | list[str]]) -> None:
    if which.as_json:
        say_json(json.dumps(document, indent=2))
    else:
        say("\n".join(lines()))
