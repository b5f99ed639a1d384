"""What our two users of Asterisk's manager may do: all that we need of them, and nothing more.

Asterisk itself tells it: ListCommands names the actions that its user may perform, by the same test that is made when
one is performed. Nothing has to be tried.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sambut.doctor.ami_visit import NotLetIn, NotReached, visit
from sambut.doctor.findings import Finding, fine, warning, wrong
from sambut.secrets_file import SecretsFile, SecretsUnusable
from sambut.settings import Settings
from telephony.ami.actions import Action
from telephony.ami.connection import AmiLink
from telephony.ami.failures import ActionRefused, AmiFailure
from telephony.ami.settings import LinkSettings
from telephony.config.modules import MODULES
from telephony.config.render import COMMANDS_USER, EVENTS_USER


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """``needed``: actions that the program performs as this user. ``classes``: what it may write to, and no other."""

    user: str
    secret: str
    needed: frozenset[str]
    classes: frozenset[str]


RIGHTS: Final = (
    Rights(user=EVENTS_USER, secret="ami.events", needed=frozenset({"Ping"}), classes=frozenset()),  # noqa: S106 - the secret's name
    Rights(
        user=COMMANDS_USER,
        secret="ami.commands",  # noqa: S106 - the secret's name
        needed=frozenset(
            {
                "BlindTransfer",
                "DBDel",
                "DBDelTree",
                "DBGetTree",
                "DBPut",
                "DeviceStateList",
                "Getvar",
                "Hangup",
                "ModuleCheck",
                "Originate",
                "PJSIPQualify",
                "PJSIPShowEndpoints",
                "Ping",
                "QueueRemove",
                "QueueStatus",
                "Redirect",
                "Reload",
                "Setvar",
                "ShowDialPlan",
                "Status",
            }
        ),
        classes=frozenset({"agent", "call", "originate", "reporting", "system"}),
    ),
)

DANGEROUS: Final = ("app_system.so", "app_externalivr.so", "func_shell.so", "pbx_spool.so")
"""Modules through which a call, or a user who may originate one, could run programs on the machine."""

WHERE: Final = "AMI"
_PRIVILEGES: Final = re.compile(r"\(Priv: ([a-z,<>]+)\)\s*\Z")
_NO_ACTIONS: Final = frozenset({"Response", "ActionID", "Message"})


async def look_at_ami(settings: Settings) -> list[Finding]:
    """Log in as both users, once each; and with the second look at the loaded modules."""
    place = f"{settings.asterisk.ami_host}:{settings.asterisk.ami_port}"
    try:
        known = SecretsFile(settings.secrets_file).read()
    except SecretsUnusable:
        return [warning(WHERE, "not looked at, for want of the secrets", "mend the secrets file first")]
    found: list[Finding] = []
    for rights in RIGHTS:
        link = LinkSettings(
            host=settings.asterisk.ami_host,
            port=settings.asterisk.ami_port,
            username=rights.user,
            secret=known.get(rights.secret, ""),
        )
        try:
            async with visit(link) as visited:
                found += await _look(visited, rights)
        except NotLetIn:
            what = f"{rights.user} is refused at {place}: its secret in Asterisk is not the one of our secrets file"
            found.append(wrong(WHERE, what, "restart Asterisk, so that it reads the manager.conf that we write"))
        except NotReached as away:
            mend = "is it running, and are asterisk.ami_host and ami_port where it listens?"
            return [wrong(WHERE, f"{place}: {away}", mend)]
        except AmiFailure as failure:
            found.append(
                wrong(WHERE, f"{rights.user} at {place} is not answered ({failure})", "look into Asterisk's log")
            )
    return found


async def _look(link: AmiLink, rights: Rights) -> list[Finding]:
    listed = (await link.perform(Action(name="ListCommands"))).fields
    may = {name: classes_of(words) for name, words in listed.items() if name not in _NO_ACTIONS}
    found = look_at_rights(rights, may)
    if rights.user == COMMANDS_USER and "ModuleCheck" in may:
        loaded = {name for name in (*(each.name for each in MODULES), *DANGEROUS) if await _is_loaded(link, name)}
        found += look_at_loaded(loaded)
    return found


def classes_of(words: str) -> frozenset[str]:
    """The classes of which a user must have one, from ListCommands' description of an action; empty: anybody may."""
    privileges = _PRIVILEGES.search(words)
    return frozenset(privileges[1].split(",") if privileges else ()) - {"<none>", "all"}


def look_at_rights(rights: Rights, may: Mapping[str, frozenset[str]]) -> list[Finding]:
    """``may``: the actions that Asterisk lets the user perform, with their classes."""
    mend = f"let Asterisk read the manager.conf that we write, and add nothing to {rights.user}"
    missing = sorted(rights.needed - set(may))
    more = sorted(name for name, classes in may.items() if classes and not classes & rights.classes)
    found = []
    if missing:
        found.append(wrong(WHERE, f"{rights.user} may not perform {', '.join(missing)}", mend))
    if more:
        what = f"{rights.user} may perform {', '.join(more[:8])}{', ...' if more[8:] else ''}, which it has no need of"
        found.append(wrong(WHERE, what, mend))
    return found or [fine(WHERE, f"{rights.user} may do what it must, and no more")]


def look_at_loaded(loaded: Iterable[str]) -> list[Finding]:
    """``loaded``: which modules Asterisk has loaded, out of ours and the dangerous ones."""
    loaded = set(loaded)
    mend = "look for its name in Asterisk's messages.log"
    found = [
        (wrong if module.required else warning)("modules", f"{module.name} is not loaded in the running Asterisk", mend)
        for module in MODULES
        if module.name not in loaded
    ]
    found += [
        wrong("modules", f"{name} is loaded, through which calls can run programs", "take it out of modules.conf")
        for name in DANGEROUS
        if name in loaded
    ]
    return found or [fine("modules", f"all {len(MODULES)} are loaded, and none that is dangerous")]


async def _is_loaded(link: AmiLink, name: str) -> bool:
    try:
        await link.perform(Action(name="ModuleCheck", fields={"Module": name}))
    except ActionRefused:
        return False
    return True
