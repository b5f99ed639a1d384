"""The page docs/centre-file.md: every key of the centre file, made from the schema that the reader follows. Pure."""

from collections.abc import Iterator, Sequence
from typing import Any

from centre.compound import NUMBER_KEYS, SPAN_KEYS
from centre.fields import Field, Must
from centre.schema import CENTRE_FIELDS, SHAPES, Shape
from centre.writer import toml_value
from ivr.core.nodes import KINDS
from ivr.core.settings import settings_schema

_HEAD = """# The centre file

One TOML file describes the whole centre: trunks, numbers, queues, agents, phones, hours, lists of callers, flows.
`sambut apply FILE` shows what it changes and puts it in force, whole or not at all; `sambut export` writes the one in
force, with every key. Applying what was exported changes nothing.

A file with any error is refused, and every error is listed with its line. Each `id` is unique within its table and has
1-40 characters a-z, 0-9 or -, a letter first. Control characters are refused everywhere. At most 2 MiB.

Passwords are never in this file: they lie in the secrets file, and of an agent's PIN only the hash is here
(`sambut hash-pin` makes one).

This page is made from the program (`python -m tests.centre.write_reference`).
"""

_FLOW = """### Nodes of a flow

Each node is a table `[flows.nodes.<id>]` below its flow: `kind`, the settings of that kind, and `exits`, which says
for each way out which node comes next. A flow begins at a node of kind `start`.

```toml
[[flows]]
id = "main"
name = "Main"
start = "start"

[flows.nodes.start]
kind = "start"
exits = { next = "goodbye" }

[flows.nodes.goodbye]
kind = "hangup"
prompts = ["goodbye"]
```
"""


def reference_page() -> str:
    """The page, in Markdown."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield _HEAD
    yield "## `[centre]`\n"
    yield from _table(CENTRE_FIELDS)
    for shape in SHAPES:
        yield f"## `[[{shape.table}]]`\n"
        yield f"{shape.note} At most {shape.size_max}.\n"
        yield from _table(shape.fields)
        yield from _parts(shape)


def _parts(shape: Shape) -> Iterator[str]:
    """Tables inside the records of a table."""
    if shape.table == "hours":
        yield "Keys of a span:\n"
        yield from _table(SPAN_KEYS)
    if shape.table == "caller_lists":
        yield "Keys of a number:\n"
        yield from _table(NUMBER_KEYS)
    if shape.table == "flows":
        yield _FLOW
        for kind in KINDS.values():
            yield f"#### `{kind.name}`\n"
            yield f"{kind.words}\n"
            yield from _settings_table(settings_schema(kind.settings))


def _table(fields: Sequence[Field]) -> Iterator[str]:
    yield "| key | allowed | default | meaning |"
    yield "| --- | --- | --- | --- |"
    for one in fields:
        yield f"| `{one.key}` | {_cell(one.kind.words)} | {_default(one.default)} | {_cell(one.note)} |"
    yield ""


def _settings_table(schema: dict[str, Any]) -> Iterator[str]:
    yield "| setting | default | meaning |"
    yield "| --- | --- | --- |"
    for name, described in schema["properties"].items():
        default = "must be written" if name in schema["required"] else _setting_default(described)
        yield f"| `{name}` | {default} | {_cell(described['description'])} |"
    yield ""


def _setting_default(described: dict[str, Any]) -> str:
    return f"`{toml_value(described['default'])}`" if "default" in described else "none"


def _default(default: object) -> str:
    return default.value if isinstance(default, Must) else f"`{toml_value(default)}`"


def _cell(words: str) -> str:
    return words.replace("|", "\\|")
