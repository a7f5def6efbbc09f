"""For whoever writes a connector: what it must keep to, run against it and a server whose rows can be changed behind it.

`check` runs the contract on a connector alone. `cockpit.hub.upstream.proving` runs the whole of it, with a hub, a device,
changes on both sides and answers that get lost. `memory` is a CRM in memory with any set of capabilities.
"""

from cockpit.crm.testing.checks import check
from cockpit.crm.testing.losing import Losing
from cockpit.crm.testing.server import Server

__all__ = ["Losing", "Server", "check"]
