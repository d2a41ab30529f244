"""A change of RejectDirectSend is noted at its instant, whoever makes it while the emulator runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from relaylab.app.switched import switched
from relaylab.domain.tenant import OrganizationConfig
from relaylab.domain.world import World
from tests.builders import a_tenant, a_world, at

NOW = at("2026-12-01T09:00:00Z")
HALF_AN_HOUR = timedelta(minutes=30)
A_TICK = timedelta(microseconds=1)


def a_world_that(*, rejects: bool, changed: datetime | None = None) -> World:
    return a_world(a_tenant(organization_config=OrganizationConfig(rejects, changed)))


def changed_in(world: World) -> datetime | None:
    return world.tenants[0].organization_config.reject_direct_send_changed


@pytest.mark.parametrize("rejects", [True, False])
def test_a_change_is_noted_and_holds_once_its_time_has_come(*, rejects: bool) -> None:
    found = switched(a_world_that(rejects=not rejects), a_world_that(rejects=rejects), NOW, HALF_AN_HOUR)
    config = found.tenants[0].organization_config

    assert NOW == changed_in(found)
    assert (not rejects, rejects) == (
        config.rejects_direct_send(NOW + HALF_AN_HOUR - A_TICK, HALF_AN_HOUR),
        config.rejects_direct_send(NOW + HALF_AN_HOUR, HALF_AN_HOUR),
    )


def test_a_change_stays_noted_while_other_things_change() -> None:
    earlier = NOW - timedelta(minutes=10)
    after = a_world(a_tenant(organization_config=OrganizationConfig(reject_direct_send=True), licences=7))
    found = switched(a_world_that(rejects=True, changed=earlier), after, NOW, HALF_AN_HOUR)

    assert earlier == changed_in(found)


def test_what_is_put_back_before_it_applied_holds_at_once() -> None:
    pending = a_world_that(rejects=True, changed=NOW - HALF_AN_HOUR + A_TICK)
    applied = a_world_that(rejects=True, changed=NOW - HALF_AN_HOUR)
    back = a_world_that(rejects=False)

    assert None is changed_in(switched(pending, back, NOW, HALF_AN_HOUR))
    assert NOW == changed_in(switched(applied, back, NOW, HALF_AN_HOUR))


def test_what_the_world_says_itself_holds() -> None:
    said = NOW - timedelta(days=3)
    found = switched(a_world_that(rejects=False), a_world_that(rejects=True, changed=said), NOW, HALF_AN_HOUR)

    assert said == changed_in(found)


def test_a_tenant_that_is_new_has_changed_nothing() -> None:
    found = switched(a_world(), a_world(replace(a_tenant("adatum"), id="new")), NOW, HALF_AN_HOUR)

    assert None is changed_in(found)
