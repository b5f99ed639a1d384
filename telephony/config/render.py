"""The centre and the site as the text of Asterisk's configuration files. Reads templates; writes nothing."""

import importlib.resources
import re
from dataclasses import asdict
from typing import Final

import jinja2

from centre.model import Centre
from kernel.ids import DeviceId, TrunkId
from telephony.config.events import DECLINED_MESSAGES, WANTED_EVENTS
from telephony.config.modules import MODULES
from telephony.config.quoting import conf_value
from telephony.config.site import AsteriskSite, FeatureCodes, SipSecrets

EVENTS_USER: Final = "sambut-events"
COMMANDS_USER: Final = "sambut-commands"

# File names as Asterisk knows them.
FILES: Final = (
    "asterisk.conf",
    "modules.conf",
    "logger.conf",
    "manager.conf",
    "pjsip.conf",
    "extensions.conf",
    "musiconhold.conf",
    "queues.conf",
    "rtp.conf",
    "http.conf",
    "cdr.conf",
    "cdr_custom.conf",
    "features.conf",
    "indications.conf",
    "cel.conf",
    "stasis.conf",
)

# Asterisk complains in its log about each of these that is not there; empty, they mean its own defaults.
EMPTY_FILES: Final = ("acl.conf", "ccss.conf", "pjproject.conf", "queuerules.conf", "udptl.conf")


_NUMBER: Final = re.compile(r"\+?[0-9]+", re.ASCII)


def render(*, centre: Centre, site: AsteriskSite, secrets: SipSecrets, codes: FeatureCodes) -> dict[str, str]:
    """File name -> text, for every file of FILES and EMPTY_FILES. The same input gives the same text, byte for byte.

    Raises UnsafeConfigValue when a value of the centre cannot stand in a file, and KeyError (naming the record) when a
    secret is missing.
    """
    words = {
        "site": site,
        "transports": [each for each in site.transports if each.name not in ("tls", "wss") or site.tls_cert],
        "trunks": [
            asdict(trunk)
            | {
                "secret": _trunk_secret(secrets, trunk.id, trunk.register_user),
                "account_number": trunk.register_user if _NUMBER.fullmatch(trunk.register_user) else "",
            }
            for trunk in centre.trunks
        ],
        "devices": [asdict(device) | {"secret": _device_secret(secrets, device.id)} for device in centre.devices],
        "modules": MODULES,
        "ami": {
            "events_user": EVENTS_USER,
            "commands_user": COMMANDS_USER,
            "events_secret": secrets.ami_events,
            "commands_secret": secrets.ami_commands,
            "permit": site.ami_permit,
            "wanted_events": sorted(WANTED_EVENTS),
        },
        "declined_messages": DECLINED_MESSAGES,
        "feature_codes": [
            (codes.login, "agent_login"),
            (codes.logout, "agent_logout"),
            (codes.ready, "agent_ready"),
            (codes.aux, "agent_aux"),
        ],
        "referrals": sorted(
            {*(agent.login for agent in centre.agents), *(queue.code for queue in centre.queues if queue.code)}
        ),
        "aux_pattern": f"_{codes.aux}.",
        "aux_code_length": len(codes.aux),
    }
    templates = _environment()
    texts = {name: templates.get_template(f"{name}.j2").render(words) for name in FILES}
    return texts | dict.fromkeys(EMPTY_FILES, "")


def _environment() -> jinja2.Environment:
    folder = importlib.resources.files("asterisk_conf") / "templates"
    texts = {f"{name}.j2": (folder / f"{name}.j2").read_text("utf-8") for name in FILES}
    environment = jinja2.Environment(
        loader=jinja2.DictLoader(texts),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701 - these are no web pages; what people wrote passes the conf filter
        keep_trailing_newline=True,
    )
    environment.filters["conf"] = conf_value
    return environment


def _trunk_secret(secrets: SipSecrets, trunk_id: TrunkId, register_user: str) -> str:
    if not register_user:
        return ""
    if trunk_id not in secrets.trunks:
        raise KeyError(f"no secret for trunk {trunk_id}")
    return secrets.trunks[trunk_id]


def _device_secret(secrets: SipSecrets, device_id: DeviceId) -> str:
    if device_id not in secrets.devices:
        raise KeyError(f"no secret for device {device_id}")
    return secrets.devices[device_id]
