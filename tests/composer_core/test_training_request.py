import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer_core.errors import SettingError
from composer_core.training_request import (
    EPOCHS,
    LEARNING_RATE,
    MINUTES,
    NAME,
    SEED,
    TAGS_MOST,
    UPDATE_RATIO,
    Epoch,
    TrainRequest,
    check_name,
    read_tags,
)

words = st.text(st.characters(exclude_characters="= \t\n\x85\xa0", categories=["L", "N", "P"]), min_size=1, max_size=20)
requests = st.builds(
    TrainRequest,
    name=st.from_regex(NAME, fullmatch=True),
    dataset=st.sampled_from(["corpus:lieder", "file:abc/dataset.zip", "path:/songs"]),
    epochs=st.integers(*EPOCHS),
    learning_rate=st.floats(*LEARNING_RATE),
    update_ratio=st.integers(*UPDATE_RATIO),
    tags=st.dictionaries(words, words, max_size=3),
    minutes=st.none() | st.floats(*MINUTES),
    seed=st.integers(*SEED),
    finish=st.booleans(),
    description=st.text(max_size=50),
)


@given(requests)
def test_a_request_travels_as_json(request):
    assert TrainRequest.from_json(json.loads(json.dumps(request.to_json()))) == request


def test_older_and_newer_requests_are_read():
    data = TrainRequest("ab", "corpus:x").to_json()
    del data["licence"]
    assert TrainRequest.from_json(data | {"of-tomorrow": 1}) == TrainRequest("ab", "corpus:x")


def test_an_epoch_travels_as_json_and_inside_an_event():
    epoch = Epoch(1, 9, -0.5, 1.7, 1.2, 0.1, 0.2, {"in scale": (None, 0.9)}, (0.4, 0.3), 9.0, 5.7, 60.0, True)
    told = json.loads(json.dumps(epoch.to_json() | {"stage": "train", "fraction": 0.3, "plot": "a/b.png"}))
    assert Epoch.from_json(told) == epoch


@pytest.mark.parametrize(
    "wishes",
    [
        {"epochs": 0}, {"epochs": 1001}, {"learning_rate": 0.0}, {"learning_rate": 0.02}, {"learning_rate": math.nan},
        {"update_ratio": 0}, {"update_ratio": 11}, {"minutes": 0.0}, {"minutes": 1441.0}, {"minutes": math.inf},
        {"seed": -1}, {"seed": 2**31}, {"dataset": "/songs"}, {"dataset": ""}, {"name": "My Songs"},
    ],
    ids=str,
)  # fmt: skip
def test_what_lies_outside_its_limits_is_refused_in_one_line(wishes):
    with pytest.raises(SettingError) as caught:
        TrainRequest(**{"name": "my-songs", "dataset": "corpus:x", **wishes})
    assert "\n" not in str(caught.value)


@given(st.text(max_size=40))
def test_a_name_is_fit_to_be_a_folder_everywhere(name):
    try:
        check_name(name)
    except SettingError:
        return
    assert 2 <= len(name) <= 32 and name.isascii() and name == name.lower() and not set(name) & set("./\\: \n")


@pytest.mark.parametrize("name", ["ab", "my-waltzes", "0-1", "a" * 32])
def test_plain_names_will_do(name):
    check_name(name)


@pytest.mark.parametrize("name", ["", "a", "-ab", "ab-", "a.b", "..", "a/b", "ab\n", "ÄB", "a" * 33, "con fuoco"])
def test_other_names_will_not(name):
    with pytest.raises(SettingError, match="small letters"):
        check_name(name)


@given(st.dictionaries(words.map(str.lower), words, max_size=TAGS_MOST))
def test_tags_are_read_as_they_are_written(tags):
    assert read_tags(" ".join(f"{key}={value}" for key, value in tags.items())) == tags


def test_a_tags_value_may_hold_an_equals_sign_and_its_key_is_any_case():
    assert read_tags("  Mode=minor  note=a=b ") == {"mode": "minor", "note": "a=b"}


@pytest.mark.parametrize("text", ["minor", "=minor", "mode=", "a=b c", "a=" + "b" * 200])
def test_wrong_tags_are_named(text):
    with pytest.raises(SettingError, match="KEY=VALUE"):
        read_tags(text)


def test_too_many_tags_are_counted():
    with pytest.raises(SettingError, match="21 tags"):
        read_tags(" ".join(f"k{n}=v" for n in range(TAGS_MOST + 1)))
