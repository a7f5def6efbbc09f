"""A hub joined to a foreign CRM: what is held there is taken here in rounds, and what devices push is written there.

The hub stays the one judge. `Upstream` is the whole of it for the rest of the hub.
"""

from cockpit.hub.upstream.joining import Upstream
from cockpit.hub.upstream.rounds import Round
from cockpit.hub.upstream.settings import Connection

__all__ = ["Connection", "Round", "Upstream"]
