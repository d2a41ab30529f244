"""Copies that were accepted and end otherwise, by a fault: in reports, at a webhook and in the log, by either way."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from relaylab.app.faults import parse_spec
from relaylab.domain.clock import iso
from relaylab.domain.event import DeliveryReported, Faulted, OperationEnded, WebhookCalled
from relaylab.domain.message import Placement
from relaylab.domain.source import Confidence
from relaylab.store import as_json
from relaylab.store.document import read, write
from relaylab.store.shapes import message_json
from relaylab_conformance.explain.records import Run, explain_record
from relaylab_conformance.report.files import EVENTS, MESSAGES
from relaylab_conformance.steering.told import message_lines
from tests.acs_rest_lab import UNLUCKY, AcsLab, a_message, acs_world
from tests.conftest import Emulate
from tests.servers.acs_rest.subscriber import Subscriber, shake_hands
from tests.servers.test_acs_both_ways import ORDERS, signed_in

SPAM, QUARANTINE, FULL, FINE = (f"{name}@northwind.example" for name in ("spam", "quarantine", "full", "fine"))
ENDS = {SPAM: "FilteredSpam", QUARANTINE: "Quarantined", FULL: "Failed", FINE: "Delivered"}
SAID = {
    SPAM: "550 5.7.1 Message rejected as spam by Content Filtering.",
    QUARANTINE: "The recipient's side has put the message in quarantine.",
    FULL: "552 5.2.2 Mailbox full",
    FINE: "No error.",
}
FAULTS = (
    f"filteredspam,recipient={SPAM}",
    f"quarantined,recipient={QUARANTINE}",
    f"deliveryfailed,recipient={FULL},code=552,enhanced=5.2.2,text=Mailbox full",
)


@pytest.fixture
def subscriber() -> Iterator[Subscriber]:
    made = Subscriber(shake_hands)
    yield made
    made.close()


def over_rest(lab: AcsLab, *recipients: str) -> None:
    assert 202 == lab.send(a_message(ORDERS, *recipients)).status_code


def over_smtp(lab: AcsLab, *recipients: str) -> None:
    with signed_in(lab) as client:
        client.sendmail(ORDERS, list(recipients), f"From: {ORDERS}\r\nSubject: Your order\r\n\r\nThank you.\r\n")


def told(lab: AcsLab) -> list[str]:
    """What ``relaylab messages ID`` says of the only message, now."""
    (kept,) = lab.emulator.store.mail.messages()
    document = json.loads(json.dumps(message_json(kept)))
    return list(message_lines(document, {"attachments": []}, iso(lab.now)))


def explained(lab: AcsLab, folder: Path) -> str:
    """What ``relaylab explain ID`` says of it, by the files of a run."""
    (kept,) = lab.emulator.store.mail.messages()
    events = [json.dumps(as_json(one.event, one.seq)) for one in lab.emulator.store.events]
    (folder / EVENTS).write_text("\n".join(events), encoding="utf-8")
    (folder / MESSAGES).write_text(json.dumps(message_json(kept)), encoding="utf-8")
    found = explain_record(kept.id, Run(folder))
    assert found is not None
    return found.text


def test_nothing_is_reported_before_the_operation_ends(emulate: Emulate, tmp_path: Path) -> None:
    lab = AcsLab(emulate(world=acs_world(), faults=FAULTS))
    over_rest(lab, FULL, FINE)
    lab.advance(seconds=29)
    ends = iso(lab.now + timedelta(seconds=1))

    assert f"  delivered   not yet, but at {ends}" in told(lab)
    assert [f"  reported    nothing yet; to be reported at {ends}"] == [one for one in told(lab) if "report" in one]
    assert f"nothing yet; to be reported at {ends}" in explained(lab, tmp_path)
    assert "Failed" not in explained(lab, tmp_path)
    assert [] == lab.events(DeliveryReported)

    lab.advance(seconds=1)
    assert f"  delivered   {ends}" in told(lab)
    assert f"  reported    {FULL}: Failed ({SAID[FULL]})" in told(lab)
    assert f"Reported  {FULL}: Failed ({SAID[FULL]})" in explained(lab, tmp_path)
    assert "nothing yet" not in explained(lab, tmp_path)


def test_a_message_that_the_service_dropped_is_not_said_to_be_delivered(emulate: Emulate) -> None:
    lab = AcsLab(emulate(world=acs_world()))
    lab.send(a_message("dropped@contoso.com", FINE), resource=UNLUCKY)

    assert "  delivered   to nobody: no copy was placed" in told(lab)


@pytest.mark.parametrize("send", [over_rest, over_smtp])
def test_a_fault_decides_what_a_webhook_and_the_log_are_told_of_a_copy(
    emulate: Emulate, subscriber: Subscriber, send: Callable[..., None]
) -> None:
    table = (
        f'\n    [[tenant.acs_resource.event_subscription]]\n    name = "orders"\n    endpoint = "{subscriber.url}"\n'
    )
    lab = AcsLab(emulate(world=acs_world(table), faults=FAULTS))
    send(lab, *ENDS)
    lab.advance(minutes=1)

    assert "SubscriptionValidation" == subscriber.next()[0]
    posted = [subscriber.next()[1][0]["data"] for _ in ENDS]
    assert ENDS == {data["recipient"]: data["status"] for data in posted}
    assert SAID == {data["recipient"]: data["deliveryStatusDetails"]["statusMessage"] for data in posted}
    assert ENDS == {one.recipient: one.about for one in lab.events(DeliveryReported)}
    faulted = lab.events(Faulted)
    assert [f"delivery to {one}" for one in (SPAM, QUARANTINE, FULL)] == [one.command for one in faulted]
    assert {"filteredspam", "quarantined", "deliveryfailed"} == {one.behaviour for one in faulted}
    assert {Confidence.INFERRED} == {one.source.confidence for one in faulted}
    (kept,) = lab.emulator.store.mail.messages()
    assert {kept.session} == {one.session for one in faulted}
    assert [Placement.NONE, Placement.QUARANTINE, Placement.NONE, Placement.OUTSIDE] == [
        copy.placed for copy in kept.copies
    ]
    assert ENDS == {str(one.recipient): one.status for one in kept.reported}
    assert SAID == {str(one.recipient): one.said for one in kept.reported}
    assert kept == read(write(kept), bytes(kept.raw))
    assert f"  reported    {FULL}: Failed ({SAID[FULL]})" in told(lab)
    assert [] == [one for one in lab.events(WebhookCalled) if not one.delivered]


def test_an_operation_whose_copies_fail_has_succeeded_and_suppresses_nobody(emulate: Emulate) -> None:
    """Succeeded is out for delivery, not delivered (fact ACS-REST-23); none of these is a hard bounce (ACS-DLV-08)."""
    lab = AcsLab(emulate(faults=FAULTS[:1], world=acs_world()))
    for _ in range(2):
        over_rest(lab, SPAM)
        lab.advance(minutes=1)

    assert ["Succeeded"] * 2 == [one.status for one in lab.events(OperationEnded)]
    assert ["FilteredSpam"] * 2 == [one.about for one in lab.events(DeliveryReported)]


def test_such_a_fault_acts_as_often_and_where_it_is_told_to_and_on_delivered_copies_alone(emulate: Emulate) -> None:
    lab = AcsLab(emulate(world=acs_world()))
    lab.emulator.faults.add(parse_spec("m365,recipient=fine@northwind.example"))
    lab.emulator.faults.add(parse_spec("contoso-mail.communication.azure.com=quarantined,times=2"))
    lab.emulator.faults.add(parse_spec("acs_smtp=filteredspam"))
    over_rest(lab, FINE, "gone@contoso.com", "never@fabrikam.com", SPAM, FULL, "third@northwind.example")
    lab.advance(minutes=1)

    assert ["Delivered", "Bounced", "Suppressed", "Quarantined", "Quarantined", "Delivered"] == [
        one.about for one in lab.events(DeliveryReported)
    ]
    assert [0, 2, 0] == [lab.emulator.faults.used(one.id) for one in lab.emulator.faults.faults]
