"""Delivery and engagement reports: in the log as the clock reaches them, and at a subscriber's webhook."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from relaylab.domain.acs_settings import DELIVERY_REPORT, ENGAGEMENT_REPORT, EventSubscription
from relaylab.domain.event import DeliveryReported, OperationEnded, WebhookCalled
from tests.acs_rest_lab import UNLUCKY, AcsLab, a_message, acs_world
from tests.conftest import Emulate
from tests.servers.acs_rest.subscriber import PATIENCE, Answer, Subscriber, shake_hands


@pytest.fixture
def subscribe(emulate: Emulate) -> Iterator[Callable[..., tuple[AcsLab, Subscriber]]]:
    """A lab with a subscriber to the events of its resource."""
    made: list[Subscriber] = []

    def start(answer: Answer = shake_hands, types: tuple[str, ...] = ()) -> tuple[AcsLab, Subscriber]:
        made.append(Subscriber(answer))
        named = f"    included_event_types = {json.dumps(types)}\n" if types else ""
        table = (
            f'\n    [[tenant.acs_resource.event_subscription]]\n    name = "orders"\n    endpoint = "{made[-1].url}"\n'
        )
        return AcsLab(emulate(world=acs_world(table + named))), made[-1]

    yield start
    for one in made:
        one.close()


def a_called(lab: AcsLab, count: int) -> list[WebhookCalled]:
    """The calls that the log knows, once there are so many."""
    there = threading.Event()

    def look(_: object = None) -> None:
        if len(lab.events(WebhookCalled)) >= count:
            there.set()

    unsubscribe = lab.emulator.store.events.subscribe(look)
    look()
    assert there.wait(PATIENCE), lab.events(WebhookCalled)
    unsubscribe()
    return lab.events(WebhookCalled)


def test_reports_are_in_the_log_when_the_clock_has_reached_them(acs_lab: AcsLab) -> None:
    operation = acs_lab.send(a_message("orders@contoso.com", "anna@northwind.example", "gone@contoso.com")).json()["id"]
    acs_lab.advance(seconds=29)
    early = acs_lab.events(DeliveryReported)
    acs_lab.advance(seconds=1)

    assert [] == early
    assert [(operation, "Succeeded")] == [(one.operation, one.status) for one in acs_lab.events(OperationEnded)]
    assert [("anna@northwind.example", "Delivered"), ("gone@contoso.com", "Bounced")] == [
        (one.recipient, one.about) for one in acs_lab.events(DeliveryReported)
    ]


def test_a_report_has_the_form_of_event_grid(acs_lab: AcsLab) -> None:
    operation = acs_lab.send(a_message(headers={"Message-ID": "<1@contoso.com>"})).json()["id"]
    acs_lab.advance(seconds=30)

    (reported,) = acs_lab.events(DeliveryReported)
    document = dict(reported.document)
    assert {
        "sender": "orders@contoso.com",
        "recipient": "anna@northwind.example",
        "internetMessageId": "<1@contoso.com>",
        "messageId": operation,
        "status": "Delivered",
        "deliveryStatusDetails": {"statusMessage": "No error."},
        "deliveryAttemptTimeStamp": "2026-12-01T00:00:30Z",
    } == document.pop("data")
    assert document.pop("topic").endswith("/providers/Microsoft.Communication/communicationServices/contoso-mail")
    assert document.pop("id")
    assert {
        "subject": f"sender/orders@contoso.com/message/{operation}",
        "eventType": DELIVERY_REPORT,
        "dataVersion": "1.0",
        "metadataVersion": "1",
        "eventTime": "2026-12-01T00:00:30Z",
    } == document


def test_a_subscriber_shakes_hands_and_is_sent_every_report(
    subscribe: Callable[..., tuple[AcsLab, Subscriber]],
) -> None:
    lab, subscriber = subscribe()
    operation = lab.send().json()["id"]
    lab.advance(seconds=30)

    kind, handshake = subscriber.next()
    assert ("SubscriptionValidation", "Microsoft.EventGrid.SubscriptionValidationEvent") == (
        kind,
        handshake[0]["eventType"],
    )
    kind, events = subscriber.next()
    assert ("Notification", DELIVERY_REPORT, operation) == (
        kind,
        events[0]["eventType"],
        events[0]["data"]["messageId"],
    )
    assert [True, True] == [one.delivered for one in a_called(lab, 2)]


def test_who_does_not_send_the_code_back_is_sent_nothing_and_asked_again_later(
    subscribe: Callable[..., tuple[AcsLab, Subscriber]],
) -> None:
    lab, subscriber = subscribe(lambda _: (200, {}))
    lab.send()
    lab.advance(seconds=30)
    assert "SubscriptionValidation" == subscriber.next()[0]
    (first,) = a_called(lab, 1)
    lab.advance(seconds=10)
    assert "SubscriptionValidation" == subscriber.next()[0]

    assert not first.delivered
    assert "validationResponse" in first.answered
    assert [1, 2] == [one.attempt for one in a_called(lab, 2)]


def test_a_subscriber_that_fails_is_sent_the_report_again_and_one_that_redirects_is_not_followed(
    subscribe: Callable[..., tuple[AcsLab, Subscriber]],
) -> None:
    answers = iter([500, 307, 200])

    def answer(body: Any) -> tuple[int, Any]:  # noqa: ANN401 - JSON
        return shake_hands(body) if "validationCode" in body[0]["data"] else (next(answers), {})

    lab, subscriber = subscribe(answer)
    lab.send()
    lab.advance(seconds=30)
    a_called(lab, 2)
    lab.advance(seconds=10)
    a_called(lab, 3)
    lab.advance(seconds=30)
    called = a_called(lab, 4)

    assert ["HTTP 200", "HTTP 500", "HTTP 307", "HTTP 200"] == [one.answered for one in called]
    assert 4 == subscriber.calls.qsize()


def test_a_subscriber_is_sent_the_types_that_it_wants(subscribe: Callable[..., tuple[AcsLab, Subscriber]]) -> None:
    lab, subscriber = subscribe(types=(ENGAGEMENT_REPORT,))
    content = {"subject": "Offer", "html": '<a href="https://contoso.com">here</a>'}
    operation = lab.send(a_message(content=content)).json()["id"]
    lab.advance(seconds=30)
    lab.emulator.acs_rest.engage(operation, "click", url="https://contoso.com", user_agent="A reader")

    subscriber.next()
    _, events = subscriber.next()
    assert ENGAGEMENT_REPORT == events[0]["eventType"]
    assert {
        "sender": "orders@contoso.com",
        "messageId": operation,
        "userActionTimeStamp": "2026-12-01T00:00:30Z",
        "engagementContext": "https://contoso.com",
        "userAgent": "A reader",
        "engagementType": "click",
    } == events[0]["data"]


@pytest.mark.parametrize(
    "message",
    [
        a_message(),
        a_message(content={"subject": "x", "html": "x"}, userEngagementTrackingDisabled=True),
    ],
    ids=["plain text", "turned off for this message"],
)
def test_nothing_is_tracked_where_tracking_is_off(acs_lab: AcsLab, message: dict[str, Any]) -> None:
    operation = acs_lab.send(message).json()["id"]
    acs_lab.advance(seconds=30)

    with pytest.raises(ValueError, match="is tracked"):
        acs_lab.emulator.acs_rest.engage(operation, "view")


def test_a_clock_that_runs_reaches_the_reports_by_itself(acs_lab: AcsLab) -> None:
    there = threading.Event()
    unsubscribe = acs_lab.emulator.store.events.subscribe(
        lambda entry: there.set() if isinstance(entry.event, DeliveryReported) else None
    )
    acs_lab.send()
    acs_lab.emulator.run(3_600)

    assert there.wait(PATIENCE)
    unsubscribe()


def test_a_subscriber_shakes_hands_once_for_all_that_is_due(
    subscribe: Callable[..., tuple[AcsLab, Subscriber]],
) -> None:
    lab, _ = subscribe(lambda _: (200, {}))
    lab.send(a_message("orders@contoso.com", "anna@northwind.example", "bob@northwind.example"))
    lab.advance(seconds=30)
    a_called(lab, 1)
    lab.advance(seconds=10)

    assert [1, 2] == [one.attempt for one in a_called(lab, 2)]


def test_a_subscriber_that_hangs_holds_up_nobody_else(emulate: Emulate) -> None:
    released = threading.Event()

    def hang(body: Any) -> tuple[int, Any]:  # noqa: ANN401 - JSON
        released.wait(PATIENCE)
        return shake_hands(body)

    hung, prompt = Subscriber(hang), Subscriber(shake_hands)
    tables = "".join(
        f'\n    [[tenant.acs_resource.event_subscription]]\n    name = "{name}"\n    endpoint = "{one.url}"\n'
        for name, one in (("a-hung", hung), ("b-prompt", prompt))
    )
    lab = AcsLab(emulate(world=acs_world(tables)))
    lab.send()
    lab.advance(seconds=30)

    assert ["SubscriptionValidation", "Notification"] == [prompt.next()[0], prompt.next()[0]]
    assert {"b-prompt"} == {one.subscription for one in a_called(lab, 2)}
    released.set()
    for one in (hung, prompt):
        one.close()


def test_nobody_is_called_who_is_not_on_this_machine_whatever_the_world_says(emulate: Emulate) -> None:
    loaded = acs_world()
    tenant = loaded.world.tenants[0]
    elsewhere = EventSubscription(name="elsewhere", endpoint="http://192.0.2.1/events")
    resources = tuple(replace(one, event_subscriptions=(elsewhere,)) for one in tenant.acs_resources)
    world = replace(loaded.world, tenants=(replace(tenant, acs_resources=resources), *loaded.world.tenants[1:]))
    lab = AcsLab(emulate(world=replace(loaded, world=world)))
    lab.send()
    lab.advance(seconds=30)

    (called,) = a_called(lab, 1)
    assert (False, "it is not on this machine, and nothing leaves it") == (
        called.delivered,
        called.answered.partition(";")[0],
    )


@pytest.mark.parametrize(("sender", "told"), [("dropped@contoso.com", ["Failed"]), ("canceled@contoso.com", [])])
def test_what_was_dropped_is_reported_as_failed_and_what_was_canceled_was_never_tried(
    acs_lab: AcsLab, sender: str, told: list[str]
) -> None:
    acs_lab.send(a_message(sender), resource=UNLUCKY)
    acs_lab.advance(minutes=10)

    assert told == [one.about for one in acs_lab.events(DeliveryReported)]
