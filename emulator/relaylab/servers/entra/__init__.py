"""login.microsoftonline.com: parse, ask the rules, render. ``EntraService`` is the door."""

from relaylab.servers.entra.service import EntraService

__all__ = ["EntraService"]
