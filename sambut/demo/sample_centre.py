"""The demo's centre file, with PINs of its own in it."""

from collections.abc import Mapping
from importlib.resources import files

from kernel.ids import AgentId

AGENT_IDS = tuple(AgentId(f"a{number}") for number in range(1, 7))
"""The agents of the sample; each needs a PIN."""


def demo_centre(pin_hashes: Mapping[AgentId, str]) -> str:
    """The text of the sample centre. ``pin_hashes``: one for each of AGENT_IDS, as ``pin_hash_of`` makes them.

    Raises:
        KeyError: an agent has no hash.
    """
    text = files("sambut.demo").joinpath("centre.toml").read_text(encoding="utf-8")
    for agent_id in AGENT_IDS:
        this = f'id = "{agent_id}"\n'
        text = text.replace(this, f'{this}pin_hash = "{pin_hashes[agent_id]}"\n')
    return text
