"""The names that can be asked about, by the screen that shows the number."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cockpit.domain.agenda import coming, today_list, unvisited
from cockpit.domain.gap import week_gaps
from cockpit.domain.kpi import kpi_counts
from cockpit.domain.periods import PERIOD_KINDS, period_of
from cockpit.domain.team import gap_of
from cockpit.i18n import listed
from cockpit.services import (
    why_chain,
    why_forecast_scope,
    why_funnel,
    why_metrics,
    why_pipeline,
    why_plan,
    why_sync,
    why_targets,
    why_team,
)
from cockpit.services.conflict_words import open_conflicts
from cockpit.services.why_sources import Sources

PERIOD_NUMBERS = (
    "target",
    "actual",
    "gap",
    "planned",
    "uncovered",
    "forecast",
    "forecast_range",
    "forecast_error",
    "due",
    "pace",
    "covered",
    "agreement",
    "rung",
)
DAY_NUMBERS = ("workdays", "days_left", "days", "days:held", "days:planned", "days:missed", "days:free")
TRENDS = ("trend.visits", "trend.won")

CARD_PARTS = {
    "account": ("", ":visits", ":history", ":open"),
    "deal": ("", ":days", ":usual"),
    "team": ("", *(f":{part}" for part in why_team.PARTS)),
}
"""The numbers of one row that has many."""

PATTERNS = (
    "PERIOD.target|actual|gap|planned|uncovered|forecast|forecast_range|forecast_error|due|pace|covered|workdays|days_left|agreement|rung",
    "PERIOD.days[:held|planned|missed|free|DATE]",
    "PERIOD.week:DATE",
    "PERIOD.other:CURRENCY",
    "chain.LINE|per_day|cycle|effort|thin[:PERIOD]",
    "rate:ID",
    "forecast.value|range|won|open|arriving|rhythm|error|floor|wins|stale|weighted|reserve[:PERIOD[:SCOPE]]",
    "trend.visits[:DATE]",
    "trend.won[:DATE]",
    "today.visits|planned|held|unvisited|problems",
    "kpi:ID[:done|planned|risk]",
    "card:ID",
    "visit:ID",
    "prep",
    "next_best",
    "stage:ID[:stuck|conversion]",
    "pipeline.open|won|lost|stuck|unpriced|astray",
    "pipeline.state:STATE",
    "pipeline.other:CURRENCY",
    "flow.opening|closing|inflow|outflow|created|pulled_in|taken_over|reopened|raised|cut|won|lost|pushed_out|handed_on",
    "shape:STAGE[:conversion|stay]",
    "wins:REASON",
    "losses:REASON",
    "losses_from:STAGE",
    "win_rate",
    "deal:ID[:days|usual|all]",
    "account:ID[:due|visits|history|open|all]",
    "account:ID:visits:MONTH",
    "contact:ID",
    "team:REP[:target|actual|gap|behind|forecast|held|planned|uncovered|weeks|log|problems|all]",
    "team.target|actual|gap|behind|forecast|held|planned|uncovered|weeks",
    "target:ID[:METRIC[:PERIOD[:actual|left|difference|rung|offer|workdays]]]",
    "metric:ID[:PERIOD[:SCOPE]]",
    "nudge:ID[:visits|next_steps|calls|customers]",
    "replan[:N|N:travel|out:ID|score:N|travel|speed|kept]",
    "fill[:N|N:travel|out:ID|score:N|travel|speed|kept]",
    "sync.queue|parked|conflicts|offline|sent|received",
    "queued:ID",
    "receipt:ID",
    "conflict:ID",
    "screen:today|gap|pipeline|funnel|team|forecast|targets|metrics|replan|sync",
)
"""What may be asked, with PERIOD one of day, week, month, quarter, year."""

LIST = "cockpit why --list"


def near(about: str) -> str:
    """The names that begin as this one does, and the command that lists all."""
    head = about.partition(":")[0].partition(".")[0]
    head = "PERIOD" if head in PERIOD_KINDS else head
    found = [name for name in PATTERNS if head and name.replace("[", ":").replace(".", ":").startswith(f"{head}:")]
    return listed([*found, *(name for name in PATTERNS if name == head), LIST])


def names_of(sources: Sources, screen: str) -> list[str]:
    """The numbers and pictures of a screen as a whole, without those of its rows. Empty for a screen without any."""
    whole: dict[str, Callable[[], Iterator[str]]] = {
        "today": lambda: _today(sources),
        "gap": lambda: _gap(sources),
        "chain": lambda: (name for name in why_chain.names(sources.chain()) if name.startswith("chain.")),
        "rates": lambda: (name for name in why_chain.names(sources.chain()) if name.startswith("rate:")),
        "pipeline": lambda: _pipeline(sources),
        "funnel": lambda: iter(why_funnel.names(sources.shape)),
        "forecast": lambda: (f"forecast.{number}" for number in why_forecast_scope.NUMBERS),
        "team": lambda: (f"team.{number}" for number in why_team.TOTALS),
        "targets": lambda: iter(why_targets.names(sources.sight("month", "amount"))),
        "metrics": lambda: iter(why_metrics.names(sources)),
        "replan": lambda: _replan(sources),
        "sync": lambda: (f"sync.{number}" for number in why_sync.NUMBERS),
    }
    return list(whole[screen]()) if screen in whole else []


def row_names(sources: Sources, screen: str) -> list[str]:
    """The rows of a screen that can be asked about."""
    book, rep = sources.book, sources.rep
    if screen == "today":
        rows = (*today_list(book, rep), *unvisited(book, rep), *coming(book, rep))
        accounts = dict.fromkeys(row.account_id for row in rows if row.account_id in book.accounts)
        return [
            *(f"card:{card.id}" for card in sources.cards),
            *(f"visit:{row.id}" for row in rows),
            *(f"account:{account}{part}" for account in accounts for part in CARD_PARTS["account"]),
        ]
    if screen == "pipeline":
        return [f"deal:{deal.id}{part}" for deal in sources.line.open for part in CARD_PARTS["deal"]]
    if screen == "team":
        reps = [line.person.id for line in sources.board.reps]
        return [f"team:{rep_id}{part}" for rep_id in reps for part in CARD_PARTS["team"]]
    if screen == "sync":
        return [f"conflict:{item.id}" for item in open_conflicts(sources.session)]
    return []


def _today(sources: Sources) -> Iterator[str]:
    yield from (f"month.{number}" for number in (*PERIOD_NUMBERS[:8], *DAY_NUMBERS))
    yield from _kpis(sources)
    yield from TRENDS
    yield from (f"today.{number}" for number in ("visits", "held", "planned", "unvisited", "problems"))
    yield from ("prep", "next_best")
    yield from (f"sync.{number}" for number in ("queue", "parked", "conflicts", "offline"))


def _kpis(sources: Sources) -> Iterator[str]:
    for count in kpi_counts(sources.book, sources.rep):
        yield from (f"kpi:{count.rule.id}{part}" for part in ("", ":done", ":planned", ":risk"))


def _gap(sources: Sources) -> Iterator[str]:
    book, rep = sources.book, sources.rep
    gap = gap_of(book, rep, period_of("month", book.today))
    days = DAY_NUMBERS[:2] if sources.look.is_team else DAY_NUMBERS
    yield from (f"month.{number}" for number in (*PERIOD_NUMBERS, *days))
    yield from (f"month.week:{week.period.starts_on}" for week in week_gaps(book, gap))
    yield from (f"month.other:{currency}" for currency, _minor in gap.other_currencies)
    yield from _kpis(sources)
    yield from TRENDS
    yield from why_chain.names(sources.chain())


def _pipeline(sources: Sources) -> Iterator[str]:
    line = sources.line
    yield from (f"pipeline.{number}" for number in ("open", "stuck", "unpriced", "astray", "won", "lost"))
    yield from (f"pipeline.state:{state}" for state in why_pipeline.STATES)
    yield from (f"pipeline.other:{currency}" for currency, _minor in line.other_currencies)
    yield "win_rate"
    for part in line.stages:
        yield from (f"stage:{part.stage.id}{name}" for name in ("", ":stuck", ":conversion"))


def _replan(sources: Sources) -> Iterator[str]:
    proposal = why_plan.proposal_of(sources, "replan")
    kind = proposal.kind
    yield from (f"{kind}:{name}" for name in ("travel", "speed"))
    if why_plan.plan(sources, kind, "kept") is not None:  # of few visits nothing is known
        yield f"{kind}:kept"
    yield from (f"{kind}:score:{number}" for number in range(1, len(proposal.scores) + 1))
    yield from (f"{kind}:{number}" for number in range(1, len(proposal.after) + 1))
