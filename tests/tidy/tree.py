"""The checkout as the rules see it: its folders and its text files, without what tools made."""

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

MADE_BY_TOOLS = {"build", "dist", "node_modules", "var", "__pycache__"}
"""Folders that are never part of the project. Those that start with a dot are left out as well."""

DOT_FOLDERS_OF_OURS = {".ci", ".github"}

NOT_ROOMS = {"asterisk_conf", "docker", "docs", "locks", "tests", "tools"}
"""Top folders that hold no package: templates, images, documents, pins, tests, set-up scripts."""

TEXT_SUFFIXES = {
    ".py",
    ".pyi",
    ".toml",
    ".md",
    ".yml",
    ".yaml",
    ".j2",
    ".conf",
    ".sh",
    ".json",
    ".xml",
    ".txt",
    ".sql",
    ".ts",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """One Python file: its path within the checkout, its text, its syntax tree."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def module(self) -> str:
        """The dotted name: ``acd/core/engine.py`` is ``acd.core.engine``, ``acd/__init__.py`` is ``acd``."""
        parts = self.path.with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def walk(folder: Path) -> Iterator[Path]:
    """Every file below a folder that belongs to the project, in order of path."""
    for entry in sorted(folder.iterdir()):
        if entry.is_dir():
            hidden = entry.name.startswith(".") and entry.name not in DOT_FOLDERS_OF_OURS
            if not hidden and entry.name not in MADE_BY_TOOLS:
                yield from walk(entry)
        elif entry.is_file():
            yield entry


@cache
def sources() -> tuple[Source, ...]:
    """Every Python file of the project, tests too."""
    return tuple(read_source(path) for path in walk(ROOT) if path.suffix == ".py")


def read_source(path: Path) -> Source:
    """One Python file. Raises SyntaxError as Python does."""
    text = path.read_text("utf-8")
    return Source(path=path.relative_to(ROOT), text=text, tree=ast.parse(text))


def texts() -> Iterator[tuple[Path, str]]:
    """Every text file of the project with its text: code, configuration, documents, scripts."""
    for path in walk(ROOT):
        within = path.relative_to(ROOT)
        scripts = (
            within.parts[0] in {"tools", ".ci"} or within.name in {"Makefile", "NOTICE"} or "Dockerfile" in within.name
        )
        if path.suffix in TEXT_SUFFIXES or scripts:
            yield within, path.read_text("utf-8")


def rooms() -> set[str]:
    """The top folders that hold Python packages."""
    return {entry.name for entry in ROOT.iterdir() if (entry / "__init__.py").is_file()} - NOT_ROOMS


@cache
def project() -> dict[str, object]:
    """``pyproject.toml``, read."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
