"""The published face of a service: OpenAPI 3.1 in which every error is a problem with its codes."""

import sys
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from shared.db.idempotency import KeyInFlightError, KeyReusedError
from shared.errors import (
    ForbiddenError,
    PreconditionRequiredError,
    ServiceError,
    StaleError,
    UnauthorizedError,
)
from shared.web.auth import TokenInvalidError
from shared.web.faults import DatabaseUnavailableError, StorageFullError
from shared.web.once import HEADER, KeyMissingError
from shared.web.parameters import NulRefusedError, UnknownParameterError
from shared.web.problems import MEDIA_TYPE, ValidationFailedError
from shared.web.routes import KNOWN, PUBLIC, stated_permissions

Json: TypeAlias = dict[str, Any]

_TEXT: Final = {"type": "string"}
_PROBLEM: Final[Json] = {
    "title": "Problem",
    "description": "What went wrong (RFC 9457). `code` is stable and never translated; `title` and"
    " `detail` are in Indonesian or English by `Accept-Language`. No value that was sent is told.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "additionalProperties": True,
    "properties": {
        "type": {"type": "string", "format": "uri", "examples": ["urn:balai:problem:class-full"]},
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "code": {"type": "string", "examples": ["class-full"]},
        "request_id": {"type": ["string", "null"]},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["in", "pointer", "code", "detail"],
                "properties": {
                    "in": {
                        "type": "string",
                        "enum": ["body", "query", "path", "header", "cookie"],
                    },
                    "pointer": _TEXT,
                    "code": _TEXT,
                    "detail": _TEXT,
                },
            },
        },
    },
}
_REFERENCE: Final = {"$ref": "#/components/schemas/Problem"}
_FASTAPI_SCHEMAS: Final = ("HTTPValidationError", "ValidationError")
_INTERNAL: Final = ServiceError


# `openapi_extra` of a route whose body is a file of rows; FastAPI declares the CSV itself.
WORKBOOK_BODY: Final[Json] = {
    "requestBody": {
        "content": {
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {
                "schema": {"type": "string", "format": "binary"}
            }
        }
    }
}


def problems(*errors: type[ServiceError]) -> dict[int | str, Json]:
    """Return `responses=` of a route from the errors that it raises of its own.

    Those of tokens, keys, ETags, validation and the database are added to every route that has
    them.
    """
    responses: dict[int | str, Json] = {}
    for error in errors:
        _add_problem(responses, error)
    return responses


def _add_problem(
    responses: dict[Any, Json], error: type[ServiceError], *, text: bool = False
) -> None:
    status: Any = str(error.status.value) if text else error.status.value
    response = responses.setdefault(
        status, {"description": "Problem.", "content": {MEDIA_TYPE: {"examples": {}}}}
    )
    content = response["content"].setdefault(MEDIA_TYPE, {"examples": {}})
    content["schema"] = _REFERENCE
    content.setdefault("examples", {})[error.code] = {
        "summary": error.title.en,
        "value": {
            "type": f"urn:balai:problem:{error.code}",
            "title": error.title.id,
            "status": error.status.value,
            "detail": error.title.id,
            "code": error.code,
            "request_id": "01a1f0c86c1e7bd29f3a5f0c6d2b7e11",
        },
    }


class Api(FastAPI):
    """An application whose OpenAPI tells what its routes really ask and answer."""

    def openapi(self) -> Json:
        """Return the OpenAPI document; made once."""
        if self.openapi_schema is None:
            document = super().openapi()
            _complete(document, self)
        return super().openapi()


def _complete(document: Json, app: FastAPI) -> None:
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    permissions = {
        (method.lower(), path): stated for method, path, stated in stated_permissions(app)
    }
    for path, operations in document.get("paths", {}).items():
        for method, operation in operations.items():
            _complete_operation(operation, permissions[method, path])
            _hoist_definitions(operation, schemas)
    for name in _FASTAPI_SCHEMAS:
        schemas.pop(name, None)
    schemas["Problem"] = _PROBLEM
    for schema in schemas.values():
        if "example" in schema:
            schema["example"] = _with_nulls(schema["example"], schema, schemas)
    components["schemas"] = dict(sorted(schemas.items()))
    components["examples"] = _share_examples(document)
    components["securitySchemes"] = {
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "at+jwt",
            "description": "Access token by RFC 9068, signed with EdDSA or ES256."
            " `x-permissions` of an operation names what a role of the caller must give.",
        }
    }
    document["tags"] = _tags(app)


def _with_nulls(example: Any, schema: Json, schemas: Json) -> Any:  # noqa: ANN401 - any JSON
    """Return an example with its null members, which FastAPI drops although they are required."""
    kinds = _kinds(schema, schemas)
    if isinstance(example, list):
        [within] = [each["items"] for each in kinds if "items" in each] or [{}]
        return [_with_nulls(each, within, schemas) for each in example]
    shapes = [each for each in kinds if "properties" in each]
    if not isinstance(example, dict) or len(shapes) != 1:
        return example
    [shape] = shapes
    members: Json = shape["properties"]
    dropped = (name for name in shape.get("required", ()) if name not in example)
    nulls = {name: None for name in dropped if {"type": "null"} in _kinds(members[name], schemas)}
    told = {
        name: _with_nulls(value, members.get(name, {}), schemas) for name, value in example.items()
    }
    return {**told, **nulls}


def _kinds(schema: Json, schemas: Json) -> list[Json]:
    """Return what a value may be by its schema: one kind, or any of several."""
    if "$ref" in schema:
        return _kinds(schemas.get(schema["$ref"].rpartition("/")[2], {}), schemas)
    if "anyOf" in schema:
        return [kind for each in schema["anyOf"] for kind in _kinds(each, schemas)]
    return [schema]


def _complete_operation(operation: Json, permission: str) -> None:
    operation["description"] = operation.get("description", "").partition("\n\nRaises:")[0]
    responses = operation["responses"]
    fastapi_422 = responses.get("422", {}).get("content", {})
    takes_input = fastapi_422.pop("application/json", None) is not None
    if takes_input and not fastapi_422:
        del responses["422"]
    for error in _expected(operation, permission, takes_input=takes_input):
        _add_problem(responses, error, text=True)
    operation["responses"] = dict(sorted(responses.items()))
    if permission == PUBLIC:
        operation["security"] = [{}, {"bearer": []}]
    else:
        # A scheme of type http has no scopes by OpenAPI 3.1: permissions stand beside it.
        operation["security"] = [{"bearer": []}]
        operation["x-permissions"] = [each for each in permission.split() if each != KNOWN]


def _expected(operation: Json, permission: str, *, takes_input: bool) -> list[type[ServiceError]]:
    """Return the errors that come with what the operation takes, whatever it does."""
    errors: list[type[ServiceError]] = [UnknownParameterError, TokenInvalidError, _INTERNAL]
    errors += [DatabaseUnavailableError, StorageFullError]
    if permission != PUBLIC:
        errors += [UnauthorizedError, ForbiddenError]
    if takes_input or "requestBody" in operation:
        errors.append(ValidationFailedError)
    for parameter in operation.get("parameters", ()):
        if parameter["in"] in ("path", "query"):
            errors.append(NulRefusedError)
        if parameter["name"] == HEADER:
            parameter["required"] = True
            errors += [KeyMissingError, KeyInFlightError, KeyReusedError]
        if parameter["name"] == "If-Match":
            parameter["required"] = True
            errors += [PreconditionRequiredError, StaleError]
    return errors


def _share_examples(document: Json) -> Json:
    """Return the example of every code; operations keep a reference, and say which codes come."""
    shared: Json = {}
    for operations in document.get("paths", {}).values():
        for operation in operations.values():
            for response in operation["responses"].values():
                examples = response.get("content", {}).get(MEDIA_TYPE, {}).get("examples", {})
                for code, example in examples.items():
                    shared.setdefault(code, example)
                    examples[code] = {"$ref": f"#/components/examples/{code}"}
                if examples:
                    response["description"] = f"Problem: {', '.join(sorted(examples))}."
    return dict(sorted(shared.items()))


def _hoist_definitions(operation: Json, schemas: Json) -> None:
    """Move what the schemas of a lean route define to where their references look for it."""
    bodies = operation.get("requestBody", {}).get("content", {}).values()
    for holder in (*bodies, *operation.get("parameters", ())):
        for name, schema in holder.get("schema", {}).pop("$defs", {}).items():
            schemas.setdefault(name, schema)


def _tags(app: FastAPI) -> list[Mapping[str, str]]:
    """Describe each tag by the first line of the package, or shared module, of its routes."""
    found: dict[str, str] = {}
    for context in iter_route_contexts(app.routes):
        if getattr(context, "include_in_schema", False):
            name = str(getattr(context.endpoint, "__module__", ""))
            place = name if name.startswith("shared.") else name.rpartition(".")[0]
            text = (getattr(sys.modules.get(place), "__doc__", None) or "").strip()
            for tag in getattr(context, "tags", ()):
                found.setdefault(str(tag), text.partition("\n")[0] or str(tag))
    return [{"name": name, "description": text} for name, text in sorted(found.items())]
