"""Pictures on the command line: what is drawn from, on, and around them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import save_file

from tests.bot.test_cli import config, easel, objects
from tests.gpu.pictures import half_mask, photo

__all__ = ["config"]


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """A photo, a mask for it, and something else."""
    made = {name: tmp_path / name for name in ("photo.jpg", "mask.png", "text.txt")}
    photo((300, 200)).save(made["photo.jpg"], quality=95)
    half_mask((300, 200)).save(made["mask.png"])
    made["text.txt"].write_text("no picture")
    return made


def test_a_picture_is_drawn_on_and_around(config: Path, tmp_path: Path, files: dict[str, Path]) -> None:
    where = ("--out", tmp_path / "out", "--config", config)
    sent = ("--image", files["photo.jpg"], "--mask", files["mask.png"])
    done = easel("imagine", "a fox --n 1 --steps 3", *sent, *where)
    (first,) = objects(done.stdout)
    assert done.returncode == 0
    assert first["width"] > first["height"]
    assert first["params"]["aspect_ratio"] == "3:2"
    (named,) = objects(easel("imagine", "a fox --n 1", "--mask", "right", *sent[:2], *where).stdout)
    assert named["params"]["mask"] == "right"
    wider = objects(easel("again", first["job"], "--pan", "left", *where).stdout)
    assert {image["width"] > first["width"] for image in wider} == {True}
    zoomed = objects(easel("again", wider[0]["job"], "--zoom", "1.5", "--index", "3", *where).stdout)
    assert [image["width"] for image in zoomed] == [image["width"] for image in wider]
    square = objects(easel("again", first["job"], "--square", *where).stdout)
    assert {image["width"] == image["height"] for image in square} == {True}
    with Image.open(square[0]["path"]) as picture:
        assert picture.size == (square[0]["width"], square[0]["height"])


def test_the_image_weight_becomes_a_strength_and_says_so(config: Path, tmp_path: Path, files: dict[str, Path]) -> None:
    done = easel("imagine", "a fox --iw 2 --n 1", "--image", files["photo.jpg"], "--out", tmp_path, "--config", config)
    (image,) = objects(done.stdout)
    assert image["params"]["strength"] == 0.333
    assert "--strength 0.333" in " ".join(done.stderr.split())


def test_pictures_are_blended(config: Path, tmp_path: Path, files: dict[str, Path]) -> None:
    where = ("--out", tmp_path / "out", "--config", config)
    done = easel("blend", files["photo.jpg"], files["mask.png"], "--dimensions", "landscape", *where)
    images = objects(done.stdout)
    assert len(images) == 4
    assert {(image["params"]["aspect_ratio"], image["params"]["prompt"]) for image in images} == {("3:2", "")}
    assert "laid over one another" in done.stderr
    alone = easel("blend", files["photo.jpg"], *where)
    assert alone.returncode == 2
    assert "you sent 1" in alone.stderr


def test_pictures_beside_the_words(config: Path, tmp_path: Path, files: dict[str, Path]) -> None:
    """Style, figure and image prompt, where the model has adapters for them; several of a kind."""
    adapter = 'source = "h94/IP-Adapter"\nweight_name = "ip-adapter_sdxl.safetensors"\n'
    kinds = ("image", "style", "character")
    listening = tmp_path / "listening.toml"
    sections = [f"[models.starter.ip_adapters.{kind}]\n{adapter}" for kind in kinds]
    listening.write_text("\n".join([config.read_text("utf-8"), *sections]), "utf-8")
    photo = files["photo.jpg"]
    sent = ("--style-image", photo, "--style-image", files["mask.png"], "--character-image", photo, "--image", photo)
    line = "a fox --n 1 --sref 2, 1 --sw 300 --cw 40 --iw 2"
    done = easel("imagine", line, *sent, "--out", tmp_path / "out", "--config", listening)
    (image,) = objects(done.stdout)
    assert {name: image["params"][name] for name in ("style_references", "style_weight", "character_weight")} == {
        "style_references": "2, 1", "style_weight": 300, "character_weight": 40,
    }  # fmt: skip
    assert "image prompt (--iw 2)" in " ".join(done.stderr.split())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--style-image", "photo.jpg"], "no style adapter"),
        (["--character-image", "photo.jpg"], "no character adapter"),
        (["--image", "text.txt"], "no picture"), (["--mask", "mask.png"], "needs a picture"),
        (["--image", "nowhere.png"], "nowhere.png"), (["--zoom", "2"], "Send one"),
        (["--image", "photo.jpg", "--mask", "moon"], "moon"), (["--control-image", "photo.jpg"], "control"),
    ],
)  # fmt: skip
def test_refusals(config: Path, tmp_path: Path, files: dict[str, Path], arguments: list[str], words: str) -> None:
    given = [files.get(word, word) for word in arguments]
    done = easel("imagine", "a fox", *given, "--out", tmp_path / "out", "--config", config)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert not (tmp_path / "out").exists()


def test_pictures_of_here_are_known_again(config: Path, tmp_path: Path, files: dict[str, Path]) -> None:
    (image,) = objects(easel("imagine", "a fox --n 1 --steps 2", "--out", tmp_path, "--config", config).stdout)
    with Image.open(image["path"]) as picture:
        plain = picture.convert("RGB")
    plain.resize((plain.width // 2, plain.height // 2)).save(tmp_path / "copy.jpg", quality=80)
    asked = (image["path"], tmp_path / "copy.jpg", files["photo.jpg"])
    original, copied, other = objects(easel("verify", *asked, "--config", config).stdout)
    assert (original["made_here"], original["by"], original["job"]) == (True, "metadata", image["job"])
    assert (copied["made_here"], copied["by"], copied["job"]) == (True, "picture", image["job"])
    assert (copied["model"], copied["line"]) == ("starter", "a fox --steps 2 --n 1")
    assert other == {"file": str(files["photo.jpg"]), "made_here": False}
    broken = easel("verify", files["text.txt"], "--config", config)
    assert (broken.returncode, broken.stdout) == (2, "")


def test_embeddings_are_listed_for_tools(config: Path, tmp_path: Path) -> None:
    (tmp_path / "embeddings").mkdir()
    save_file({"emb_params": np.zeros((2, 768), dtype=np.float32)}, tmp_path / "embeddings" / "mood.safetensors")
    assert objects(easel("embeddings", "--config", config).stdout) == [
        {"name": "mood", "path": str(tmp_path / "embeddings" / "mood.safetensors"), "kind": "sd15", "vectors": 2}
    ]
