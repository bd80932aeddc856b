"""Jobs for other programs and pictures from them, on the command line: the line that comes out can be run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from bot.config import Config, load_config
from bot.exchange import line_of
from bot.prompt.models import parse_line
from bot.prompt.parser import ParsedPrompt
from bot.prompt.resolve import resolve
from bot.prompt.styles import bundled_styles
from gpu.comfyui import workflow
from gpu.metadata import ReadBack
from gpu.params import GenerationParams
from gpu.types import GenerationRequest
from tests.bot.test_cli import config, easel, objects

__all__ = ["config"]


@pytest.fixture
def shipped() -> Config:
    return load_config()


def parsed(text: str, config: Config) -> ParsedPrompt:
    return parse_line(text, config, bundled_styles())


def test_export_and_read_on_the_command_line(config: Path, tmp_path: Path) -> None:
    Image.new("RGB", (64, 64), "red").save(tmp_path / "start.png")
    line = "a red apple, 3d render --seed 7 --steps 4 --n 2 --strength 0.5"
    drawn = objects(
        easel("imagine", line, "--image", tmp_path / "start.png", "--out", tmp_path, "--config", config).stdout
    )
    job = drawn[0]["job"]
    done = easel("export", job, "--index", 2, "--out", tmp_path / "export" / "w.json", "--config", config)
    assert done.returncode == 0, done.stderr
    graph = json.loads((tmp_path / "export" / "w.json").read_text())
    assert graph["3"]["inputs"]["seed"] == 8
    assert Image.open(tmp_path / "export" / graph["10"]["inputs"]["image"]).getpixel((0, 0)) == (255, 0, 0)
    text = easel("export", job, "--format", "a1111", "--config", config).stdout
    assert text.startswith("a red apple, 3d render\n")
    assert "Seed: 7, " in text
    (found,) = objects(easel("read", drawn[1]["path"], "--config", config).stdout)
    assert (found["source"], found["seed"], found["index"]) == ("easel", 8, 2)
    assert found["line"].startswith("a red apple, 3d render --no none --model starter --ar ")
    assert "--seed 8 --n 1" in found["line"]
    assert easel("export", "nosuchjob", "--config", config).returncode == 2


def test_a_file_that_says_nothing_is_one_sentence(config: Path, tmp_path: Path) -> None:
    (tmp_path / "1.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 99)
    Image.new("RGB", (8, 8)).save(tmp_path / "2.png")
    for name, words in (("1.png", "cannot read"), ("2.png", "no drawing parameters"), ("3.png", "cannot read")):
        done = easel("read", tmp_path / name, "--config", config)
        assert (done.returncode, done.stdout) == (2, "")
        assert words in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_a_strangers_workflow_becomes_a_line_of_what_is_here(config: Path, tmp_path: Path) -> None:
    params = GenerationParams(
        prompt="castle --no end, by night\nwith fog", negative_prompt="blurry", model="unknownXL", lora="nobody:0.7",
        guidance_scale=5.5, seed=3, width=768, height=512,
    )  # fmt: skip
    info = PngImagePlugin.PngInfo()
    graph = workflow(GenerationRequest(job_id="x", params=params, output_dir=Path()), "unknownXL.safetensors")
    info.add_text("prompt", json.dumps(graph))
    Image.new("RGB", (8, 8)).save(tmp_path / "1.png", pnginfo=info)
    (found,) = objects(easel("read", tmp_path / "1.png", "--config", config).stdout)
    assert found["params"]["model"] == "unknownXL"
    assert "unknownXL" not in found["line"]
    assert "nobody" not in found["line"]
    (read,) = objects(easel("parse", "--config", config, stdin=json.dumps(found["line"])).stdout)
    assert read["ok"]
    assert " ".join(read["prompt"].split()) == "castle --no end, by night with fog"
    assert (read["params"]["seed"], read["params"]["guidance_scale"], read["params"]["aspect_ratio"]) == (3, 5.5, "3:2")


def test_our_own_picture_is_drawn_again_exactly(shipped: Config) -> None:
    styles = bundled_styles()
    first = parsed("a fox --style watercolor --q high --ar 3:2 --no people --seed 5 --n 1 --model sdxl", shipped)
    params = resolve(first, spec=shipped.models["sdxl"], styles=styles, seed=0)
    line = line_of(ReadBack(source="easel", params=params, seed=5), lambda text: parsed(text, shipped))
    again = resolve(parsed(line, shipped), spec=shipped.models["sdxl"], styles=styles, seed=0)
    assert again == params.model_copy(update={"style": "", "quality": ""})
