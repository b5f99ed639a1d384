"""Node ``caller_list``: is the caller on a list. A list may also set the priority, or turn the caller away. Pure."""

from dataclasses import dataclass, field

from ivr.core.caller_lists import ListAction, customer_key
from ivr.core.nodes.kind import CUSTOMER, ERROR_EXIT, PRIORITY, Ask, Exit, Kind, Leave, Scene
from ivr.core.settings import NodeSettings, setting
from ivr.core.specs import VARIABLE, NameOf, Prompts, ReferenceKind
from ivr.core.steps import CheckCallerList, Conclude, Done, HangUp, ListChecked, LookUpFailed, Said
from kernel.ids import CallerListId, PromptId
from kernel.result_codes import Disposition

NORMAL_CLEARING, USER_BUSY, CALL_REJECTED = 16, 17, 21
"""Q.850."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerListSettings(NodeSettings):
    list: CallerListId = field(metadata=setting(NameOf(ReferenceKind.CALLER_LIST), "Which list of callers."))
    customer_variable: str = field(
        default=CUSTOMER, metadata=setting(VARIABLE, "The variable that may hold the caller's customer number.")
    )
    prompts: tuple[PromptId, ...] = field(
        default=(PromptId("blocked"),),
        metadata=setting(Prompts(least=1), "Said to callers whom the list refuses (its action refuse)."),
    )


def exits(_settings: CallerListSettings) -> tuple[Exit, ...]:
    return (Exit(name="listed", is_required=False), Exit(name="not_listed"), ERROR_EXIT)


def play(settings: CallerListSettings, scene: Scene) -> Ask | Leave:
    match scene.answer:
        case None:
            customer = customer_key(scene.variables.get(settings.customer_variable, ""))
            return Ask(step=CheckCallerList(list_id=settings.list, customer=customer))
        case ListChecked(is_listed=True) as checked:
            return _listed(checked)
        case ListChecked():
            return Leave(exit="not_listed")
        case LookUpFailed():
            return Leave(exit="error", instead="not_listed")
        case Done():
            return Ask(step=scene.say(settings.prompts))
        case Said():
            return Ask(step=HangUp(cause_code=NORMAL_CLEARING, disposition=Disposition.BLOCKED))
        case _:
            raise scene.unexpected()


def _listed(checked: ListChecked) -> Ask | Leave:
    match checked.action:
        case ListAction.REFUSE:
            # Put down before they hear it: who hangs up meanwhile was turned away all the same.
            return Ask(step=Conclude(disposition=Disposition.BLOCKED))
        case ListAction.BUSY:
            return Ask(step=HangUp(cause_code=USER_BUSY, disposition=Disposition.BLOCKED))
        case ListAction.DROP:
            return Ask(step=HangUp(cause_code=CALL_REJECTED, disposition=Disposition.BLOCKED))
        case ListAction.FLOW | ListAction.LOW_PRIORITY:
            changed = {} if checked.priority is None else {PRIORITY: str(checked.priority)}
            return Leave(exit="listed", instead="not_listed", variables=changed)


CALLER_LIST = Kind(
    name="caller_list",
    words="Is the caller on a list; the list may set the variable priority, or turn the caller away.",
    settings=CallerListSettings,
    exits=exits,
    play=play,
)
