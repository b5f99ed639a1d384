"""The settings read: the file, the environment over it, and everything that is wrong with either."""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from centre.nearest import suggestion
from centre.problems import Place
from centre.toml_lines import line_at, lines_of
from sambut.settings import FILE_DEFAULT, FILE_VARIABLE, HIDDEN, SECTIONS, Settings, contradictions

BYTES_MAX = 1024 * 1024

_SYNTAX_LINE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_INSIDE = re.compile(r" - at `.*`$")
_TRUE_WORDS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class SettingsProblem:
    """One thing wrong. ``where``: file and line, or the environment's variable."""

    where: str
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}; {self.mend}"


class SettingsInvalid(Exception):
    """The settings cannot be used. ``problems``: everything that is wrong, never empty."""

    def __init__(self, problems: list[SettingsProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, problems)))


def read_settings(file: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of this run.

    ``file`` None: what $SAMBUT_SETTINGS names, which must exist, else sambut.toml of the working folder if there is
    one. ``environment`` None: the process's own.

    Raises:
        SettingsInvalid: anything at all is wrong.
    """
    environment = os.environ if environment is None else environment
    named = file or (Path(environment[FILE_VARIABLE]) if environment.get(FILE_VARIABLE) else None)
    path = named or Path(FILE_DEFAULT)
    reading = _Reading()
    if named is not None or path.exists():
        reading.take_file(path)
    reading.take_environment(environment)
    return reading.settings(base_dir=path.absolute().parent)


class _Reading:
    """Values with the places they came from."""

    def __init__(self) -> None:
        self._values: dict[str, dict[str, Any]] = {section: {} for section in SECTIONS}
        self._places: dict[tuple[str, str], str] = {}
        self._problems: list[SettingsProblem] = []

    def take_file(self, path: Path) -> None:
        try:
            source = path.read_bytes()
        except OSError as wrong:
            self._add(str(path), f"cannot be read: {wrong.strerror}", f"write the file, or unset {FILE_VARIABLE}")
            return
        if len(source) > BYTES_MAX:
            self._add(str(path), f"has {len(source)} bytes", f"at most {BYTES_MAX} are allowed")
            return
        text = ""
        try:
            text = source.decode("utf-8-sig").replace("\r\n", "\n")
            raw = tomllib.loads(text)
            lines = lines_of(text)
        except UnicodeDecodeError as wrong:
            line = source.count(b"\n", 0, wrong.start) + 1
            self._add(f"{path}:{line}", "the text is not UTF-8", "save the file as UTF-8")
        except (ValueError, RecursionError) as wrong:
            self._add_syntax(path, str(wrong), text.count("\n") + 1)
        else:
            for section, table in raw.items():
                self._take_section(path, lines, section, table)

    def _add_syntax(self, path: Path, message: str, last_line: int) -> None:
        place = _SYNTAX_LINE.search(message)
        line = int(place.group(1) or last_line) if place else 1
        # ascii: the message may quote a control character.
        what = ascii(_SYNTAX_LINE.sub("", message))[1:-1]
        self._add(f"{path}:{line}", f"not TOML: {what}", "check quotes, brackets and commas here and just above")

    def _take_section(self, path: Path, lines: Mapping[Place, int], section: str, table: object) -> None:
        def where(*place: str) -> str:
            return f"{path}:{line_at(dict(lines), place)}"

        if section not in SECTIONS:
            self._add(where(section), f"unknown section {_shown(section)}", _nearest(section, SECTIONS))
        elif not isinstance(table, dict):
            self._add(where(section), f"{section} is not a section", f"write [{section}] and its keys below it")
        else:
            for key, value in table.items():
                self._take(section, key, value, where(section, key))

    def take_environment(self, environment: Mapping[str, str]) -> None:
        for name in sorted(environment):
            section, _, key = name.removeprefix("SAMBUT_").lower().partition("_")
            # Other tools of ours have variables too, such as SAMBUT_CACHE; only a section's name makes it a setting.
            if name.startswith("SAMBUT_") and section in SECTIONS:
                self._take(section, key, environment[name], name, is_text=True)

    def _take(self, section: str, key: str, value: Any, where: str, *, is_text: bool = False) -> None:
        hints = get_type_hints(SECTIONS[section], include_extras=True)
        if key not in hints:
            self._add(where, f"{section} has no key {_shown(key)}", _nearest(key, hints))
            return
        try:
            written = _from_text(value, hints[key]) if is_text else value
            self._values[section][key] = msgspec.convert(written, hints[key])
            self._places[section, key] = where
        except msgspec.ValidationError as wrong:
            shown = "" if (section, key) in HIDDEN else f" (it is {_shown(str(value))})"
            mend = _mend(hints[key], getattr(SECTIONS[section](), key))
            self._add(where, f"{section}.{key}: {_in_words(wrong)}{shown}", mend)

    def settings(self, *, base_dir: Path) -> Settings:
        """Everything together. Raises SettingsInvalid."""
        sections: dict[str, Any] = {name: SECTIONS[name](**values) for name, values in self._values.items()}
        found = Settings(**sections, base_dir=base_dir)
        for one in contradictions(found):
            # Somebody wrote at least one of them; the others may be defaults, which stand nowhere.
            where = next((self._places[key] for key in one.keys if key in self._places), "settings")
            self._add(where, f"{'.'.join(one.keys[0])}: {one.what}", one.mend)
        if self._problems:
            raise SettingsInvalid(self._problems)
        return found

    def _add(self, where: str, what: str, mend: str) -> None:
        self._problems.append(SettingsProblem(where=where, what=what, mend=mend))


def _from_text(value: str, hint: Any) -> Any:
    """A variable's text as the type wants it; what does not fit is left for the check to refuse."""
    kind = get_args(hint)[0] if hasattr(hint, "__metadata__") else hint
    if kind is bool:
        return _TRUE_WORDS.get(value.strip().lower(), value)
    if kind is int:
        return int(value) if re.fullmatch(r"\s*[+-]?[0-9]{1,18}\s*", value) else value
    if get_origin(kind) is tuple:
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def _in_words(wrong: msgspec.ValidationError) -> str:
    words = _INSIDE.sub("", str(wrong)).replace("`", "")
    if words.startswith("Invalid enum value"):
        return "is not one of the words allowed"
    if "matching regex" in words:
        return "does not have the right form"
    return words[0].lower() + words[1:]


def _mend(hint: Any, default: Any) -> str:
    if get_origin(hint) is Literal:
        return f"write one of {', '.join(get_args(hint))}"
    return f"write it like its default, {_example(default)}"


def _example(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return '["...", "..."]'
    return f'"{value}"' if isinstance(value, str) else str(value)


def _nearest(written: str, known: Mapping[str, Any]) -> str:
    return suggestion(written, known) or f"there are: {', '.join(known)}"


def _shown(text: str) -> str:
    return ascii(text[:60])
