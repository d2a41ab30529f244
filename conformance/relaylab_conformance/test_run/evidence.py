"""What a test did with a lab, as plain values that a worker can send to its controller."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pydantic import TypeAdapter

from relaylab.app.faults import fault_json
from relaylab.domain.decision import EffectKind, ReplyFacts
from relaylab.rules.readings import READINGS
from relaylab_conformance.test_run.model import Answer, LabUse, Mail

if TYPE_CHECKING:
    from relaylab.testing import Lab, Message, Verdict

USES: Final = TypeAdapter(tuple[LabUse, ...])
_OCTETS: Final = re.compile(r",? ?\d+ octets")


def evidence_of(lab: Lab, since: int = 0, earlier: int = 0) -> LabUse:
    """Take down what happened in a lab after event number ``since``; ``earlier`` instants were those of other tests."""
    verdicts = [verdict for verdict in lab.verdicts if verdict.seq > since]
    sessions = {verdict.session for verdict in verdicts}
    rulebook = lab.emulator.rulebook
    return LabUse(
        world=lab.world_name,
        rulebook_digest=rulebook.digest(),
        seed=lab.emulator.seed,
        # Who moves the emulator's own clock is seen by the answers.
        at=tuple(dict.fromkeys([*lab.visited[earlier:], *(verdict.at for verdict in verdicts)])),
        chosen={
            reading.name: rulebook.readings[reading.name]
            for reading in READINGS
            if rulebook.readings[reading.name] != reading.default
        },
        moved={name: rulebook.calendar.dates[name] for name in sorted(rulebook.calendar.moved)},
        tarpit=lab.options.tarpit,
        strict=lab.options.strict,
        faults=tuple(fault_json(fault, lab.faults.used(fault.id)) for fault in lab.faults.faults),
        verdicts=tuple(_answer(verdict, verdict.seq in lab.expected) for verdict in verdicts),
        messages=tuple(_mail(message) for message in lab.messages if message.session in sessions),
    )


def as_plain(uses: tuple[LabUse, ...]) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Give values that JSON, and so the channel between worker and controller, can carry."""
    return USES.dump_python(uses, mode="json")


def _answer(verdict: Verdict, expected: bool) -> Answer:  # noqa: FBT001 - a field's value
    reply = verdict.reply
    if reply is not None and verdict.effect is EffectKind.ADMIT:
        reply = ReplyFacts(reply.code, reply.enhanced, "")
    return Answer(
        session=verdict.session,
        command=_without_sizes(verdict.command),
        effect=verdict.effect,
        reply=reply,
        rule=verdict.rule,
        stage=verdict.stage.value,
        at=verdict.at,
        reading=verdict.reading,
        because=tuple(map(_without_sizes, verdict.because)),
        source=verdict.source,
        fix=verdict.fix,
        expected=expected,
    )


def _mail(message: Message) -> Mail:
    return Mail(
        id=message.id,
        endpoint=message.endpoint.value,
        tenant=message.tenant,
        site=message.site,
        accepted_at=message.accepted_at,
        delivered_at=message.delivered_at,
        mail_from=message.mail_from,
        recipients=tuple(message.recipients),
        subject=message.subject,
        placed=message.placed,
        seen=tuple(one.sentence for one in message.kept.authentication),
        report_of=message.report_of,
    )


def _without_sizes(text: str) -> str:
    """Leave sizes out: with a client's boundaries and Message-IDs they differ from run to run."""
    return _OCTETS.sub("", text)
