"""Node ``transfer_number``: dials a fixed number outside; the caller comes back if nobody answers. Pure."""

from dataclasses import dataclass, field

from ivr.core.nodes.kind import Ask, Exit, Kind, Leave, Scene
from ivr.core.settings import NodeSettings, setting
from ivr.core.specs import NameOf, ReferenceKind, Text, Whole
from ivr.core.steps import Transfer, TransferFailed
from kernel.ids import TrunkId


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferNumberSettings(NodeSettings):
    number: str = field(
        metadata=setting(Text(r"\+?[0-9]{3,15}", "3-15 digits, a + before them if international"), "Who is called.")
    )
    trunk: TrunkId = field(metadata=setting(NameOf(ReferenceKind.TRUNK), "By which trunk."))
    ring_s: int = field(default=30, metadata=setting(Whole(5, 120), "How long it may ring."))


def exits(_settings: TransferNumberSettings) -> tuple[Exit, ...]:
    return (Exit(name="failed"), Exit(name="no_answer", is_required=False), Exit(name="busy", is_required=False))


def play(settings: TransferNumberSettings, scene: Scene) -> Ask | Leave:
    match scene.answer:
        case None:
            ring_ms_max = settings.ring_s * 1000
            return Ask(step=Transfer(number=settings.number, trunk_id=settings.trunk, ring_ms_max=ring_ms_max))
        case TransferFailed(result=result):
            return Leave(exit=result.value, instead="failed")
        case _:
            raise scene.unexpected()


TRANSFER_NUMBER = Kind(
    name="transfer_number",
    words="Dials a number outside; the caller comes back if nobody answers.",
    settings=TransferNumberSettings,
    exits=exits,
    play=play,
)
