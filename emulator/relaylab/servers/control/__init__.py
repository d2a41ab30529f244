"""The control plane: JSON over HTTP on a port of its own, local, with a token as bearer; one file for each resource.

``openapi.json`` describes it, and ``GET /openapi.json`` answers that description.
"""

from relaylab.servers.control.app import control_app
from relaylab.servers.control.call import RejectedError
from relaylab.servers.control.controlled import Controlled, Explained, Reset, SteersAcs, SteersFaults
from relaylab.servers.control.server import ControlServer

__all__ = [
    "ControlServer",
    "Controlled",
    "Explained",
    "RejectedError",
    "Reset",
    "SteersAcs",
    "SteersFaults",
    "control_app",
]
