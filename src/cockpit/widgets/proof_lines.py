"""The proof under the queue: what was made here is what became of it, and how to take unsent work away."""

from __future__ import annotations

from datetime import datetime

from cockpit.i18n import _, near_moment
from cockpit.services.proof_words import count_line, verdict_line
from cockpit.services.snapshots import ProofView
from cockpit.widgets.columns import Tone
from cockpit.widgets.lines import Line, Lines, folded


def proof_lines(proof: ProofView, as_of: datetime, verify: str, export: str, width: int) -> list[Line]:
    """The sum, the verdict with the moment of the last full proof, and what never happens to unsent work."""
    tone: Tone = "good" if proof.is_ok else "bad"
    lines: list[Line] = [*folded([(_("Proof"), "strong"), (f"  {count_line(proof)}", "")], width, 2)]
    when = _("never") if proof.proved_at is None else near_moment(proof.proved_at, as_of)
    last = _("last full proof {when}").format(when=when)
    lines += folded([(verdict_line(proof), tone), (f"  {last}", "muted")], width, 2)
    words = _("{verify} proves it anew, {export} saves unsent work to a file; a wipe asks about it.")
    return [*lines, *folded([(words.format(verify=verify, export=export), "muted")], width)]


class ProofLines(Lines):
    """Empty until the first load."""

    def show_proof(self, proof: ProofView | None, as_of: datetime, verify: str, export: str) -> None:
        self.show(lambda width: proof_lines(proof, as_of, verify, export, width) if proof else [])
