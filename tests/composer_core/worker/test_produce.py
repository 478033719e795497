"""Names of files, and what a failure is told as."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio.soundfonts import AudioError
from composer_core.worker.faults import explain
from composer_core.worker.produce import file_name


@given(st.text())
def test_any_name_becomes_a_safe_file_name(name):
    safe = file_name(name)
    assert re.fullmatch(r"\w([\w.-]*\w)?", safe) or safe.strip("-.") == safe
    assert safe and not set(safe) & set('/\\:*?"<>| \0\n') and len(safe.encode()) <= 100


@pytest.mark.parametrize(
    ("name", "safe"),
    [("ode-to-joy", "ode-to-joy"), ("../../etc/passwd", "etc-passwd"), ("My Tune (v2).final", "My-Tune-v2-.final"),
     ("Für Elise", "Für-Elise"), ("...", "melody"), ("", "melody")],
)  # fmt: skip
def test_a_good_name_is_kept(name, safe):
    assert file_name(name) == safe


def test_trouble_with_sound_is_the_users_to_mend(tmp_path):
    assert explain(AudioError("No soundfont:\nget one."), "job", tmp_path) == ("No soundfont: get one.", None)


def test_a_fault_of_ours_keeps_its_traceback_to_itself(tmp_path):
    message, detail = explain(KeyError("inside"), "job7", tmp_path)
    assert "job7" in message and "inside" not in message and "KeyError" in detail


def test_a_full_temporary_folder_is_named_rather_than_the_data_folder(tmp_path):
    error = OSError(28, "No space left on device", "/tmp")
    assert explain(error, "job", tmp_path)[0].startswith("Cannot write to /tmp: the disk is full")
