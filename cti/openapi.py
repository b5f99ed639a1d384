"""The OpenAPI 3.1 document, made from the operations and their types."""

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from cti.problems import CONTENT_TYPE, Problem
from cti.resources import Operation

_COMPONENT = "#/components/schemas/{name}"
_PATH_PARAMETER = re.compile(r"\{(\w+)\}")
_ID_SCHEMA = {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"}
_ALWAYS_REFUSED = (400, 401, 403, 429)
_BODY_REFUSED = (413,)


def document(operations: Iterable[Operation], version: str) -> dict[str, Any]:
    """The whole document."""
    operations = tuple(operations)
    kinds: list[Any] = [Problem]
    for operation in operations:
        kinds += [kind for kind in (operation.answer_type, operation.body_type) if kind is not None and kind is not str]
    _, schemas = msgspec.json.schema_components(dict.fromkeys(kinds), ref_template=_COMPONENT)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Sambut API",
            "version": version,
            "description": "Live state, control, history and recordings of the contact centre.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/api/v1"}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "responses": {
                "Refused": {
                    "description": "Refused: a problem document (RFC 9457).",
                    "content": {CONTENT_TYPE: {"schema": {"$ref": _COMPONENT.format(name="Problem")}}},
                }
            },
        },
    }


def _operation(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.says,
        "description": f"Needs one of the scopes: {', '.join(operation.scopes)}.",
        "parameters": _parameters(operation),
        "responses": _responses(operation),
    }
    if operation.body_type is not None:
        described["requestBody"] = {
            "required": True,
            "content": {operation.body_media: {"schema": _schema(operation.body_type)}},
        }
    return described


def _schema(kind: type) -> dict[str, Any]:
    return {"type": "string"} if kind is str else {"$ref": _COMPONENT.format(name=kind.__name__)}


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    in_path = [
        {"name": name, "in": "path", "required": True, "schema": _ID_SCHEMA}
        for name in _PATH_PARAMETER.findall(operation.path)
    ]
    in_query = [
        {"name": each.name, "in": "query", "description": each.says, "schema": each.schema} for each in operation.query
    ]
    in_header: list[dict[str, Any]] = []
    if operation.serves_ranges:
        in_header = [{"name": "Range", "in": "header", "schema": {"type": "string"}}]
    return [*in_path, *in_query, *in_header]


def _responses(operation: Operation) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    if operation.answer_type is not None:
        schema = _schema(operation.answer_type)
    answered = {"description": "Done.", "content": {operation.answer_media: {"schema": schema}}}
    responses: dict[str, Any] = {"200": answered}
    if operation.serves_ranges:
        responses["206"] = {"description": "The range asked for.", "content": answered["content"]}
    of_body = _BODY_REFUSED if operation.body_type is not None else ()
    for status in sorted({*_ALWAYS_REFUSED, *of_body, *operation.refusals}):
        responses[str(status)] = {"$ref": "#/components/responses/Refused"}
    return responses
