"""What becomes of a modal that was sent off: it closes, or it shows at which field something is wrong."""

import asyncio
from collections.abc import Mapping
from typing import Any

ERROR = 2000
PATIENCE_S = 2.0  # of Slack's three seconds; what takes longer is answered outside the modal


class Verdict:
    """Decided once: by the first reply of the command, or by the time that is left."""

    def __init__(self, view: Mapping[str, Any]) -> None:
        inputs = [block["block_id"] for block in view.get("blocks", []) if block.get("type") == "input"]
        self._fields = inputs or list(view.get("state", {}).get("values", {}))
        self._decided: asyncio.Future[Mapping[str, Any] | None] = asyncio.get_running_loop().create_future()

    def refuse(self, option: str, text: str) -> bool:
        """Show an error at the field of an option, or at the first; false if the modal has closed already."""
        if self._decided.done() or not self._fields:
            return False
        field = option if option in self._fields else self._fields[0]
        said = text.replace("**", "").replace("`", "")[:ERROR]
        self._decided.set_result({"response_action": "errors", "errors": {field: said}})
        return True

    def accept(self) -> None:
        """Let the modal close."""
        if not self._decided.done():
            self._decided.set_result(None)

    async def within(self, patience_s: float = PATIENCE_S) -> Mapping[str, Any] | None:
        """Return what the acknowledgement carries, in time."""
        await asyncio.wait({self._decided}, timeout=patience_s)
        self.accept()
        return self._decided.result()
