"""The shape of a checkpoint: every class in it, field by field. ``python -m tests.sambut.checkpoint_shape`` writes it down."""

import json
from pathlib import Path
from typing import Any

import msgspec

from sambut.checkpoints import FORMAT, Checkpoint

GOLDEN = Path(__file__).with_name("golden") / f"checkpoint-format-{FORMAT}.json"


def shape() -> str:
    """The shape of today, as JSON."""
    return json.dumps(_without_words(msgspec.json.schema(Checkpoint)), indent=1, sort_keys=True) + "\n"


def _without_words(schema: Any) -> Any:
    """Docstrings may change as they like."""
    if isinstance(schema, dict):
        return {name: _without_words(value) for name, value in schema.items() if name not in ("description", "title")}
    return [_without_words(each) for each in schema] if isinstance(schema, list) else schema


if __name__ == "__main__":
    GOLDEN.parent.mkdir(exist_ok=True)
    GOLDEN.write_text(shape(), encoding="utf-8")
