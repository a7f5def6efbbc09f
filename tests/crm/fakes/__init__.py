"""Hosted CRMs as far as their documents tell: stateful, on loopback or in this process."""
