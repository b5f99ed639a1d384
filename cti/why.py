"""REST: why an interaction was offered to whom it was, and why not to others."""

from http import HTTPStatus

from aiohttp import web

from cti.bearer import admitted
from cti.ports import ExplainerBusy
from cti.problems import Refusal, not_found
from cti.resources import Operation, json_answer, known_only, path_id
from cti.room import ROOM
from cti.why_shapes import ExplanationView, explanation_view
from kernel.ids import InteractionId
from kernel.result_codes import RefusalCode


async def explain_interaction(request: web.Request) -> web.Response:
    """Every choice about one interaction, with its reasons."""
    known_only(request)
    admitted(request, "read")
    code = RefusalCode.UNKNOWN_INTERACTION.value
    interaction_id = InteractionId(path_id(request, "interaction_id", code))
    try:
        explanation = await request.app[ROOM].explainer.why(interaction_id)
    except ExplainerBusy as busy:
        raise Refusal(
            HTTPStatus.SERVICE_UNAVAILABLE, "busy", str(busy), how="Ask again later, or use `sambut why`."
        ) from busy
    if explanation is None:
        raise not_found(code, "There is no such interaction.", "interaction_id")
    return json_answer(explanation_view(explanation))


OPERATIONS = (
    Operation(
        method="GET",
        path="/interactions/{interaction_id}/why",
        name="explainInteraction",
        says="Why it was offered to whom it was, when, and why not to others; worked out again from the journal.",
        scopes=("read",),
        serve=explain_interaction,
        answer_type=ExplanationView,
        refusals=(404, 503),
    ),
)
