"""The description of the providers' interface (OpenAPI 3.1). `tests/ce/test_provider_api.py` holds the views to it."""

from typing import Any

from examprep.ce.provider_reading import KINDS, MINUTES_MOST, REQUIRED
from examprep.ce.rules.requirement import CATEGORIES

EXAMPLE = {
    "key": "2026-03-0512",
    "id_number": "52052619900307001X",
    "name": "王小明",
    "title": "个案管理进阶培训",
    "category": "professional",
    "minutes": 270,
    "first_on": "2026-03-05",
    "from_time": "09:00",
    "to_time": "16:00",
    "result": "合格",
}


def description(base_url: str) -> dict[str, Any]:
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "examprep: credit hours from providers / 施教机构学时报送接口",
            "version": "1.0.0",
            "description": (
                "One record is one participant of one activity. It stands in the ledger at once. The key is the "
                "provider's own number of the record: sent again, it answers as the first time and records nothing "
                "more. One credit hour (学时) is 45 minutes; minutes are whole. Days and times are those of China."
            ),
        },
        "servers": [{"url": f"{base_url}/ce/api/v1"}],
        "security": [{"key": []}],
        "paths": {
            "/records": {
                "post": {
                    "operationId": "record",
                    "summary": "Record the hours of one participant / 报送一条学时",
                    "requestBody": {
                        "required": True,
                        "content": {"application/json": {"schema": _ref("Record"), "example": EXAMPLE}},
                    },
                    "responses": {
                        "201": _answers("Recorded, now or the first time this key was sent", "Recorded"),
                        "401": _answers("The key is missing, unknown or revoked", "Refusal"),
                        "404": _answers("Nobody of this ID number and name whom the provider may report", "Refusal"),
                        "409": _answers("The key was used for another record, or the hours overlap others", "Refusal"),
                        "422": _answers("A field is missing or not right", "Refusal"),
                    },
                }
            },
            "/records/{key}": {
                "get": {
                    "operationId": "recordOf",
                    "summary": "What became of a record / 查询一条记录",
                    "parameters": [{"name": "key", "in": "path", "required": True, "schema": _KEY}],
                    "responses": {
                        "200": _answers("The record as it stands", "State"),
                        "401": _answers("The key is missing, unknown or revoked", "Refusal"),
                        "404": _answers("The provider has sent no such record", "Refusal"),
                    },
                }
            },
        },
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                "Record": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": list(REQUIRED),
                    "properties": _PROPERTIES,
                },
                "Recorded": _object(_RECORDED),
                "State": _object({**_RECORDED, "state": {"enum": ["recorded", "reversed"]}}),
                "Refusal": _object({"error": {"type": "string"}, "message": {"type": "string"}}),
            },
        },
    }


_KEY = {"type": "string", "pattern": "^[A-Za-z0-9._:-]{1,80}$"}
_DAY = {"type": "string", "format": "date"}
_TIME = {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}
_PROPERTIES: dict[str, Any] = {
    "key": _KEY,
    "id_number": {"type": "string", "pattern": "^[0-9]{17}[0-9Xx]$"},
    "name": {"type": "string", "minLength": 1, "maxLength": 50},
    "title": {"type": "string", "minLength": 1, "maxLength": 100},
    "category": {"enum": list(CATEGORIES)},
    "minutes": {"type": "integer", "minimum": 1, "maximum": MINUTES_MOST},
    "first_on": _DAY,
    "last_on": {**_DAY, "description": "The same day where it is left out"},
    "from_time": {**_TIME, "description": "Of each day; with to_time, or neither"},
    "to_time": _TIME,
    "kind": {"enum": list(KINDS), "default": "hours"},
    "result": {"type": "string", "maxLength": 50, "description": "Of a test, in words"},
}
_RECORDED: dict[str, Any] = {
    "record": {"type": "integer"},
    "key": _KEY,
    "minutes": {"type": "integer"},
    "category": {"enum": list(CATEGORIES)},
    "recorded_at": {"type": "string", "format": "date-time"},
}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _answers(what: str, schema: str) -> dict[str, Any]:
    return {"description": what, "content": {"application/json": {"schema": _ref(schema)}}}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": properties,
    }
