"""The data half of training: a user's MIDI and MusicXML become pieces with a melody and a learned ensemble.

Free of torch: a chat may show the report before a minute is spent.
"""

from composer_core.dataset.findings import Duplicate, Item, Survey
from composer_core.dataset.known import CORPORA, open_dataset
from composer_core.dataset.listing import Refused
from composer_core.dataset.opening import Dataset
from composer_core.dataset.report import report_markdown, report_text
from composer_core.dataset.surveying import survey

__all__ = [
    "CORPORA",
    "Dataset",
    "Duplicate",
    "Item",
    "Refused",
    "Survey",
    "open_dataset",
    "report_markdown",
    "report_text",
    "survey",
]
