"""The second wall: what a widget is given to show is made by `plain`, never a text by itself."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "cockpit"
SINKS = {
    "Static",
    "Label",
    "Button",
    "update",
    "add_row",
    "add_rows",
    "add_option",
    "add_options",
    "Option",
    "OptionList",
}
NEVER = {"from_markup", "from_ansi", "print", "Markdown", "Pretty", "RichLog", "notify", "bell"}
DRAWN_BY_CELLS = {"painting.py", "lines.py", "frame.py"}
"""Where strips are made of segments; the first two clean every text they are given, the third passes on theirs."""
FILES = sorted([*(SOURCE / "screens").rglob("*.py"), *(SOURCE / "widgets").rglob("*.py"), SOURCE / "app.py"])


def _name(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _is_inert(node: ast.expr, known: dict[str, ast.expr]) -> bool:
    """A call of `plain`, a Text that starts empty, or a name for one."""
    if isinstance(node, ast.Name) and node.id in known:
        return _is_inert(known[node.id], {})
    if not isinstance(node, ast.Call):
        return False
    if _name(node) == "join" and isinstance(node.func, ast.Attribute):
        return _is_inert(node.func.value, known)
    return _name(node) == "plain" or (_name(node) == "Text" and all(isinstance(one, ast.Constant) for one in node.args))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_only_plain_text_goes_into_a_widget(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    known = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name, place = _name(node), f"{path.name}:{node.lineno}"
        assert name not in NEVER, place
        owner = node.func.value if isinstance(node.func, ast.Attribute) else None
        is_set = name == "update" and isinstance(owner, ast.Attribute) and not isinstance(owner.value, ast.Call)
        if name in SINKS and not is_set:
            for argument in node.args:
                assert _is_inert(argument, known), f"{place} {ast.unparse(argument)}"
        if name == "Segment":
            assert path.name in DRAWN_BY_CELLS or all(isinstance(one, ast.Constant) for one in node.args[:1]), place
