"""What each fault means: one row a behaviour, with its defaults, what it takes, and the requirement it provokes.

Laws of this package: every behaviour has exactly one row; a fault that ``check`` lets through can act somewhere.
"""

from relaylab.rules.faults.captured import CAPTURED
from relaylab.rules.faults.catalogue import CONDUCTS, SAYABLE
from relaylab.rules.faults.checking import FaultError, check
from relaylab.rules.faults.conduct import Conduct, Kind
from relaylab.rules.faults.copies import COPIES
from relaylab.rules.faults.endings import ENDS
from relaylab.rules.faults.handshakes import HANDSHAKES
from relaylab.rules.faults.lists import OFFERS
from relaylab.rules.faults.names import NAMES
from relaylab.rules.faults.other_forms import FORMS
from relaylab.rules.faults.own_answers import ANSWERS

__all__ = [
    "ANSWERS",
    "CAPTURED",
    "CONDUCTS",
    "COPIES",
    "ENDS",
    "FORMS",
    "HANDSHAKES",
    "NAMES",
    "OFFERS",
    "SAYABLE",
    "Conduct",
    "FaultError",
    "Kind",
    "check",
]
