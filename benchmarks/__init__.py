"""Measurements, each one command that prints a table. Never part of the tests."""
