"""Whatever a message holds, it comes back from a file as it was."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from relaylab.domain.address import Address, DomainName
from relaylab.domain.charge import Charge, Meter
from relaylab.domain.decision import Decision, EffectKind, ReplyFacts
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.domain.message import Copy, Envelope, KeptMessage, MessageHead, Placement
from relaylab.domain.source import Confidence, Source
from relaylab.store import SqliteMailStore

# Text as a session may make it of any octets: those that are no UTF-8 stand in it as U+DC80 to U+DCFF.
octets = st.binary(max_size=40).map(lambda raw: raw.decode(errors="surrogateescape"))
texts = st.text(max_size=40) | octets
optional_texts = st.none() | texts
instants = st.datetimes(datetime(1990, 1, 1)).map(lambda instant: instant.replace(tzinfo=UTC, fold=0))  # noqa: DTZ001
domains = st.from_regex(r"[a-z\u0080-\u024f]{1,9}(\.[a-z]{1,5}){0,2}", fullmatch=True).map(DomainName.parse)
addresses = st.builds(Address, texts.filter(bool), domains)
decisions = st.builds(
    Decision,
    effect=st.sampled_from(EffectKind),
    reply=st.none() | st.builds(ReplyFacts, st.integers(200, 599), optional_texts, texts),
    rule=optional_texts,
    endpoint=st.sampled_from(Endpoint),
    stage=st.sampled_from(Stage),
    at=instants,
    reading=st.dictionaries(texts, texts, max_size=3).map(lambda readings: tuple(readings.items())),
    because=st.lists(texts, max_size=3).map(tuple),
    source=st.builds(Source, texts, texts, texts, st.sampled_from(Confidence), texts),
    fix=texts,
)
copies = st.builds(Copy, addresses, addresses, st.sampled_from(Placement), st.none() | decisions)
messages = st.builds(
    KeptMessage,
    id=texts,
    endpoint=st.sampled_from(Endpoint),
    tenant=optional_texts,
    site=optional_texts,
    session=texts,
    accepted_at=instants,
    delivered_at=instants,
    envelope=st.builds(Envelope, st.none() | addresses, st.lists(addresses, max_size=4).map(tuple)),
    shown_from=texts,
    head=st.builds(MessageHead, st.none() | addresses, st.booleans(), optional_texts, optional_texts),
    size=st.integers(0, 2**40),
    raw=st.binary(max_size=300),
    copies=st.lists(copies, max_size=4).map(tuple),
    decision=st.none() | decisions,
    report_of=optional_texts,
)
charges = st.builds(
    Charge,
    st.sampled_from([Meter.RECIPIENTS, Meter.DELIVERIES, Meter.EXTERNAL, Meter.MOERA_EXTERNAL]),
    st.text(max_size=20),
    st.integers(-1000, 1000),
    instants,
)


@settings(deadline=None)
@given(
    kept=st.lists(messages, max_size=4, unique_by=lambda message: message.id),
    charged=st.lists(charges, max_size=4),
)
def test_any_message_and_charge_comes_back_as_it_was(kept: list[KeptMessage], charged: list[Charge]) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder, "mail.db")
        with closing(SqliteMailStore(file)) as store:
            store.keep(*kept, charges=charged)

        with closing(SqliteMailStore(file)) as store:
            # By repr, which is stricter than equality: addresses are equal whatever their case.
            assert [repr(message) for message in kept] == [repr(store.message(message.id)) for message in kept]
            assert [message.id for message in kept] == [message.id for message in store.messages()]
            assert charged == store.charges()
            for message in kept:
                for recipient in message.envelope.recipients:
                    assert message.id in {found.id for found in store.messages(recipient=recipient)}
