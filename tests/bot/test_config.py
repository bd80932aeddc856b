"""config.toml: what is shipped is complete, and whatever is wrong in a changed one is named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from bot.config import DEFAULT_PATH, PROJECT, Config, load_config
from bot.errors import ConfigError
from bot.text import sentence_of
from gpu.layouts import LAYOUTS
from gpu.sources import Hub, Local, where

FLUX_WITH_A_NET = '[models.f]\nfamily = "flux"\nsource = "x"\ncontrolnets.canny.source = "y"\n'
SHIPPED = DEFAULT_PATH.read_text("utf-8")


def changed(folder: Path, old: str, new: str) -> Path:
    """A copy of the shipped file with one change."""
    assert old in SHIPPED
    path = folder / "config.toml"
    path.write_text(SHIPPED.replace(old, new, 1), "utf-8")
    return path


def keys_of(model: type[BaseModel], prefix: str = "") -> set[str]:
    """Every key that may stand in config.toml outside of [models]."""
    found: set[str] = set()
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            found |= keys_of(field.annotation, f"{prefix}{name}.")
        elif name != "models":
            found.add(f"{prefix}{name}")
    return found


def test_shipped_file_has_every_key_with_a_comment_and_its_default() -> None:
    section, written = "", {}
    for line in SHIPPED.partition("# --- Models")[0].splitlines():
        if header := re.match(r"\[([\w.]+)\]", line):
            section = f"{header[1]}."
        elif entry := re.match(r"(\w+) = .*?\s# \S", line):
            written[f"{section}{entry[1]}"] = line
    free = {  # own names
        "safety.thresholds", "safety.borderline", "reactions", "gallery.channels", "optimise.tiny_vae", "versions",
    }  # fmt: skip
    assert set(written) >= keys_of(Config) - free
    shipped = load_config()
    for name in ("discord", "queue", "worker", "safety", "vary"):
        assert getattr(shipped, name) == type(getattr(shipped, name))()


def test_shipped_models_are_the_starter_and_pinned_hub_repositories() -> None:
    config = load_config()
    assert where(config.models["starter"]) == Local(PROJECT / "gpu" / "starter")
    for spec in config.models.values():
        assert spec.family in LAYOUTS
        assert spec.licence
        for source in map(where, (spec, *spec.loras)):
            assert isinstance(source, Local) or source.pinned


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    config = load_config(changed(tmp_path, 'source = "gpu/starter"', 'source = "mine"'))
    assert config.data_dir == tmp_path / "data"
    assert config.models["starter"].source == str(tmp_path / "mine")
    assert where(config.models["sdxl"]) == Hub(
        "stabilityai/stable-diffusion-xl-base-1.0", config.models["sdxl"].revision
    )


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("waiting = 10", "wating = 10", "queue.wating"),
        ("running = 3", "running = 0", "queue.running"),
        ("running = 3", 'running = "many"', "queue.running"),
        ('device = "auto"', 'device = "gpu"', "worker.device"),
        ('default_model = "starter"', 'default_model = "nope"', "nope"),
        ("num_inference_steps = 14", "steps = 14", "models.starter.steps"),
        ('scheduler = "Euler"', 'scheduler = "Eulr"', "models.starter.scheduler"),
        ("[models.sdxl]", f"{FLUX_WITH_A_NET}[models.sdxl]", "flux"),
        ("[queue]", "[queue", "config.toml"),
        ("[versions]", '[versions]\n"6.1" = "nope"', "'6.1' is 'nope'"),
        ("[versions]", '[versions]\n"6.1" = "sd-x4"', "'6.1' is 'sd-x4'"),
        ("[versions]", '[versions]\n"six" = "sdxl"', "'six' is no version"),
        ("[versions]", '[versions]\n6 = 7', "versions.6"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, old: str, new: str, named: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(changed(tmp_path, old, new))
    assert named in sentence_of(caught.value)


def test_versions_may_be_written_as_people_write_them(tmp_path: Path) -> None:
    written = '[versions]\n7 = "sdxl"\n6.1 = "sd15"\n"v5.2" = "sd15"\n"Niji6" = "lcm"\nniji = "starter"\n"8.0" = "sdxl"'
    config = load_config(changed(tmp_path, "[versions]", written))
    assert config.versions == {
        "7": "sdxl", "6.1": "sd15", "5.2": "sd15", "niji 6": "lcm", "niji": "starter", "8": "sdxl",
    }  # fmt: skip


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path / "nothing.toml")
    assert "nothing.toml" in sentence_of(caught.value)
