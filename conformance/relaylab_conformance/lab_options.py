"""The options of a lab, which reach the verb as one plan.

Law: importing this module loads nothing but click.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import click

from relaylab_conformance.options import BadInputError

if TYPE_CHECKING:
    from relaylab.servers.lab_plan import LabPlan

R = TypeVar("R")


def lab_options(command: Callable[..., R]) -> Callable[..., R]:
    """Give a verb --lab, --lab-ports and --lab-name; it is called with their plan as ``lab``, None without a lab."""

    @functools.wraps(command)
    def with_plan(*, lab: tuple[str, ...], lab_ports: str, lab_names: tuple[str, ...], **others: object) -> R:
        return command(lab=_plan(lab, lab_ports, lab_names), **others)

    for option in (
        click.option(
            "--lab-name",
            "lab_names",
            multiple=True,
            metavar="NAME",
            help="A host name of this machine, for its certificate; repeatable.",
        ),
        click.option(
            "--lab-ports",
            default="",
            metavar="PORT:PORT,...",
            help="Use other ports for the real ones, as 587:2587,25:2525,443:8444,80:8080,8443:0; 0 is any free one.",
        ),
        click.option(
            "--lab",
            multiple=True,
            metavar="[WHAT=]ADDRESS",
            help="Answer devices on this address of this machine, on the real ports: 587 and 25, 443 for Entra and "
            "Communication Services over REST, 80 for a page that says what to set, and 8443 for the same over TLS. "
            "WHAT gives an endpoint or a site an address of its own: hve=ADDRESS, acs_smtp=ADDRESS, "
            "submission_legacy=ADDRESS, https=ADDRESS (443), site:NAME=ADDRESS. Repeatable.",
        ),
    ):
        with_plan = option(with_plan)
    return with_plan


def _plan(addresses: tuple[str, ...], ports: str, names: tuple[str, ...]) -> LabPlan | None:
    if not (addresses or ports or names):
        return None
    from relaylab.app.lab.arguments import parse_lab  # noqa: PLC0415 - only where there is a lab

    try:
        return parse_lab(addresses, ports, names)
    except ValueError as error:
        raise BadInputError(f"--lab: {error}") from None
