"""The devices of the sync tests, and the command line run in this process."""

from tests.cli.conftest import account_file, cockpit
from tests.sync.conftest import device, device_at, empty_file, hub

__all__ = ["account_file", "cockpit", "device", "device_at", "empty_file", "hub"]
