"""What the keys of a fault mean, in the words of every listing and description of them."""

from __future__ import annotations

from typing import Final

from relaylab.domain.fault import Step
from relaylab.servers.fleet import FAULT_PLACES

SCOPE: Final = (
    ("listener", f"{', '.join(FAULT_PLACES)}; may stand before the equals sign"),
    ("host", "the name that a listener stands for, or that the client asks for in TLS; may stand there too"),
    ("site", "an office of the world: the connections to its own ports"),
    ("session", "one connection, by its name in the log: s-000042"),
    ("sender", "the address in MAIL FROM, or who signs in; @contoso.com for a whole domain"),
    ("recipient", "the address in RCPT TO, later any accepted one; @contoso.com for a whole domain"),
)
COMMON: Final = (
    ("times", "so often, then never again; without it, always"),
    ("per", "counts apart for each: all, session, client, sender, recipient, triplet (client, sender and recipient)"),
    ("chance", "above 0 and up to 1, drawn from the seed for each session"),
    ("since, until", "instants of the simulated clock, until not included"),
    ("for", "a span of simulated time from now on: 90s, 10m, 2h, 3d"),
)
PARAMETERS: Final = {
    "step": "where it acts: " + ", ".join(Step),
    "nth": "2 is the second only, 2+ the second and all behind it; recipients and chunks count in a transaction, "
    "other steps in a connection, from when a fault stands",
    "code": "a reply code from 200 to 599",
    "enhanced": "such as 4.7.1, with the first digit of the code",
    "text": "one printable line",
    "says": "a text of the service by its name, in place of code; --json lists them",
    "close": "yes or no: close the connection behind the answer; yes for 421",
    "seconds": "real seconds",
    "octets": "a number of octets",
    "size": "a number of octets",
    "lines": "a number of lines",
    "parameters": "of MAIL and RCPT, joined by +",
    "mechanisms": "joined by +; none for no AUTH at all",
    "keywords": "joined by +",
    "layer": "clear or tls",
    "when": "before or after the answer",
    "name": "a host name, which may begin with *.",
    "minimum": "TLSv1, TLSv1.1, TLSv1.2 or TLSv1.3",
    "maximum": "as minimum",
}
