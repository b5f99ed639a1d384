"""The settings as a table of docs/operations.md, made from sambut/settings.py. Write it anew:

python -m tests.docs.settings_table
"""

import ast
import inspect
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from sambut import settings

PAGE = Path(__file__).parents[2] / "docs" / "operations.md"
BEGIN, END = "<!-- settings: made by python -m tests.docs.settings_table -->", "<!-- end of settings -->"

HEAD = ("| key | default | may be | what it is |", "| --- | --- | --- | --- |")


def table() -> str:
    """One table for each section, from first to last as in the code."""
    words = said_of_fields()
    lines: list[str] = []
    for section, kind in settings.SECTIONS.items():
        lines += [f"`[{section}]` {inspect.getdoc(kind)}", "", *HEAD]
        for key, hint in get_type_hints(kind, include_extras=True).items():
            default = json.dumps(msgspec.to_builtins(getattr(kind(), key)))
            lines.append(f"| `{key}` | `{default}` | {may_be(hint)} | {words[kind.__name__, key]} |")
        lines.append("")
    return "\n".join(lines).strip()


def said_of_fields() -> dict[tuple[str, str], str]:
    """Class and field -> the text that stands under the field. Raises AssertionError when a field has none."""
    said: dict[tuple[str, str], str] = {}
    for node in ast.parse(inspect.getsource(settings)).body:
        if isinstance(node, ast.ClassDef) and node.name in {kind.__name__ for kind in settings.SECTIONS.values()}:
            said |= {(node.name, key): words for key, words in _texts(node)}
    return said


def _texts(kind: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for field, below in zip(kind.body, [*kind.body[1:], None], strict=True):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            key = field.target.id
            assert isinstance(below, ast.Expr), f"{kind.name}.{key} has no text under it"
            assert isinstance(below.value, ast.Constant), f"{kind.name}.{key} has no text under it"
            yield key, inspect.cleandoc(str(below.value.value)).replace("\n", " ")


def may_be(hint: Any) -> str:
    """What a key's type allows, for people."""
    if get_origin(hint) is Literal:
        return " or ".join(f"`{word}`" for word in get_args(hint))
    if get_origin(hint) is tuple:
        return f"list of: {may_be(get_args(hint)[0])}"
    kind = hint
    if hasattr(hint, "__metadata__"):
        kind, limits = get_args(hint)[0], hint.__metadata__[0]
        if limits.ge is not None:
            return f"{limits.ge} to {limits.le}" if limits.le is not None else f"{limits.ge} or more"
    return {bool: "`true` or `false`", int: "whole number", str: "text"}[kind]


def written(page: str) -> str:
    """The page with the tables of today in it."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text("utf-8")), "utf-8")
