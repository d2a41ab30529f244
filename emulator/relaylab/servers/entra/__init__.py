"""login.microsoftonline.com: parse, ask the rules, render. ``EntraService`` is the door."""

from relaylab.servers.entra.keys import SigningKeys
from relaylab.servers.entra.service import EntraService

__all__ = ["EntraService", "SigningKeys"]
