"""Discord's official descriptions as validators; without the folder ``../shared/specs`` nothing is checked."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

SPECS = Path(__file__).parents[4] / "shared" / "specs" / "discord"
HTTP, PAYLOADS = SPECS / "discord-openapi-v10.json", SPECS / "discord-api-types.schema.json"
MISSING = not (HTTP.exists() and PAYLOADS.exists())


@cache
def _document(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


@cache
def _operations() -> list[tuple[str, re.Pattern[str], str]]:
    """(method, path pattern, template) of every operation, literal paths before those with parameters."""
    found = []
    for template, methods in _document(HTTP)["paths"].items():
        pattern = re.compile(re.sub(r"\\\{[^/]+?\\\}", "[^/]+", re.escape(template)))
        found += [(method.upper(), pattern, template) for method in methods if method != "parameters"]
    return sorted(found, key=lambda one: one[2].count("{"))


@cache
def _request_validator(method: str, template: str) -> Any:
    import jsonschema_rs

    document = _document(HTTP)
    content = document["paths"][template][method.lower()].get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema")
    if schema is None:
        return None
    return jsonschema_rs.Draft202012Validator({**schema, "components": document["components"]})


@cache
def _payload_validator(definition: str) -> Any:
    import jsonschema_rs

    definitions = _document(PAYLOADS)["definitions"]
    return jsonschema_rs.Draft7Validator({"$ref": f"#/definitions/{definition}", "definitions": definitions})


def request_problems(method: str, path: str, body: Any) -> list[str]:
    """What is wrong with a request's JSON body, or that there is no such operation."""
    if MISSING:
        return []
    template = next((name for verb, pattern, name in _operations() if verb == method and pattern.fullmatch(path)), None)
    if template is None:
        return [f"{method} {path}: no such operation"]
    validator = _request_validator(method, template)
    if validator is None:
        return [f"{method} {path}: takes no body"] if body is not None else []
    return [
        f"{method} {template}: {error.message} at {list(error.instance_path)}" for error in validator.iter_errors(body)
    ]


def payload_problems(definition: str, payload: Any) -> list[str]:
    """What is wrong with something that the gateway sends."""
    if MISSING:
        return []
    return [
        f"{definition}: {error.message[:300]} at {list(error.instance_path)}"
        for error in _payload_validator(definition).iter_errors(payload)
    ]
