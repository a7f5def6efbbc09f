"""The forecast of a period's money, from the deals of a company alone.

Half is what deals of such an age bring in such a month (hazard.py), half what such a window of a quarter brings
(views.py, by each one's share of the company); its range is Gamma (ranges.py), its record made by asking the same
of every earlier month with what was known then (backtest.py). docs/decisions/0019 has the measurements.
"""

from __future__ import annotations

from cockpit.domain.forecast.backtest import RIVALS, SAME, TRAILING, WEIGHTED, Span
from cockpit.domain.forecast.history import History, PastDeal, history_of, sizes_known
from cockpit.domain.forecast.outlook import Forecast, Needs, Outlook, Record, Settled, outlook, record

__all__ = [
    "RIVALS",
    "SAME",
    "TRAILING",
    "WEIGHTED",
    "Forecast",
    "History",
    "Needs",
    "Outlook",
    "PastDeal",
    "Record",
    "Settled",
    "Span",
    "history_of",
    "outlook",
    "record",
    "sizes_known",
]
