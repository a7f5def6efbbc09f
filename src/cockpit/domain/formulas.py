"""Formulas that people write, `orders / closed`, read by a parser of our own over `ast`: nothing of Python is ever run.

Allowed are names, numbers, brackets and + - * /. Values are exact fractions, so that a rate is the same number wherever
it is computed; a number keeps the decimals it was written with.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

MOST_SIGNS = 300
LONGEST_NUMBER = 20
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")

Fault = Literal["empty", "too_long", "not_a_formula", "not_allowed", "number", "zero"]


class FormulaFault(Exception):
    """Why a text is no formula. `part` is the piece that is at fault."""

    def __init__(self, fault: Fault, part: str = "") -> None:
        super().__init__(fault, part)
        self.fault: Fault = fault
        self.part = part


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a formula gives: a value, or the name that is not known, or the part that is zero below a line."""

    value: Fraction | None
    unknown: str = ""
    zero: str = ""


Node = ast.expr
_JOINED: Mapping[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: lambda one, other: one + other,
    ast.Sub: lambda one, other: one - other,
    ast.Mult: lambda one, other: one * other,
    ast.Div: lambda one, other: one / other,
}


@dataclass(frozen=True)
class Formula:
    """A formula that was read; `names` in the order in which they stand."""

    text: str
    names: tuple[str, ...]
    _tree: Node

    def value(self, of: Callable[[str], Fraction | None]) -> Outcome:
        """The value, with `of` giving that of each name. The first name without a value leaves the whole without one."""
        return _value(self._tree, of)

    @property
    def share_of(self) -> tuple[str, str] | None:
        """(part, whole) of a plain `part / whole`."""
        tree = self._tree
        if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Div):
            above, below = tree.left, tree.right
            if isinstance(above, ast.Name) and isinstance(below, ast.Name):
                return above.id, below.id
        return None


def parse(text: str) -> Formula:
    """The formula that `text` is. Raises FormulaFault."""
    text = " ".join(text.split())
    if not text:
        raise FormulaFault("empty")
    if len(text) > MOST_SIGNS:
        raise FormulaFault("too_long", text[:20])
    for part in ("**", "//", "#"):
        if part in text:
            raise FormulaFault("not_allowed", part)
    try:
        tree = ast.parse(text, mode="eval").body
        names: dict[str, None] = {}
        _check(tree, text, names)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise FormulaFault("not_a_formula", text) from error
    return Formula(text, tuple(names), tree)


def _check(node: Node, text: str, names: dict[str, None]) -> None:
    """Only what is on the list may stand in a formula, at any depth, and nothing below a line that is 0 in every period."""
    if isinstance(node, ast.BinOp) and type(node.op) in _JOINED:
        _check(node.left, text, names)
        _check(node.right, text, names)
        if isinstance(node.op, ast.Div) and _value(node.right, lambda _name: None).value == 0:
            raise FormulaFault("zero", ast.unparse(node.right))
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        _check(node.operand, text, names)
    elif isinstance(node, ast.Name):
        if not NAME.fullmatch(node.id):
            raise FormulaFault("not_allowed", node.id)
        names[node.id] = None
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        written = ast.get_source_segment(text, node) or ""
        if len(written) > LONGEST_NUMBER or not re.fullmatch(r"[0-9]*\.?[0-9]+|[0-9]+\.", written):
            raise FormulaFault("number", written)
        node.kind = written
    else:
        raise FormulaFault("not_allowed", ast.get_source_segment(text, node) or text)


def _value(node: Node, of: Callable[[str], Fraction | None]) -> Outcome:
    if isinstance(node, ast.Constant):
        return Outcome(Fraction(node.kind or "0"))
    if isinstance(node, ast.Name):
        found = of(node.id)
        return Outcome(found, "" if found is not None else node.id)
    if isinstance(node, ast.UnaryOp):
        one = _value(node.operand, of)
        return one if one.value is None else Outcome(-one.value)
    assert isinstance(node, ast.BinOp)
    left, right = _value(node.left, of), _value(node.right, of)
    for part in (left, right):
        if part.value is None:
            return part
    assert left.value is not None
    assert right.value is not None
    if isinstance(node.op, ast.Div) and right.value == 0:
        return Outcome(None, zero=ast.unparse(node.right))
    return Outcome(_JOINED[type(node.op)](left.value, right.value))
