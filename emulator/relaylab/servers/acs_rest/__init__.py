"""<resource>.communication.azure.com: Azure Communication Services Email over REST."""

from relaylab.servers.acs_rest.service import RestService

__all__ = ["RestService"]
