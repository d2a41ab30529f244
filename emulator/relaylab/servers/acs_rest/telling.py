"""What has come about is told: to the event log at once, and to subscribers over HTTP on this machine.

Laws: the log hears of an event in the call that moves the clock past its instant, whichever thread that is; subscribers
are called from the loop alone, and from nowhere else. Nobody is called who is not on this machine: the world file takes
no other address, and a redirect is not followed.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from datetime import timedelta
from ipaddress import ip_address
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from relaylab.domain.clock import iso
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.event import DeliveryReported, OperationEnded, WebhookCalled
from relaylab.servers.acs_rest import reports
from relaylab.servers.clocks import state_of
from relaylab.store.acs_rest import Post, Report

if TYPE_CHECKING:
    from relaylab.domain.acs import AcsResource
    from relaylab.domain.acs_settings import EventSubscription
    from relaylab.servers.acs_rest.office import RestOffice

# Event Grid tries again after these; then it gives up (its page "Message delivery and retry").
_AGAIN: Final = (
    timedelta(seconds=10),
    timedelta(seconds=30),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
    timedelta(hours=12),
)
_FOR_GOOD: Final = frozenset({400, 413})  # an answer after which nothing is tried again
_PATIENCE: Final = 10.0  # real seconds for a subscriber's answer
_SOON, _RARELY = 0.02, 1.0  # real seconds between two looks at a clock that runs


class Teller:
    """Tells what is due."""

    def __init__(self, office: RestOffice) -> None:
        """Begin with nobody to call."""
        self._office = office
        self._task: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._due = asyncio.Event()
        self._calling: dict[str, asyncio.Task[None]] = {}

    # The log ---------------------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Log what has come about by now, and have subscribers called; from any thread."""
        house, state = self._office.house, self._office.state
        with house.lock:
            now = house.clock.now()
            for report in state.due_reports(now):
                self._log(report)
                found = self._office.find(report.resource)
                told = report.type != reports.OPERATION_ENDED and found is not None
                for one in found[1].event_subscriptions if found is not None and told else ():
                    if one.wants(report.type):
                        state.plan_post(Post(due=report.due, report=report, subscription=one.name))
        self._wake()

    def _log(self, report: Report) -> None:
        ended = report.type == reports.OPERATION_ENDED
        event = self._end_of(report) if ended else self._report(report)
        if event is not None:
            self._office.house.store.apply(events=(event,))

    def _end_of(self, report: Report) -> OperationEnded | None:
        operation = self._office.state.operation(report.resource, report.operation)
        if operation is None:
            return None
        return OperationEnded(
            at=report.due,
            session=report.session,
            endpoint=Endpoint.ACS_REST,
            operation=operation.id,
            status=operation.status,
            error=operation.error,
            said=operation.said,
        )

    def _report(self, report: Report) -> DeliveryReported:
        found = self._office.find(report.resource)
        return DeliveryReported(
            at=report.due,
            session=report.session,
            endpoint=report.endpoint,
            operation=report.operation,
            recipient=str(report.data.get("recipient", "")),
            type=report.type,
            about=str(report.data.get("status") or report.data.get("engagementType")),
            document=reports.as_event(report, found[1] if found else None),
        )

    # Subscribers -----------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Call subscribers from now on, from the running loop."""
        self._loop = asyncio.get_running_loop()
        self._due = asyncio.Event()
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Call nobody any more, not even who is being called."""
        if self._task is not None:
            self._loop, task, self._task = None, self._task, None
            tasks = {task, *self._calling.values()}
            for one in tasks:
                one.cancel()
            await asyncio.wait(tasks)

    def _wake(self) -> None:
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._due.set)

    async def _run(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._until_due()):
                    await self._due.wait()
            self._due.clear()
            with self._office.house.lock:
                now = self._office.now
                if (due := self._office.state.next_due) is not None and due <= now:
                    self._settle_reports()
                posts = self._office.state.due_posts(now)
            for key, theirs in groupby(sorted(posts, key=_subscriber), key=_subscriber):
                self._call_next(key, tuple(theirs))

    def _settle_reports(self) -> None:
        self.settle()
        self._due.clear()

    def _until_due(self) -> float | None:
        """Give the real seconds until something is due; None where only somebody who moves the clock can make it so."""
        with self._office.house.lock:
            due = self._office.state.next_due
            clock = state_of(self._office.house.clock)
        if due is None or (clock.frozen and due > clock.instant):
            return None
        left = (due - clock.instant).total_seconds() / clock.rate
        return min(max(left, _SOON), _RARELY)

    def _call_next(self, key: str, posts: tuple[Post, ...]) -> None:
        """Call a subscriber once its earlier calls are over; the others do not wait for it."""
        task = asyncio.create_task(self._call_in_turn(self._calling.get(key), key, posts))
        self._calling[key] = task
        task.add_done_callback(lambda done: self._calling.pop(key) if self._calling.get(key) is done else None)

    async def _call_in_turn(self, before: asyncio.Task[None] | None, key: str, posts: tuple[Post, ...]) -> None:
        """Send a subscriber what is due, after one handshake where that is still to come."""
        if before is not None:
            await asyncio.wait({before})
        found = self._office.find(posts[0].report.resource)
        subscription = next(
            (one for one in found[1].event_subscriptions if one.name == posts[0].subscription) if found else iter(()),
            None,
        )
        if found is None or subscription is None:
            return  # the world has changed: nobody is subscribed any more
        if self._office.state.validated(key) != subscription.endpoint:
            if not await self._shake_hands(found[1], subscription, posts[0]):
                for post in posts:
                    self._again(post, 0)
                return
            with self._office.house.lock:
                self._office.state.validate(key, subscription.endpoint)
        for post in posts:
            await self._call(found[1], subscription, post)

    async def _call(self, resource: AcsResource, subscription: EventSubscription, post: Post) -> None:
        """Send a subscriber one event."""
        event = reports.as_event(post.report, resource)
        headers = {
            "aeg-event-type": "Notification",
            "aeg-subscription-name": subscription.name.upper(),
            "aeg-delivery-count": str(post.attempts),
            "aeg-data-version": "1.0",
            "aeg-metadata-version": "1",
        }
        status, said = await self._post(subscription.endpoint, event, headers)
        is_taken = 200 <= status < 205
        self._note(post, subscription, post.report.type, delivered=is_taken, answered=said)
        if not is_taken:
            self._again(post, status)

    async def _shake_hands(self, resource: AcsResource, subscription: EventSubscription, post: Post) -> bool:
        """Have a subscriber prove that it wants the events: it must send the code back."""
        code = self._office.guid("validation").upper()
        event = {
            "id": self._office.guid("handshake"),
            "topic": reports.topic(post.report.tenant, resource.name, resource),
            "subject": "",
            "data": {"validationCode": code},
            "eventType": reports.VALIDATION,
            "eventTime": iso(self._office.now),
            "metadataVersion": "1",
            "dataVersion": "1",
        }
        headers = {"aeg-event-type": "SubscriptionValidation", "aeg-subscription-name": subscription.name.upper()}
        answer: list[object] = []
        status, said = await self._post(subscription.endpoint, event, headers, answer)
        document = answer[0] if answer else None
        is_right = status == 200 and isinstance(document, dict) and document.get("validationResponse") == code
        if status == 200 and not is_right:
            said = f'{said}; the answer must be {{"validationResponse": "<the validationCode of the event>"}}'
        self._note(post, subscription, reports.VALIDATION, delivered=is_right, answered=said)
        return is_right

    def _again(self, post: Post, status: int) -> None:
        """Plan the next attempt, if there is one."""
        if status in _FOR_GOOD or post.attempts >= len(_AGAIN):
            return
        with self._office.house.lock:
            self._office.state.again(post, self._office.now + _AGAIN[post.attempts])

    def _note(self, post: Post, subscription: EventSubscription, what: str, *, delivered: bool, answered: str) -> None:
        event = WebhookCalled(
            at=self._office.now,
            session=post.report.session,
            endpoint=Endpoint.ACS_REST,
            subscription=subscription.name,
            url=subscription.endpoint,
            what=what,
            attempt=post.attempts + 1,
            delivered=delivered,
            answered=answered,
        )
        with self._office.house.lock:
            self._office.house.store.apply(events=(event,))

    async def _post(
        self, url: str, event: dict[str, Any], headers: dict[str, str], answer: list[object] | None = None
    ) -> tuple[int, str]:
        """Send one event; give the status (0 for none) and what was answered, in words."""
        import httpx  # takes a tenth of a second to load, and few runs have a subscriber

        if not is_here(url):
            return 0, "it is not on this machine, and nothing leaves it"
        try:
            trusted = ssl.create_default_context(cafile=str(self._office.ca_file))
            async with httpx.AsyncClient(timeout=_PATIENCE, trust_env=False, verify=trusted) as http:
                response = await http.post(url, json=[event], headers=headers)
                if answer is not None:
                    with contextlib.suppress(ValueError):
                        answer.append(response.json())
        except (httpx.HTTPError, OSError, ValueError) as error:
            return 0, f"no answer: {type(error).__name__} {error}".strip()
        return response.status_code, f"HTTP {response.status_code}"


def _subscriber(post: Post) -> str:
    return f"{post.report.resource.lower()}/{post.subscription.lower()}"


def is_here(url: str) -> bool:
    """Tell whether a URL is one of this machine's."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
