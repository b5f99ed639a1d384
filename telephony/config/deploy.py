"""Configuration into a running Asterisk: written whole, loaded, read back; on any mismatch the old one comes back."""

import contextlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import structlog

from telephony.ami.actions import Action
from telephony.ami.connection import AmiLink
from telephony.ami.failures import ActionRefused, AmiFailure

log = structlog.get_logger(__name__)

# Which modules read which file again. The others are only read when Asterisk starts.
RELOADED_BY: Mapping[str, tuple[str, ...]] = {
    "pjsip.conf": (
        "res_pjsip.so",
        "res_pjsip_endpoint_identifier_ip.so",
        "res_pjsip_outbound_registration.so",
    ),
    "extensions.conf": ("pbx_config.so",),
    "musiconhold.conf": ("res_musiconhold.so",),
    "logger.conf": ("logger",),
}
RELOAD_MS_MAX = 20_000


class ConfigMismatch(Exception):
    """Asterisk did not take the configuration. The former one is back in force; no call was touched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What must be found in Asterisk afterwards: PJSIP endpoints and dialplan contexts by name."""

    endpoints: frozenset[str]
    contexts: frozenset[str]


def write_files(etc_dir: Path, texts: Mapping[str, str]) -> dict[str, str | None]:
    """Write each text that differs, one file in one step; mode 600. Returns the former text of each changed file."""
    former: dict[str, str | None] = {}
    for name, text in texts.items():
        path = etc_dir / name
        old = path.read_text("utf-8") if path.exists() else None
        if old != text:
            former[name] = old
            _replace(path, text)
    return former


async def deploy(commands: AmiLink, etc_dir: Path, texts: Mapping[str, str], expected: Expected) -> tuple[str, ...]:
    """Bring ``texts`` into force. Returns the names of the files that changed.

    Whatever goes wrong, the former files come back. Raises ConfigMismatch (and Asterisk has loaded the former ones
    again) or AmiFailure (the link broke, and Asterisk may keep the new ones in memory until it loads files again).
    """
    former = write_files(etc_dir, texts)
    if not former:
        return ()
    try:
        await _reload(commands, former)
        missing = await _missing(commands, expected)
    except ActionRefused as refused:
        missing = [str(refused)]
    except AmiFailure:
        _bring_back(etc_dir, former)
        with contextlib.suppress(AmiFailure):
            await load_again(commands, former)
        raise
    if not missing:
        log.info("configuration in force", files=sorted(former))
        return tuple(sorted(former))
    _bring_back(etc_dir, former)
    await load_again(commands, former)
    raise ConfigMismatch(f"Asterisk did not take: {', '.join(missing[:10])}. The former configuration is in force.")


def _bring_back(etc_dir: Path, former: Mapping[str, str | None]) -> None:
    for name, text in former.items():
        if text is None:
            (etc_dir / name).unlink()
        else:
            _replace(etc_dir / name, text)


async def _reload(commands: AmiLink, names: Iterable[str]) -> None:
    for module in _modules(names):
        await _reload_one(commands, module)


async def load_again(commands: AmiLink, names: Iterable[str]) -> None:
    """Let Asterisk read these files as they are now; what it has read already costs nothing.

    A module that refuses to load anything keeps no other from it. Raises AmiFailure when the link breaks.
    """
    for module in _modules(names):
        try:
            await _reload_one(commands, module)
        except ActionRefused as refused:
            log.error("configuration not loaded", module=module, failure=str(refused))


def _modules(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(module for name in sorted(names) for module in RELOADED_BY.get(name, ())))


async def _reload_one(commands: AmiLink, module: str) -> None:
    await commands.perform(Action(name="Reload", fields={"Module": module}), timeout_ms=RELOAD_MS_MAX)


async def _missing(commands: AmiLink, expected: Expected) -> list[str]:
    rows = await commands.collect(Action(name="PJSIPShowEndpoints"), "EndpointListComplete", timeout_ms=RELOAD_MS_MAX)
    found = {row.fields.get("ObjectName", "") for row in rows}
    missing = [f"endpoint {name}" for name in sorted(expected.endpoints - found)]
    missing += [f"endpoint {name} (should be gone)" for name in sorted(found - expected.endpoints)]
    for context in sorted(expected.contexts):
        try:
            await commands.collect(
                Action(name="ShowDialPlan", fields={"Context": context}), "ShowDialPlanComplete",
                timeout_ms=RELOAD_MS_MAX,
            )  # fmt: skip
        except ActionRefused:
            missing.append(f"context {context}")
    return missing


def _replace(path: Path, text: str) -> None:
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    with fresh.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
