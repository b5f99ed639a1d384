"""The announcements: all that the product names exist in each language, and can be heard on a telephone."""

import ast
import tomllib
import wave
from pathlib import Path

import numpy as np
import pytest

from agi_scripts.fallback import LANGUAGES, PROMPT

ROOT = Path(__file__).resolve().parent.parent.parent
SOUNDS = ROOT / "asterisk_conf" / "sounds"
TEXTS = tomllib.loads((SOUNDS / "texts.toml").read_text(encoding="utf-8"))
DIGITS = {f"digit-{digit}" for digit in "0123456789"}
BYTES_MAX = 4_000_000


def named_by_scripts() -> set[str]:
    """Every text that is made a PromptId in the scripts."""
    return {
        call.args[0].value
        for path in (ROOT / "agi_scripts").glob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "PromptId"
        if isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str)
    }


def named_by_sample_centre() -> set[str]:
    """Every announcement of the sample centre's queues and flows."""
    centre = tomllib.loads((ROOT / "sambut" / "demo" / "centre.toml").read_text(encoding="utf-8"))
    named = {queue["announcement"] for queue in centre["queues"] if "announcement" in queue}
    for flow in centre["flows"]:
        for node in flow["nodes"].values():
            named |= {*node.get("prompts", ()), *node.get("invalid_prompts", ())}
    return named


def sounds() -> list[Path]:
    """Where each announcement of each language must lie."""
    return [SOUNDS / language / f"{prompt}.wav" for language in LANGUAGES for prompt in sorted(TEXTS)]


def test_every_announcement_that_is_named_has_a_text() -> None:
    named = named_by_scripts() | named_by_sample_centre() | DIGITS | {PROMPT}

    assert len(named) > 20
    assert named - set(TEXTS) == set()


@pytest.mark.parametrize("prompt", sorted(TEXTS))
def test_every_text_is_there_in_each_language(prompt: str) -> None:
    assert set(TEXTS[prompt]) == set(LANGUAGES)
    assert all(text.strip() for text in TEXTS[prompt].values())


def test_there_is_a_sound_for_each_text_and_no_other() -> None:
    assert set(SOUNDS.glob("*/*")) == set(sounds())


def test_the_sounds_stay_small_enough_to_be_kept_here() -> None:
    assert sum(path.stat().st_size for path in sounds()) < BYTES_MAX


@pytest.mark.parametrize("path", sounds(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_sound_can_be_played_and_heard(path: Path) -> None:
    with wave.open(str(path)) as sound:
        form = (sound.getframerate(), sound.getnchannels(), sound.getsampwidth(), sound.getcomptype())
        samples = np.frombuffer(sound.readframes(sound.getnframes()), dtype="<i2").astype(np.float64) / 32768

    assert form == (8000, 1, 2, "NONE")
    assert 0.2 < len(samples) / 8000 < 15
    heard = samples[np.abs(samples) > 0.003]
    loudness_dbfs = 20 * np.log10(np.sqrt(np.mean(heard**2)))
    assert -22 < loudness_dbfs < -18, "louder or softer than the others"
    assert np.max(np.abs(samples)) < 0.95, "clipped"
    assert np.max(np.abs(samples[:80])) < 0.01, "begins with a click"
