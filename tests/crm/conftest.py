"""What tests of several connectors need."""

from tests.crm.test_proving import folder

__all__ = ["folder"]
