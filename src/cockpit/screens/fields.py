"""What a form asks for. Apart from the forms themselves, which are imported when one is opened."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form. `hint` shows an example while it is empty; a field that `is_needed` must not stay empty, one that
    `is_secret` shows no signs."""

    name: str
    label: str
    value: str = ""
    hint: str = ""
    is_needed: bool = False
    is_secret: bool = False
