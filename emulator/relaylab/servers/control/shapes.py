"""The JSON that the control plane answers: names and order are a contract with users, and openapi.json is its text."""

from __future__ import annotations

from typing_extensions import TypedDict

from relaylab.store.shapes import MessageShape, ReplyShape, VerdictShape


class ErrorShape(TypedDict):
    """What could not be done, and the way out."""

    error: str


class NowShape(TypedDict):
    """The simulated instant."""

    now: str


class ClockShape(TypedDict):
    """The clock: simulated seconds a real one in ``rate``, which wait while it is ``frozen``."""

    now: str
    rate: float
    frozen: bool


class SeedShape(TypedDict):
    """The seed of everything random."""

    seed: int


class KeysShape(TypedDict):
    """Which key Entra signs with, and which older ones it still publishes, the newest first."""

    signs: str
    old: list[str]


class ResetShape(TypedDict):
    """Where it stands after it began again, or went back."""

    now: str
    revision: int


class WorldShape(TypedDict):
    """The world in force, as it was written, secrets included."""

    revision: int
    world: dict[str, object]


class MessagesShape(TypedDict):
    """A page of messages, without their bodies; ``next`` is the ``after`` of the next page, null on the last."""

    messages: list[MessageShape]
    next: str | None


class DeletedShape(TypedDict):
    """How many were deleted."""

    deleted: int


class AttachmentShape(TypedDict):
    """An attachment; ``size`` is in octets, decoded."""

    number: int
    name: str | None
    content_type: str
    content_id: str | None
    inline: bool
    size: int


class AttachmentsShape(TypedDict):
    """The attachments of a message."""

    attachments: list[AttachmentShape]


class EventsShape(TypedDict):
    """A page of events, each of a kind of its own.

    The log was searched ``through`` that number: ask ``after`` it for the next page. ``missed`` events were dropped
    before anybody asked.
    """

    events: list[dict[str, object]]
    through: int
    missed: int


class JudgedShape(TypedDict):
    """A verdict with the number of its event, and the command that was judged."""

    seq: int
    at: str
    session: str
    endpoint: str
    command: str
    verdict: VerdictShape


class VerdictsShape(TypedDict):
    """A page of verdicts, as a page of events."""

    verdicts: list[JudgedShape]
    through: int
    missed: int


class StepShape(TypedDict):
    """A rule of the decision point, and what it contributed: decided, passed, not reached, or not in force."""

    rule: str
    outcome: str
    sentence: str


class ObstacleShape(TypedDict):
    """A rule that stands in the way, and what would change it."""

    rule: str
    sentence: str
    fix: str


class PassingShape(TypedDict):
    """What would have let it pass.

    Once none of ``obstacles`` holds, the stage answers ``then``. The same passed until ``passed_until``, and will pass
    from ``passes_from`` on.
    """

    obstacles: list[ObstacleShape]
    then: ReplyShape | None
    passed_until: str | None
    passes_from: str | None


class ExplainedVerdictShape(JudgedShape):
    """A verdict, explained: ``trace`` is null where the rules are not at hand any more, ``passing`` for a good one."""

    explanation: str
    trace: list[StepShape] | None
    passing: PassingShape | None


class ExplanationShape(TypedDict):
    """Why, for people and as JSON."""

    text: str
    document: dict[str, object]


class SnapshotShape(TypedDict):
    """A snapshot that is kept: when it was taken on the simulated clock, and how much it holds."""

    id: str
    name: str | None
    now: str
    seed: int
    messages: int
    events: int


class SnapshotsShape(TypedDict):
    """The snapshots that are kept, the oldest first."""

    snapshots: list[SnapshotShape]


class FaultShape(TypedDict):
    """A fault, and how often it has acted; what else it was made with stands beside this.

    ``state`` is stands, to come, over or used up; ``implied`` is what holds though it was not given.
    """

    id: str
    behaviour: str
    scope: dict[str, str]
    used: int
    state: str
    implied: dict[str, object]


class FaultsShape(TypedDict):
    """All faults, in the order in which they are tried."""

    faults: list[FaultShape]


class ListenerShape(TypedDict):
    """A listener: its word, the site whose traffic arrives there, as over IPv6 or IPv4, and where it answers."""

    listener: str
    site: str | None
    over_ipv6: bool
    host: str
    port: int


class ProbedShape(ListenerShape):
    """A listener that was asked; ``why`` says what is wrong, null when it is ready."""

    ready: bool
    greeting: str
    tls: str | None
    why: str | None


class ReadyShape(TypedDict):
    """Whether every listener answered as it should."""

    ready: bool
    listeners: list[ProbedShape]


class NotReadyShape(ErrorShape, ReadyShape):
    """Which listeners did not."""


class StatusShape(TypedDict):
    """How the emulator stands; ``last_event`` is the newest number, ``connections`` counts those at SMTP listeners.

    ``dropped_messages`` and ``dropped_events`` had to make room for newer ones. ``faults`` are those of GET /faults.
    """

    version: str
    revision: int
    tenants: list[str]
    clock: ClockShape
    seed: int
    phase: str | None
    readings: dict[str, str]
    milestones: dict[str, str | None]
    messages: int
    dropped_messages: int
    events: int
    dropped_events: int
    last_event: int
    connections: int
    faults: list[dict[str, object]]
    snapshots: int
    ca_file: str
    listeners: list[ListenerShape]


class AcsResourceShape(TypedDict):
    """A resource of Azure Communication Services: its endpoint by path, its host, and its keys."""

    name: str
    tenant: str
    url: str
    host_name: str
    connection_string: str
    primary_key: str
    secondary_key: str


class AcsResourcesShape(TypedDict):
    """Every such resource; none in a lab, where HTTPS is off."""

    resources: list[AcsResourceShape]
