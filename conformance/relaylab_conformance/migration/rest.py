"""A sender over REST: one signed request, over a real socket where it is replayed, by the rules where time is judged.

A program that sends over REST is another program than the one that spoke SMTP: it is a client of Azure Communication
Services with the resource's access key, or with a token of Entra. What it does after a refusal is what its profile does
after one in SMTP.
"""

from __future__ import annotations

import base64
import hmac
import json
import ssl
from email.utils import format_datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from relaylab.domain.acs import Allowance, Sending, SendingQuota
from relaylab.domain.acs_asks import AcsDeliveryAsk
from relaylab.domain.acs_rest import KeyProof, OutcomeAsk, SendAsk
from relaylab.domain.endpoint import Endpoint
from relaylab.rules.acs.limits import SENDS
from relaylab.rules.acs.sending import could_not_be_made
from relaylab.rules.acs_rest.conditions import STABLE, versions_at
from relaylab_conformance.migration.acs import acs_resource_of
from relaylab_conformance.migration.from_entra import FromEntra
from relaylab_conformance.migration.judge import peer_of
from relaylab_conformance.migration.tokens import fetch, over_https
from relaylab_scenarios import Conduct, Direction, Played, Stage, WireLine, profile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from relaylab.app.emulator import Emulator
    from relaylab.domain.acs import AcsResource
    from relaylab.domain.estate import Sender
    from relaylab.domain.tenant import Tenant
    from relaylab.domain.token import TokenFacts
    from relaylab.domain.world import World
    from relaylab.engine.rulebook import Rulebook
    from relaylab.engine.verdict import Verdict
    from relaylab_conformance.migration.approach import AccessKey
    from relaylab_conformance.migration.tokens import Time
    from relaylab_conformance.migration.trial import Trial

_ACCEPTED: Final = 202
_FIRST_OF_THE_SERVER: Final = 500
_THROTTLED: Final = 429
_PATIENCE: Final = 30.0  # real seconds for an answer
_JSON: Final = "application/json"
_COMES_AWAY_EMPTY: Final = "gets no token from Entra, so it never comes to Communication Services"
_A_SIZE: Final = 1_000  # octets of a request that nobody minds
_IDLE: Final = SendingQuota(Allowance(0, SENDS.per_minute), Allowance(0, SENDS.per_hour))


def send(emulator: Emulator, trial: Trial, sign_in: AccessKey | FromEntra, time: Time) -> Played:
    """Send the sender's message as one request, and say what became of it."""
    import httpx  # takes a tenth of a second to load, and few estates have a sender over REST

    sender, at = trial.sender, trial.leg.at
    after = profile(sender.profile).aftermath
    found = acs_resource_of(trial.leg.world, sender)
    if found is None:
        msg = "who has no resource is not tried"
        raise AssertionError(msg)
    body = json.dumps(_message(sender)).encode()
    url = f"{emulator.https_url}/acs/{found[1].name}/emails:send?api-version={_newest(at)}"
    target = url.removeprefix(emulator.https_url)
    host = emulator.https_url.removeprefix("https://")
    shown: list[WireLine] = []
    if isinstance(sign_in, FromEntra):
        fetched = fetch(sign_in, over_https(emulator), time)
        shown += fetched.transcript
        if fetched.token is None:
            conduct = after.sign_in_refused.conduct
            return Played(tuple(shown), conduct, _COMES_AWAY_EMPTY, refused_at=Stage.AUTH, error=fetched.error)
        headers = {"Content-Type": _JSON, "Authorization": f"Bearer {fetched.token}"}
    else:
        headers = _signed(target, host, body, sign_in.key, at)
    shown += [WireLine(Direction.CLIENT, f"POST {target}".encode()), WireLine(Direction.MESSAGE, body)]
    try:
        with httpx.Client(
            verify=ssl.create_default_context(cafile=emulator.ca_file), trust_env=False, timeout=_PATIENCE
        ) as http:
            answer = http.post(url, content=body, headers=headers)
    except httpx.HTTPError as error:
        return Played(tuple(shown), after.unreachable.conduct, after.unreachable.says, error=str(error))
    shown.append(WireLine(Direction.SERVER, f"{answer.status_code} {answer.text}".encode()))
    if answer.status_code == _ACCEPTED:
        says = "has its 202: the message is an operation, and delivery reports say what became of it"
        return Played(tuple(shown), Conduct.DELIVERED, says, delivered_to=tuple(map(str, sender.to)))
    for_now = answer.status_code == _THROTTLED or answer.status_code >= _FIRST_OF_THE_SERVER
    outcome = after.refused_for_now if for_now else after.refused_for_good
    return Played(tuple(shown), outcome.conduct, outcome.says, refused_at=Stage.DATA, error=answer.text)


def judged(
    world: World, rulebook: Rulebook, sender: Sender, at: datetime, token: TokenFacts | None = None
) -> Iterator[Verdict]:
    """Judge the same request at an instant, and where it is admitted what becomes of the message and of each copy.

    It is signed with the access key, or brings ``token``.
    """
    found = acs_resource_of(world, sender)
    if found is None:
        return
    tenant, resource = found
    common: dict[str, Any] = {"endpoint": Endpoint.ACS_REST, "now": at, "peer": peer_of(world, sender)}
    verdict = rulebook.judge(_ask(sender, tenant, resource, rulebook, common, token))
    yield verdict
    if not verdict.admits:
        return
    is_on_a_list = {one: resource.suppresses(sender.from_address, one) for one in sender.to}
    yield rulebook.judge(
        OutcomeAsk(
            **common,
            resource=resource,
            operation_id="",
            sender=sender.from_address,
            recipients=len(sender.to),
            suppressed=sum(is_on_a_list.values()),
        )
    )
    for one, is_listed in is_on_a_list.items():
        yield rulebook.judge(
            AcsDeliveryAsk(
                **common,
                resource=resource,
                recipient=world.recipient(one),
                sender=sender.from_address,
                is_on_a_list=is_listed,
            )
        )


def _ask(  # noqa: PLR0913, PLR0917 - each is a fact of its own
    sender: Sender,
    tenant: Tenant,
    resource: AcsResource,
    rulebook: Rulebook,
    common: dict[str, Any],
    token: TokenFacts | None,
) -> SendAsk:
    return SendAsk(
        **common,
        resource_name=resource.name,
        tenant=tenant,
        resource=resource,
        is_made=resource.created <= common["now"],
        is_too_late=could_not_be_made(resource, tenant, rulebook.calendar),
        api_version=_newest(common["now"]),
        versions=versions_at(common["now"]),
        proof=KeyProof.PRIMARY if token is None else KeyProof.TOKEN,
        token=token,
        has_role=token is not None and resource.admits(token),
        quota=_IDLE,
        size=_A_SIZE,
        sending=Sending(
            resource=resource,
            senders=(sender.from_address,),
            recipients=len(sender.to),
            size=_A_SIZE,
            quota=_IDLE,
        ),
    )


def _newest(at: datetime) -> str:
    """Give the newest stable version of an instant; before there is one, the first that there will be."""
    return next((one for one in reversed(versions_at(at)) if one in STABLE), STABLE[0])


def _message(sender: Sender) -> dict[str, Any]:
    return {
        "senderAddress": str(sender.from_address),
        "content": {"subject": f"From {sender.name}", "plainText": "A message of the certification."},
        "recipients": {"to": [{"address": str(one)} for one in sender.to]},
    }


def _signed(target: str, host: str, body: bytes, key: str, at: datetime) -> dict[str, str]:
    """Sign a request with an access key (facts ACS-AUTH-01 to -03)."""
    stamp, digest = format_datetime(at, usegmt=True), base64.b64encode(sha256(body).digest()).decode()
    text = f"POST\n{target}\n{stamp};{host};{digest}".encode()
    mac = base64.b64encode(hmac.digest(base64.b64decode(key), text, "sha256")).decode()
    return {
        "Content-Type": _JSON,
        "x-ms-date": stamp,
        "x-ms-content-sha256": digest,
        "Authorization": f"HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature={mac}",
    }
