"""The progress bar, on a terminal only."""

import sys
from types import TracebackType
from typing import Any

from storage.jobs import Job, Ledger

FULL = 100


class ProgressLine:
    """A title and one line on stderr: place in the queue, stage, share done; silent when stderr is no terminal."""

    def __init__(self, title: str) -> None:
        self.title = title
        self._bar: Any = None

    def __enter__(self) -> "ProgressLine":
        if sys.stderr.isatty():
            print(self.title, file=sys.stderr)
            from tqdm import tqdm  # half a tenth of a second that a pipe need not wait for

            self._bar = tqdm(total=FULL, leave=False, bar_format="{desc:<28}{percentage:3.0f}%|{bar}| {elapsed}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()

    def say(self, text: str) -> None:
        """Print lines above the bar, or alone where there is none."""
        if self._bar is not None:
            self._bar.write(text, file=sys.stderr)
        else:
            print(text, file=sys.stderr)

    def show(self, job: Job, ledger: Ledger) -> None:
        """Show where the job is."""
        if self._bar is None:
            return
        if job.status == "queued":
            self._bar.set_description_str(f"waiting, place {ledger.place(job.id) or 1} in the queue")
        else:
            progress = job.progress or {}
            self._bar.set_description_str(str(progress.get("stage", "start")))
            self._bar.n = int(FULL * float(progress.get("fraction", 0.0)))
        self._bar.refresh()
