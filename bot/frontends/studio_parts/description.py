"""The API's description: the routes come from it, and requests are checked against it."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import jsonschema_rs

Schema = dict[str, Any]

_JSON, _STREAM = "application/json", "text/event-stream"
_SHOWN = 60


class NotAsDescribed(Exception):
    """A request is not as the description says; ``field`` names the part of it."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Parameter:
    """One parameter of an operation; its text is turned into what its schema says."""

    name: str
    where: str
    schema: Schema

    @cached_property
    def validator(self) -> Any:  # noqa: ANN401 - the library names no type
        """What checks a value."""
        return jsonschema_rs.Draft202012Validator(self.schema)

    def read(self, text: str) -> Any:  # noqa: ANN401 - a JSON value
        """Return the value of a text.

        Raises:
            NotAsDescribed: it has none that the schema allows.
        """
        value = _typed(text, self.schema["type"])
        if not self.validator.is_valid(value):
            raise NotAsDescribed(f"{self.name} {text[:_SHOWN]!r} will not do: {_wanted(self.schema)}.", self.name)
        return value


@dataclass(frozen=True)
class Operation:
    """One thing that the API can do."""

    name: str
    method: str
    path: str
    is_public: bool
    is_stream: bool
    """Whether its answer goes on for as long as something happens."""
    parameters: tuple[Parameter, ...] = ()
    body: Schema = field(default_factory=dict)
    """The schema with all that it refers to, if it takes JSON."""
    needs_body: bool = False

    @cached_property
    def validator(self) -> Any:  # noqa: ANN401 - the library names no type
        """What checks a body."""
        return jsonschema_rs.Draft202012Validator(self.body)

    def read_body(self, data: object) -> None:
        """Check a body.

        Raises:
            NotAsDescribed: it has other members, types or ranges.
        """
        error = next(self.validator.iter_errors(data), None)
        if error is not None:
            steps = [str(step) for step in error.instance_path]
            line = _in_a_line(error, ".".join(steps), self.body)
            raise NotAsDescribed(line, next(iter(steps), "") or _named_in(error))


@dataclass(frozen=True)
class Description:
    """The description as data, and as operations."""

    data: Schema
    operations: tuple[Operation, ...] = field(repr=False)

    @classmethod
    def read(cls) -> "Description":
        """Read it; schemas are compiled when they are first needed."""
        data: Schema = json.loads(Path(__file__).with_name("openapi.json").read_text(encoding="utf-8"))
        return cls(data, tuple(_operations(data)))


def _operations(data: Schema) -> Iterator[Operation]:
    components = data["components"]
    for path, methods in data["paths"].items():
        for method, about in methods.items():
            content = about.get("requestBody", {}).get("content", {})
            schema = {**content[_JSON]["schema"], "components": components} if _JSON in content else {}
            yield Operation(
                name=about["operationId"],
                method=method.upper(),
                path=path,
                is_public=about.get("security") == [],
                is_stream=_STREAM in about["responses"].get("200", {}).get("content", {}),
                parameters=tuple(_parameter(one, components) for one in about.get("parameters", ())),
                body=schema,
                needs_body=about.get("requestBody", {}).get("required", False),
            )


def _parameter(about: Schema, components: Schema) -> Parameter:
    about = components["parameters"][about["$ref"].rpartition("/")[2]] if "$ref" in about else about
    return Parameter(about["name"], about["in"], about["schema"])


def _typed(text: str, wanted: str) -> Any:  # noqa: ANN401 - a JSON value
    """Read a text as a type; what it is not stays text, which no other type's schema allows."""
    if wanted == "integer" and re.fullmatch(r"-?\d{1,18}", text, re.ASCII):
        return int(text)
    if wanted == "boolean" and text in ("true", "false"):
        return text == "true"
    return text


def _wanted(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return f"choose {' or '.join(map(str, schema['enum']))}"
    if schema["type"] == "boolean":
        return "say true or false"
    if "minimum" in schema and "maximum" in schema:
        return f"choose a number from {schema['minimum']} to {schema['maximum']}"
    if "maxLength" in schema:
        return f"it may have up to {schema['maxLength']} characters, and not every one"
    return "see the description"


def _in_a_line(error: Any, where: str, root: Schema) -> str:  # noqa: ANN401 - the library names no type
    """Say what is wrong as commands do, where a user can have typed it; else in the library's words."""
    *way, keyword = error.schema_path
    schema: Any = root
    for step in way:
        schema = schema[step]
    if keyword in ("minimum", "maximum") and {"minimum", "maximum"} <= schema.keys():
        limits = f"{schema['minimum']}-{schema['maximum']}"
        return f"{where} {str(error.instance)[:20]} is outside {limits}: choose a number in that range."
    if keyword == "maxLength":
        return f"{where} is longer than {schema[keyword]} characters: shorten it."
    said = " ".join(error.message.split())
    said = said if len(said) <= 3 * _SHOWN else said[: 3 * _SHOWN] + " …"
    return f"{where}: {said}." if where else f"{said}."


def _named_in(error: Any) -> str:  # noqa: ANN401 - the library names no type
    """The member that is missing or too many."""
    found = re.search(r'["\'](\w+)["\']', error.message)
    return found[1] if found else ""
