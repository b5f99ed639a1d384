"""REST: the centre's description, as the TOML text that people write."""

from http import HTTPStatus

from aiohttp import web

from cti.bearer import admitted
from cti.problems import FieldProblem, Refusal, bad_request
from cti.resources import Operation, QueryParameter, json_answer, known_only
from cti.room import ROOM
from cti.shapes import CentreOutcome

_TOML = "application/toml"
_TAKEN = frozenset({_TOML, "text/plain", "application/octet-stream"})


async def export_centre(request: web.Request) -> web.Response:
    """The description in force."""
    admitted(request, "admin")
    return web.Response(text=await request.app[ROOM].office.current(), content_type=_TOML, charset="utf-8")


async def apply_centre(request: web.Request) -> web.Response:
    """Put a description in force, or tell what it would change."""
    admitted(request, "admin")
    query = known_only(request, "dry_run")
    dry_run = query.get("dry_run", "0")
    if dry_run not in ("0", "1"):
        raise bad_request("dry_run", "This is 0 or 1.")
    if request.content_type not in _TAKEN:
        raise bad_request("Content-Type", "The body is to be TOML.", f"Send Content-Type: {_TOML}.")
    try:
        text = (await request.read()).decode("utf-8")
    except UnicodeDecodeError:
        raise bad_request("body", "The text is not UTF-8.", "Save the file as UTF-8.") from None
    result = await request.app[ROOM].office.apply(text, dry_run == "1")
    if result.problems:
        raise Refusal(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "centre_invalid",
            "The description has errors; nothing was changed.",
            where="body",
            how="Mend every problem listed, and send the whole file again.",
            problems=tuple(
                FieldProblem(line=each.line, where=each.where, what=each.what, how=each.how) for each in result.problems
            ),
        )
    return json_answer(CentreOutcome(applied=result.applied, difference=result.difference))


OPERATIONS = (
    Operation(
        method="GET",
        path="/centre",
        name="exportCentre",
        says="The centre's description in force, as TOML; applying it again changes nothing.",
        scopes=("admin",),
        serve=export_centre,
        answer_media=_TOML,
    ),
    Operation(
        method="POST",
        path="/centre",
        name="applyCentre",
        says="Put a description in force. With any error the whole file is refused, and every error is listed.",
        scopes=("admin",),
        serve=apply_centre,
        answer_type=CentreOutcome,
        body_type=str,
        body_media=_TOML,
        query=(
            QueryParameter(
                name="dry_run",
                says="1: only tell what would change.",
                schema={"type": "string", "enum": ["0", "1"], "default": "0"},
            ),
        ),
        refusals=(422,),
    ),
)
