"""The proof in a line: what was made here is what became of it."""

from __future__ import annotations

from cockpit.i18n import _
from cockpit.services.snapshots import ProofView


def count_line(proof: ProofView) -> str:
    """`local ops 4,812 = receipts 4,809 + queue 3`; parts that are nothing are left out, receipts and queue never."""
    parts = [
        (_("receipts {count}"), proof.receipts, True),
        (_("queue {count}"), proof.queue, True),
        (_("conflicts {count}"), proof.conflicts, False),
        (_("parked {count}"), proof.parked, False),
        (_("blocked {count}"), proof.blocked, False),
        (_("answered {count}"), proof.answered, False),
        (_("discarded {count}"), proof.discarded, False),
        (_("undone {count}"), proof.undone, False),
    ]
    said = " + ".join(text.format(count=f"{count:,}") for text, count, always in parts if count or always)
    return _("local ops {count} = {parts}").format(count=f"{proof.ops:,}", parts=said)


def verdict_line(proof: ProofView) -> str:
    """`lost 0  doubled 0  digest 9f3a..c21e ok`"""
    state = _("ok") if proof.digest_ok else _("WRONG")
    words = _("lost {lost}  doubled {doubled}  digest {digest} {state}")
    short = f"{proof.digest[:4]}..{proof.digest[-4:]}"
    return words.format(lost=proof.lost, doubled=proof.doubled, digest=short, state=state)
