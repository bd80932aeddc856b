"""Several jobs of one line on the command line."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from tests.bot.test_cli import config, easel, objects

__all__ = ["config"]


def test_a_sweep_prints_its_pictures_and_its_sheet(config: Path, tmp_path: Path) -> None:
    where = ("--out", tmp_path / "out", "--config", config)
    axes = ("--x", "cfg 2, 3, 4, 5", "--y", "sampler Euler, DDIM, LMS")
    done = easel("sweep", "a fox --steps 1 --seed 7", *axes, "--yes", *where)
    assert done.returncode == 0, done.stderr
    *pictures, sheet = objects(done.stdout)
    assert len(pictures) == 12, "more cells than a member may have waiting: who sits there may"
    assert {picture["seed"] for picture in pictures} == {7}
    settings = [(picture["params"]["guidance_scale"], picture["params"]["scheduler"]) for picture in pictures]
    assert settings[:5] == [(2, "Euler"), (3, "Euler"), (4, "Euler"), (5, "Euler"), (2, "DDIM")]
    with Image.open(sheet["sheet"]) as picture:
        assert picture.size == (sheet["width"], sheet["height"])
    again = easel("imagine", "--image", pictures[5]["path"], *where)
    (same,) = objects(again.stdout)
    assert (same["seed"], same["params"]["guidance_scale"], same["params"]["scheduler"]) == (7, 3, "DDIM")


def test_the_question_is_asked(config: Path, tmp_path: Path) -> None:
    where = ("--out", tmp_path / "out", "--config", config)
    line = "a {red, blue} fox --n 1 --steps 1"
    no = easel("imagine", line, *where, stdin="n\n")
    assert (no.returncode, no.stdout) == (2, "")
    assert "2 jobs" in no.stderr
    assert "a blue fox" in no.stderr
    assert not (tmp_path / "out").exists()
    yes = easel("imagine", line, *where, stdin="y\n")
    assert [picture["params"]["prompt"] for picture in objects(yes.stdout)] == ["a red fox", "a blue fox"]


def test_what_is_refused_of_several(config: Path, tmp_path: Path) -> None:
    where = ("--yes", "--out", tmp_path / "out", "--config", config)
    for line, code, words in (
        ("a {fox, naked child}", 3, "never draw"),
        ("a fox --repeat 41", 2, "40"),
        ("a fox --steps {5, 500}", 2, "150"),
    ):
        done = easel("imagine", line, *where)
        assert (done.returncode, done.stdout) == (code, ""), line
        assert words in done.stderr
