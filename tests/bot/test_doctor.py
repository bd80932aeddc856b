"""The doctor: one line for each thing, and every mistake found before a job finds it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from bot.config import DEFAULT_PATH, PROJECT, Config, load_config
from bot.doctor import Check, Mark, check_models, check_nets, examine
from gpu.hub import HubCache
from gpu.types import ModelSpec
from storage.database import Database

GOOD_TOKEN = "TESTTESTTESTTESTTESTTEST.TEST12.TESTTESTTESTTESTTESTTESTTEST"
NAMES = ["config", "token", "database", "disk", *["model"] * len(load_config().models), "device", "optimise", "safety"]


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("DISCORD_TOKEN", raising=False)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(DEFAULT_PATH.read_text("utf-8"), "utf-8")
    return path


def change(file: Path, old: str, new: str) -> Path:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")
    return file


def until(name: str, file: Path) -> Check:
    """The first line of that name; later ones are not asked for."""
    return next(check for check in examine(file) if check.name == name)


def models(config: Config, *, offline: bool = True, folder: Path = Path("/nonexistent")) -> dict[str, Check]:
    return dict(zip(config.models, check_models(config, HubCache(folder, offline=offline)), strict=True))


def with_model(config: Config, **settings: object) -> Config:
    """The configuration with only one model, the default one."""
    spec = ModelSpec.model_validate({"name": "starter", "family": "sdxl"} | settings)
    return config.model_copy(update={"models": {"starter": spec}})


def test_shipped_configuration_passes_and_says_what_is_optional(file: Path) -> None:
    command = [sys.executable, "-m", "bot", "doctor", "--config", str(file)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=120, env=_offline(file.parent))
    lines = done.stdout.splitlines()
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line.split()[1].rstrip(":") for line in lines[:-1]] == NAMES
    assert lines[1].startswith("– token")  # the demo needs none
    assert "cpu" in lines[-4] or "cuda" in lines[-4] or "mps" in lines[-4]
    assert "sexual" in lines[-2]


def test_nets_that_could_not_be_loaded_are_named(file: Path, tmp_path: Path) -> None:
    pickles = tmp_path / "pickles"
    pickles.mkdir()
    (pickles / "pytorch_model.bin").write_bytes(b"a pickle")
    change(file, 'depth = ""', 'depth = "pickles"')
    change(file, 'seg = ""', f'seg = {{ source = "org/later", revision = "{"0" * 40}" }}')
    file.write_text(f'{file.read_text()}\n[models.starter.controlnets]\ncanny = {{ source = "/no/such/net" }}\n')
    nets = list(check_nets(load_config(file), HubCache(Path("/nonexistent"), offline=True)))
    assert [(check.name, check.mark) for check in nets] == [("control", Mark.BAD)] * 2
    assert "starter, canny: There is nothing at /no/such/net" in nets[0].text
    assert "[control] depth" in nets[1].text
    assert "pytorch_model.bin" in nets[1].text


def test_failure_is_exit_1_and_the_other_checks_still_run(file: Path) -> None:
    change(file, 'source = "gpu/starter"', 'source = "/no/such/folder"')
    change(file, 'device = "auto"', 'device = "cuda:7"')
    command = [sys.executable, "-m", "bot", "doctor", "--config", str(file)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=120, env=_offline(file.parent))
    lines = done.stdout.splitlines()
    assert done.returncode == 1
    assert [line.split()[1].rstrip(":") for line in lines[:-1]] == NAMES
    assert lines[4].startswith("✗ model")
    assert "/no/such/folder" in lines[4]
    assert lines[-4].startswith("✗ device")
    assert "cuda:7" in lines[-4]
    assert lines[-2].startswith("✓ safety")


def _offline(home: Path) -> dict[str, str]:
    return {"HF_HUB_OFFLINE": "1", "HF_HOME": str(home / "hf"), "PATH": "/usr/bin:/bin"}


def test_broken_configuration_is_the_only_line(file: Path) -> None:
    (check,) = examine(change(file, "waiting = 10", "wating = 10"))
    assert check.mark is Mark.BAD
    assert "wating" in check.text


@pytest.mark.parametrize(("token", "mark"), [("", Mark.NOTE), ("abc", Mark.BAD), (GOOD_TOKEN, Mark.GOOD)])
def test_token(file: Path, monkeypatch: pytest.MonkeyPatch, token: str, mark: Mark) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", token)
    check = until("token", file)
    assert check.mark is mark
    assert not token or token not in check.text


def test_options_that_cannot_work_here_are_named(file: Path) -> None:
    change(file, 'use = "auto"', 'use = ["sdpa", "vae-tiling", "compile"]')
    change(file, 'device = "auto"', 'device = "cpu"')
    good, bad = [check for check in examine(file) if check.name == "optimise"]
    assert (good.mark, good.text) == (Mark.GOOD, "sdpa, vae-tiling")
    assert bad.mark is Mark.BAD
    assert "compile" in bad.text
    assert "cuda" in bad.text


@pytest.fixture
def database(file: Path) -> Path:
    path = file.parent / "data" / "easel.db"
    path.parent.mkdir()
    return path


def test_database_that_is_none(file: Path, database: Path) -> None:
    database.write_bytes(b"not SQLite at all, but long enough to be looked at" * 100)
    assert until("database", file).mark is Mark.BAD


async def test_database_of_a_running_bot(file: Path, database: Path) -> None:
    async with Database.open(database):
        check = await asyncio.to_thread(until, "database", file)
    assert check.mark is Mark.GOOD
    assert "in use" in check.text


def test_other_models_may_be_absent_but_not_the_default_one() -> None:
    config = load_config()
    found = models(config)
    assert [check.mark for check in found.values()] == [Mark.GOOD, *[Mark.NOTE] * (len(config.models) - 1)]
    assert "CreativeML" in found["sdxl"].text
    assert "not for commercial use" in found["turbo"].text
    needed = models(config.model_copy(update={"default_model": "sdxl"}))
    assert needed["sdxl"].mark is Mark.BAD
    assert "HF_HUB_OFFLINE" in needed["sdxl"].text


def test_every_mistake_with_a_model_has_its_sentence(tmp_path: Path) -> None:
    pickle, text = tmp_path / "model.ckpt", tmp_path / "model.safetensors"
    pickle.write_bytes(b"pickle")
    text.write_text("this is no safetensors file")
    starter = PROJECT / "gpu" / "starter"
    no_lora = {"source": str(starter / "unet" / "diffusion_pytorch_model.safetensors")}
    sources = {
        "nothing at": {"source": str(tmp_path / "nothing")},
        "pickle": {"source": str(pickle)},
        "broken or cut off": {"source": str(text)},
        "not complete": {"source": str(tmp_path)},
        "no model family": {"source": str(starter), "family": "nope"},
        "cannot be reached": {"source": "org/model", "revision": "0" * 40},
        "LoRA": {"source": str(starter), "loras": [no_lora]},
    }
    for words, settings in sources.items():
        (check,) = models(with_model(load_config(), **settings)).values()
        assert check.mark is Mark.BAD, words
        assert words in check.text


def test_hub_repository_without_a_revision_is_noted(tmp_path: Path) -> None:
    snapshot = tmp_path / "models--org--starter" / "snapshots" / ("0" * 40)
    snapshot.parent.mkdir(parents=True)
    snapshot.symlink_to(PROJECT / "gpu" / "starter")
    (tmp_path / "models--org--starter" / "refs").mkdir()
    (tmp_path / "models--org--starter" / "refs" / "main").write_text("0" * 40)
    for revision, mark in (("", Mark.NOTE), ("0" * 40, Mark.GOOD)):
        config = with_model(load_config(), source="org/starter", revision=revision)
        (check,) = models(config, folder=tmp_path).values()
        assert check.mark is mark
