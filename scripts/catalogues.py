"""Gather the texts of the source, bring the Chinese catalogue up to date, compile it. `make locale`.

New texts are added empty (a test then names them), texts no longer used are dropped.
"""

from __future__ import annotations

import ast
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

SOURCE = Path(__file__).parents[1] / "src" / "cockpit"
FOLDER = SOURCE / "locale"


def texts_of(source: str) -> list[str | tuple[str, str]]:
    """The texts of one module, a plural with its singular. Read as a tree, so that those inside f-strings are seen too."""
    found: list[str | tuple[str, str]] = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        words = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        if node.func.id in ("_", "N_") and words:
            found.append(words[0])
        elif node.func.id == "ngettext" and len(words) > 1:
            found.append((words[0], words[1]))
    return found


def _template() -> Catalog:
    template = Catalog(project="cockpit", charset="utf-8", fuzzy=False)
    for path in sorted(SOURCE.rglob("*.py")):
        for message in texts_of(path.read_text("utf-8")):
            template.add(message, locations=[(str(path.relative_to(SOURCE)), 0)])
    return template


def gather() -> set[str]:
    """Every text of the source, the singular of those with a plural."""
    return {str(m.id if isinstance(m.id, str) else m.id[0]) for m in _template() if m.id}


def main() -> None:
    base = FOLDER / "zh_CN" / "LC_MESSAGES" / "cockpit"
    base.parent.mkdir(parents=True, exist_ok=True)
    known = Catalog(locale="zh_CN")
    if base.with_suffix(".po").exists():
        with base.with_suffix(".po").open("rb") as file:
            known = read_po(file, locale="zh_CN")
    catalogue = Catalog(locale="zh_CN", project="cockpit", charset="utf-8", fuzzy=False, header_comment="# Cockpit")
    missing = 0
    for message in _template():
        if not message.id:
            continue
        old = known.get(message.id)
        text = old.string if old is not None and not old.fuzzy else ""
        missing += not (all(text) if isinstance(text, tuple) else text)
        catalogue.add(message.id, text or "", locations=message.locations)
    with base.with_suffix(".po").open("wb") as file:
        write_po(
            file, catalogue, width=120, omit_header=False, sort_output=True, include_lineno=False, no_location=True
        )
    with base.with_suffix(".po").open("rb") as file:
        catalogue = read_po(file, locale="zh_CN")
    with base.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalogue)
    print(f"{len(catalogue)} texts, {missing} without Chinese")


if __name__ == "__main__":
    main()
