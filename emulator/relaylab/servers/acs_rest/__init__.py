"""<resource>.communication.azure.com: Azure Communication Services Email over REST."""

from relaylab.servers.acs_rest.service import RestPlace, RestService

__all__ = ["RestPlace", "RestService"]
