"""What Azure Communication Services Email remembers of one run: operations, keys, and what is still to come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from typing import Any, Final

from pydantic import TypeAdapter

from relaylab.domain.endpoint import Endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationRecord:
    """A send operation: Running from ``accepted_at``, ``status`` from ``ends_at`` on; ``message`` is the kept one's id.

    ``error`` and ``said`` are code and text of an operation that does not succeed.
    """

    id: str
    resource: str
    sender: str
    recipients: tuple[str, ...]
    message: str
    accepted_at: datetime
    ends_at: datetime
    status: str
    error: str = ""
    said: str = ""
    internet_message_id: str = ""
    is_tracked: bool = False

    def has_ended(self, now: datetime) -> bool:
        """Tell whether it is terminal at an instant."""
        return self.ends_at <= now


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """An event of Event Grid that is still to come: of which type, about which operation and recipient, and when.

    ``data`` is what stands under that name in the event, ``endpoint`` where the message came in.
    """

    due: datetime
    id: str
    type: str
    tenant: str
    resource: str
    operation: str
    session: str
    subject: str
    data: Mapping[str, Any]
    endpoint: Endpoint = Endpoint.ACS_REST


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """An event on its way to a subscriber: when it is tried next, and how often it was."""

    due: datetime
    report: Report
    subscription: str
    attempts: int = 0


@dataclass(slots=True)
class _Contents:
    operations: dict[str, OperationRecord] = field(default_factory=dict)
    throttled: dict[str, int] = field(default_factory=dict)
    faults_met: dict[str, int] = field(default_factory=dict)
    keys: dict[str, tuple[str, str]] = field(default_factory=dict)
    message_ids: set[str] = field(default_factory=set)
    repeatable: dict[str, str] = field(default_factory=dict)
    reports: list[Report] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    validated: dict[str, str] = field(default_factory=dict)
    drawn: int = 0
    visits: int = 0


_SHAPE: Final = TypeAdapter(_Contents)
_MOST_THROTTLED: Final = 10_000  # request ids that are remembered


class AcsRestState:
    """The state of the REST interface of all resources; a snapshot is its ``dump``.

    Its caller holds the lock of the house: requests come in the loop, and the clock is moved from any thread.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self._contents = _Contents()

    def draw(self) -> int:
        """Give the number of the next thing that needs dice."""
        self._contents.drawn += 1
        return self._contents.drawn

    def next_visit(self) -> int:
        """Give the number of the next request."""
        self._contents.visits += 1
        return self._contents.visits

    # Operations

    def operation(self, resource: str, name: str) -> OperationRecord | None:
        """Give the operation of a resource by its id; ids are compared without regard to case, as GUIDs are."""
        return self._contents.operations.get(_key(resource, name))

    def operations(self) -> tuple[OperationRecord, ...]:
        """Give every operation, in the order of acceptance."""
        return tuple(self._contents.operations.values())

    def keep_operation(self, operation: OperationRecord) -> None:
        """Keep an operation."""
        self._contents.operations[_key(operation.resource, operation.id)] = operation

    def repeated(self, resource: str, request_id: str) -> OperationRecord | None:
        """Give the operation of a request that may be repeated; None where it has not come before."""
        name = self._contents.repeatable.get(_key(resource, request_id))
        return self.operation(resource, name) if name is not None else None

    def keep_repeatable(self, resource: str, request_id: str, operation: str) -> None:
        """Note under which id a request may be repeated."""
        self._contents.repeatable[_key(resource, request_id)] = operation

    def is_message_id_used(self, resource: str, message_id: str) -> bool:
        """Tell whether a Message-ID was sent before through a resource."""
        return _key(resource, message_id) in self._contents.message_ids

    def use_message_id(self, resource: str, message_id: str) -> None:
        """Note that a Message-ID was sent."""
        self._contents.message_ids.add(_key(resource, message_id))

    # Requests that were throttled, and faults

    def times_throttled(self, request_id: str) -> int:
        """Count how often a request of the client's own id was told to come again."""
        return self._contents.throttled.get(request_id, 0)

    def throttle(self, request_id: str) -> None:
        """Count it once more; of very many the oldest is forgotten."""
        times = self._contents.throttled.pop(request_id, 0)
        self._contents.throttled[request_id] = times + 1
        if len(self._contents.throttled) > _MOST_THROTTLED:
            del self._contents.throttled[next(iter(self._contents.throttled))]

    def times_met(self, fault: str) -> int:
        """Count how often a fault was met."""
        return self._contents.faults_met.get(fault, 0)

    def meet(self, fault: str) -> None:
        """Count a fault once more."""
        self._contents.faults_met[fault] = self.times_met(fault) + 1

    # Keys

    def keys(self, resource: str) -> tuple[str, str] | None:
        """Give the keys of a resource where one was rotated; None: those of the world."""
        return self._contents.keys.get(resource.lower())

    def set_keys(self, resource: str, primary: str, secondary: str) -> None:
        """Put other keys in force."""
        self._contents.keys[resource.lower()] = (primary, secondary)

    # Reports

    def plan(self, *reports: Report) -> None:
        """Note reports that are to come."""
        self._contents.reports.extend(reports)

    def due_reports(self, now: datetime) -> tuple[Report, ...]:
        """Take out the reports whose instant has come, the earliest first."""
        due = sorted((one for one in self._contents.reports if one.due <= now), key=lambda one: one.due)
        if due:
            self._contents.reports = [one for one in self._contents.reports if one.due > now]
        return tuple(due)

    def plan_post(self, post: Post) -> None:
        """Note that an event is to be sent to a subscriber."""
        self._contents.posts.append(post)

    def due_posts(self, now: datetime) -> tuple[Post, ...]:
        """Take out the posts whose instant has come."""
        due = tuple(one for one in self._contents.posts if one.due <= now)
        if due:
            self._contents.posts = [one for one in self._contents.posts if one.due > now]
        return due

    def again(self, post: Post, due: datetime) -> None:
        """Try a post again later."""
        self._contents.posts.append(replace(post, due=due, attempts=post.attempts + 1))

    @property
    def next_due(self) -> datetime | None:
        """The instant at which something is due next; None where nothing is to come."""
        reports = (one.due for one in self._contents.reports)
        return min(chain(reports, (one.due for one in self._contents.posts)), default=None)

    def validated(self, subscription: str) -> str | None:
        """Give the address that a subscriber was validated at; None where it never was."""
        return self._contents.validated.get(subscription)

    def validate(self, subscription: str, endpoint: str) -> None:
        """Note that a subscriber answered the handshake at that address."""
        self._contents.validated[subscription] = endpoint

    # The whole

    def dump(self) -> dict[str, Any]:
        """Give everything as JSON values; rotated keys are among them, so it is as secret as they are."""
        dumped: dict[str, Any] = _SHAPE.dump_python(self._contents, mode="json")
        return dumped

    def load(self, dumped: Mapping[str, Any]) -> None:
        """Take over what ``dump`` gave; raise ValueError for anything else."""
        self._contents = _SHAPE.validate_python(dumped)

    def clear(self) -> None:
        """Forget everything."""
        self._contents = _Contents()


def _key(resource: str, name: str) -> str:
    return f"{resource.lower()}/{name.lower()}"
