"""Connectors to CRM APIs; ours is `hub`. Knows the wire, nothing of tables."""
