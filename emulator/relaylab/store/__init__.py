"""State holders: accepted mail, the event log, the counters and the world in force. All instants are handed in."""

from relaylab.store.counters import Counters
from relaylab.store.dialogues import Dialogues, DialoguesDump
from relaylab.store.events import KINDS, Entry, EventLog, Page, as_json, kind_of
from relaylab.store.faults import BoardState, FaultBoard
from relaylab.store.holder import RevisionError, Snapshot, WorldHolder
from relaylab.store.mail import BOUNDS, Bounds, MailStore, MemoryMailStore, StoreError
from relaylab.store.shapes import MessageShape, VerdictShape, decision_json, message_json
from relaylab.store.sqlite import SqliteMailStore
from relaylab.store.store import Store, StoreDump

__all__ = [
    "BOUNDS",
    "KINDS",
    "BoardState",
    "Bounds",
    "Counters",
    "Dialogues",
    "DialoguesDump",
    "Entry",
    "EventLog",
    "FaultBoard",
    "MailStore",
    "MemoryMailStore",
    "MessageShape",
    "Page",
    "RevisionError",
    "Snapshot",
    "SqliteMailStore",
    "Store",
    "StoreDump",
    "StoreError",
    "VerdictShape",
    "WorldHolder",
    "as_json",
    "decision_json",
    "kind_of",
    "message_json",
]
