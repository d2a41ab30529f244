"""RejectDirectSend is turned on while the emulator runs: the change takes its time on the simulated clock."""

from __future__ import annotations

from copy import deepcopy

import pytest

from tests.clients.by_socket import Wire
from tests.clients.controlled import Controlled
from tests.servers.steering import send

ON = {"reject_direct_send": True}
OFF = {"reject_direct_send": False}


@pytest.fixture
def slowly(controlled: Controlled) -> Controlled:
    controlled.emulator.put(readings={"direct_send_delay": "30_minutes"})
    return controlled


def go_to(controlled: Controlled, instant: str) -> None:
    controlled.put("/clock", {"now": instant, "frozen": True})


def by_put(controlled: Controlled, config: dict[str, bool]) -> None:
    world = deepcopy(controlled.get("/world")["world"])
    world["tenant"][0]["organization_config"] = config
    controlled.put("/world", world)


def by_patch(controlled: Controlled, config: dict[str, bool]) -> None:
    send(controlled, "PATCH", "/world/tenants/contoso", {"patch": {"organization_config": config}}, 200)


def direct_send(controlled: Controlled) -> str:
    with Wire(controlled.mx) as wire:
        wire.say("EHLO client.example")
        wire.say("MAIL FROM:<scanner@contoso.com>")
        return wire.say("RCPT TO:<helpdesk@contoso.com>")[:9]


@pytest.mark.parametrize("change", [by_put, by_patch])
def test_a_change_through_the_control_plane_applies_half_an_hour_later(change: object, slowly: Controlled) -> None:
    assert callable(change)
    go_to(slowly, "2026-12-01T09:00:00Z")
    change(slowly, ON)

    go_to(slowly, "2026-12-01T09:29:59.999999Z")
    assert "250 2.1.5" == direct_send(slowly)
    go_to(slowly, "2026-12-01T09:30:00Z")
    assert "550 5.7.6" == direct_send(slowly)

    change(slowly, OFF)
    go_to(slowly, "2026-12-01T09:59:59.999999Z")
    assert "550 5.7.6" == direct_send(slowly)
    go_to(slowly, "2026-12-01T10:00:00Z")
    assert "250 2.1.5" == direct_send(slowly)


def test_without_the_delay_a_change_applies_at_once(controlled: Controlled) -> None:
    by_patch(controlled, ON)
    assert "550 5.7.6" == direct_send(controlled)

    by_patch(controlled, OFF)
    assert "250 2.1.5" == direct_send(controlled)


def test_the_refusal_says_since_when(slowly: Controlled) -> None:
    go_to(slowly, "2026-12-01T09:00:00Z")
    by_patch(slowly, ON)
    go_to(slowly, "2026-12-01T09:30:00Z")
    direct_send(slowly)

    because = slowly.get("/verdicts/last")["verdict"]["because"]
    assert (
        "RejectDirectSend of tenant contoso was turned on at 2026-12-01T09:00:00Z, and that holds from "
        "2026-12-01T09:30:00Z on"
    ) in because


def test_a_reset_to_a_world_that_rejects_waits_for_nothing(slowly: Controlled) -> None:
    world = deepcopy(slowly.get("/world")["world"])
    world["tenant"][0]["organization_config"] = ON
    send(slowly, "POST", "/reset", {"world": world}, 200)

    assert "550 5.7.6" == direct_send(slowly)
