"""relaylab in a test: ``with Lab() as lab`` starts an emulator on free ports, and reads back what senders did and why.

The pytest fixture ``relaylab`` gives a ``Lab`` too (``relaylab_conformance.pytest_plugin``).
"""

from relaylab.testing.accounts import Account, Accounts
from relaylab.testing.events import Events, LogEvent
from relaylab.testing.failures import (
    MessageNotSeenError,
    NothingDecidedError,
    RefusalNotSeenError,
    UnexpectedRefusalError,
)
from relaylab.testing.lab import Lab
from relaylab.testing.messages import Attachment, Message, Messages
from relaylab.testing.options import LabOptions
from relaylab.testing.places import SitePlaces
from relaylab.testing.refusals import ExpectedRefusal
from relaylab.testing.verdicts import Verdict, Verdicts

__all__ = [
    "Account",
    "Accounts",
    "Attachment",
    "Events",
    "ExpectedRefusal",
    "Lab",
    "LabOptions",
    "LogEvent",
    "Message",
    "MessageNotSeenError",
    "Messages",
    "NothingDecidedError",
    "RefusalNotSeenError",
    "SitePlaces",
    "UnexpectedRefusalError",
    "Verdict",
    "Verdicts",
]
