"""Bugs planted in the product while a test runs: a function is compiled anew from its own source with one place changed.

The function object stays, so that everything that has imported it runs the changed code. A place that is not found
exactly once fails loudly: after a refactoring a planted bug must not silently test nothing.
"""

from __future__ import annotations
import __future__

import ast
import importlib
import inspect
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import Any


@dataclass(frozen=True, slots=True)
class Bug:
    """One bug: in the function at `where` ("module:name"), `was` reads `now`. `bites` is the invariant expected."""

    name: str
    area: str
    says: str
    where: str
    was: str
    now: str
    bites: str
    direct: Callable[[], list[str]] | None = None
    """A small schedule of its own, for what no simulated world has; returns its violations."""


def _function(where: str) -> FunctionType:
    module, _colon, path = where.partition(":")
    found: Any = importlib.import_module(module)
    for name in path.split("."):
        found = getattr(found, name)
    found = inspect.unwrap(found)
    assert isinstance(found, FunctionType), where
    return found


def _rewritten(bug: Bug, function: FunctionType) -> FunctionType:
    source = inspect.getsource(function)
    times = source.count(bug.was)
    if times != 1:
        raise AssertionError(f"{bug.name}: {bug.was!r} stands {times} times in {bug.where}")
    lines = source.replace(bug.was, bug.now).splitlines(keepends=True)
    while lines[0].lstrip().startswith("@"):
        lines.pop(0)
    if lines[0].startswith(" "):
        lines.insert(0, "if True:\n")  # a method keeps its indentation
    flags = __future__.annotations.compiler_flag
    made: dict[str, Any] = {}
    exec(compile("".join(lines), f"<{bug.name}>", "exec", flags, dont_inherit=True), function.__globals__, made)
    (new,) = made.values()
    assert isinstance(new, FunctionType)
    return new


@contextmanager
def planted(bug: Bug) -> Iterator[None]:
    """The product has the bug inside."""
    function = _function(bug.where)
    new, code = _rewritten(bug, function), function.__code__
    function.__code__ = new.__code__
    try:
        yield
    finally:
        function.__code__ = code


def check_places(bugs: tuple[Bug, ...]) -> None:
    """Every bug still finds its place, and what it names of a module is there. Raises AssertionError."""
    for bug in bugs:
        function = _function(bug.where)
        _rewritten(bug, function)
        planted_text = textwrap.dedent(inspect.getsource(function).replace(bug.was, bug.now))
        for node in ast.walk(ast.parse(planted_text)):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                module = function.__globals__.get(node.value.id)
                if isinstance(module, ModuleType) and not hasattr(module, node.attr):
                    raise AssertionError(f"{bug.name}: there is no {node.value.id}.{node.attr} any more")
