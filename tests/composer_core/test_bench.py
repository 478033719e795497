import json

import pytest

from composer_core import bench
from composer_core.worker.setup import Setup
from storage.home import Home


def test_every_bench_of_the_road_gives_a_figure_and_its_target(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(bench, "_tune", lambda bars, tune=bench._tune: tune(1))
    arguments = ["compose", "render", "--technique", "blocks", "--repeat", "1", "--json"]
    assert bench.main(arguments, Setup(Home(tmp_path))) == 0
    results = json.loads(capsys.readouterr().out)
    assert [result["id"] for result in results] == ["compose", "render"]
    assert all(result["value"] > 0 and result["target"] and result["unit"] for result in results)
    assert {result["status"] for result in results} <= {"reached", "missed"}


def test_an_unknown_bench_is_one_line(tmp_path, capsys):
    with pytest.raises(SystemExit) as leaving:
        bench.main(["speed"], Setup(Home(tmp_path)))
    assert leaving.value.code == 2 and capsys.readouterr().err.count("\n") == 1
