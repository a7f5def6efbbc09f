"""Money as people type it: `66k`, `6.6万`, `¥66,000`, `1.2m`, `50k usd`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from cockpit.domain.text import fold_width

MAX_MINOR = 10**15
"""Ten trillion of a two-decimal currency: above it, it is a slip of the finger."""

_SIGNS = {"¥": "CNY", "$": "USD", "€": "EUR", "£": "GBP"}
_CODES = {
    **{code: code.upper() for code in ("cny", "usd", "eur", "gbp", "hkd", "sgd", "aud", "cad", "chf")},
    "rmb": "CNY",
    "元": "CNY",
    "块": "CNY",
    "人民币": "CNY",
    "美元": "USD",
    "欧元": "EUR",
}
_UNITS = {"k": 1_000, "w": 10_000, "m": 1_000_000, "b": 10**9, "千": 1_000, "万": 10_000, "百万": 10**6, "亿": 10**8}
_AMOUNT = re.compile(
    r"(?P<sign>[¥$€£])? ?(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
    r" ?(?P<unit>百万|千万|[kwmb千万亿])?"
    r"(?: ?(?P<code>人民币|美元|欧元|元|块|cny|rmb|usd|eur|gbp|hkd|sgd|aud|cad|chf))?"
    r"(?![0-9a-z,.]*[0-9a-z%])",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Amount:
    """`minor` units of two decimals; `currency` None when none was typed; `length` characters were read."""

    minor: int
    currency: str | None
    length: int


def read_amount(text: str) -> Amount | None:
    """The amount at the start of `text`, None when there is none or it is out of range."""
    found = _AMOUNT.match(fold_width(text))
    if found is None:
        return None
    number, unit = found["number"].replace(",", ""), (found["unit"] or "").lower()
    if len(number) > 30:
        return None
    factor = 10**7 if unit == "千万" else _UNITS.get(unit, 1)
    minor = int((Decimal(number) * factor * 100).quantize(Decimal(1), ROUND_HALF_UP))
    if minor > MAX_MINOR or (not minor and Decimal(number)):
        return None  # too large, or less than the least that money has
    code, sign = (found["code"] or "").lower(), found["sign"]
    return Amount(minor, _CODES.get(code) or _SIGNS.get(sign or ""), found.end())


def whole_amount(text: str) -> Amount | None:
    """The amount that `text` is, from end to end."""
    text = text.strip()
    found = read_amount(text)
    return found if found is not None and found.length == len(text) else None
