"""Hostile text, hostile servers, secrets: what must not get through, and what must not get out."""
