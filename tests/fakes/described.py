"""Holds every answer of the studio against the studio's own description."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

import jsonschema_rs

from bot.frontends.studio_parts.description import Description

UNSTATED = {405, 421, 500, 503}
"""Not of an operation: a method or a host that is none, a fault of ours, a full disk."""


@dataclass
class Described:
    """Statuses, media types and JSON of every operation; ``seen`` are those that were checked, with their status."""

    data: dict[str, Any] = field(default_factory=lambda: Description.read().data)
    seen: set[tuple[str, int]] = field(default_factory=set)

    def check(self, method: str, path: str, status: int, kind: str, body: bytes) -> None:
        """Fail unless the answer is one that the description states."""
        about = self._operation(method, path.partition("?")[0])
        if about is None or status in UNSTATED:
            return
        name = about["operationId"]
        assert str(status) in about["responses"], f"{name} does not state {status}: {body[:300]!r}"
        answer = self._resolved(about["responses"][str(status)], "responses")
        self.seen.add((name, status))
        if "content" not in answer:
            return
        assert kind in answer["content"], f"{name}: {kind} is not {list(answer['content'])}"
        if kind == "application/json" and body:
            schema = {**answer["content"][kind]["schema"], "components": self.data["components"]}
            error = next(jsonschema_rs.Draft202012Validator(schema).iter_errors(json.loads(body)), None)
            assert error is None, f"{name} {status}: {error}"

    def _operation(self, method: str, path: str) -> dict[str, Any] | None:
        # A path without parameters goes before one with: "options" is no training.
        for template in sorted(self.data["paths"], key=lambda one: one.count("{")):
            pattern = "[^/]+".join(re.escape(piece) for piece in re.split(r"\{\w+\}", template))
            if re.fullmatch(pattern, path) and method.lower() in self.data["paths"][template]:
                return self.data["paths"][template][method.lower()]
        return None

    def _resolved(self, about: dict[str, Any], kind: str) -> dict[str, Any]:
        return self.data["components"][kind][about["$ref"].rpartition("/")[2]] if "$ref" in about else about
