"""Pictures say how they were drawn, to Easel and to other people's programs; hostile pictures say nothing harmful."""

from __future__ import annotations

import io
import json
import random
import zlib
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from gpu.errors import PictureUnreadable
from gpu.grid import encode
from gpu.metadata import NOTICE, Mark, exif, mark, parameters, png_info, read, save_png
from gpu.params import MAX_SEED, GenerationParams
from gpu.types import GenerationRequest, Task
from tests.gpu.public_reader import by_others

PARAMS = GenerationParams(
    prompt="a red fox, 3d render", negative_prompt="blurry, text", model="starter", num_inference_steps=14,
    guidance_scale=4.5, scheduler="DPM++ 2M Karras", seed=41, num_images=4, width=152, height=104, aspect_ratio="3:2",
)  # fmt: skip
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
SECRET = Path("/etc/secret")


def request(params: GenerationParams = PARAMS) -> GenerationRequest:
    return GenerationRequest(job_id="abc234", params=params, output_dir=Path("images/ab/abc234"))


def picture() -> Image.Image:
    return Image.new("RGB", (32, 16), "teal")


def saved(folder: Path, suffix: str, params: GenerationParams = PARAMS, index: int = 2) -> Path:
    path = folder / f"picture{suffix}"
    if suffix == ".png":
        save_png(picture(), path, request(params), index)
    else:
        picture().save(path, exif=exif(parameters(params, index)))
    return path


@pytest.mark.parametrize("suffix", [".png", ".webp", ".jpg"])
def test_a_public_reader_reads_our_pictures(tmp_path: Path, suffix: str) -> None:
    found = by_others(saved(tmp_path, suffix))
    (sampler,) = found.samplers
    assert [prompt.value for prompt in found.prompts] == [PARAMS.prompt]
    assert [prompt.value for prompt in found.negative_prompts] == [PARAMS.negative_prompt]
    assert sampler.name == "DPM++ 2M Karras"
    assert sampler.model is not None
    assert sampler.model.name == "starter"
    assert {key: sampler.parameters[key] for key in ("steps", "seed", "cfg_scale")} == {
        "steps": "14", "seed": "42", "cfg_scale": "4.5",
    }  # fmt: skip
    assert found.metadata["Size"] == "152x104"


@pytest.mark.parametrize("suffix", [".png", ".webp", ".jpg"])
@pytest.mark.parametrize(
    "prompt",
    [
        "雪の中の狐 🦊, Москва, naïve café, e\u0301",
        "first line\nsecond line\n\nfourth: with, commas and: colons",
        "Steps: 3, Sampler: Euler, CFG scale: 1, Seed: 1\nof a ladder",
        "Steps: 3, Sampler: Euler, CFG scale: 1, Seed: 1",
        '{"braces": [1, 2]} "quotes" \\n <lora:x:1>',
        "Hashes: {not json",
        "x" * 6000,
        "🦊" * 6000,
    ],
)
def test_any_prompt_comes_back_in_one_piece(tmp_path: Path, suffix: str, prompt: str) -> None:
    path = saved(tmp_path, suffix, PARAMS.model_copy(update={"prompt": prompt}))
    assert [found.value for found in by_others(path).prompts] == [prompt]
    assert [found.value for found in by_others(path).negative_prompts] == [PARAMS.negative_prompt]
    assert read(path).params.prompt == prompt


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_a_prompt_with_the_label_inside_stays_in_one_piece(tmp_path: Path, suffix: str) -> None:
    prompt = "a sign that says\nNegative prompt: none"
    path = saved(tmp_path, suffix, PARAMS.model_copy(update={"prompt": prompt}))
    found = by_others(path)
    assert [each.value.replace("\u00a0", " ") for each in found.prompts] == [prompt]
    assert [each.value for each in found.negative_prompts] == [PARAMS.negative_prompt]
    assert read(path).params.negative_prompt == PARAMS.negative_prompt
    assert read(path).params.prompt.replace("\u00a0", " ") == prompt


def test_our_own_pictures_come_back_whole(tmp_path: Path) -> None:
    found = read(saved(tmp_path, ".png", index=3))
    assert (found.source, found.params, found.index, found.seed) == ("easel", PARAMS, 3, 43)
    assert found.job_id == "abc234"


@pytest.mark.parametrize("suffix", [".webp", ".jpg"])
def test_exif_brings_back_what_it_has(tmp_path: Path, suffix: str) -> None:
    found = read(saved(tmp_path, suffix, index=1))
    assert found.source == "a1111"
    assert found.params == PARAMS.model_copy(update={"num_images": 1, "aspect_ratio": "19:13"})


@settings(max_examples=60, deadline=None)
@given(st.text(), st.text(), st.integers(0, MAX_SEED), st.floats(0, 30))
@example("\0\r\n\u2028", "Negative prompt:", 0, 1.0)
def test_everything_that_can_be_asked_for_comes_back(prompt: str, negative: str, seed: int, guidance: float) -> None:
    params = GenerationParams(prompt=prompt, negative_prompt=negative, seed=seed, guidance_scale=guidance)
    buffer = io.BytesIO()
    picture().save(buffer, "PNG", pnginfo=png_info(parameters(params), request(params)))
    text = Image.open(buffer).info
    assert json.loads(text["easel"])["params"]["prompt"] == prompt
    assert f"Seed: {seed}, " in text["parameters"]


def test_the_picture_says_that_a_machine_drew_it(tmp_path: Path) -> None:
    with Image.open(saved(tmp_path, ".png")) as image:
        assert json.loads(image.info["easel"])["notice"] == NOTICE
        assert image.info["Source"] == NOTICE
        assert "trainedAlgorithmicMedia" in image.info["XML:com.adobe.xmp"]
        (description,) = ElementTree.fromstring(image.info["XML:com.adobe.xmp"]).iter(f"{{{RDF}}}Description")
        assert any(name.endswith("DigitalSourceType") for name in description.attrib)
    with Image.open(saved(tmp_path, ".jpg")) as image:
        assert image.getexif()[270] == NOTICE


@pytest.mark.parametrize("limit", [10**6, 3000, 1500], ids=["png", "webp", "smaller"])
def test_every_form_names_the_model_and_the_picture(limit: int) -> None:
    params = PARAMS.model_copy(update={"model": 'a "model" <&>\0'})
    noisy = Image.effect_noise((256, 256), 80).convert("RGB")
    for index in (0, 3):
        data, _ = encode(noisy, limit, "text", request(params), index)
        assert mark(data) == Mark(job_id="abc234", index=index)
        with Image.open(io.BytesIO(data)) as image:
            (description,) = ElementTree.fromstring(image.info["xmp"]).iter(f"{{{RDF}}}Description")
        attributes = {name.rpartition("}")[2]: value for name, value in description.attrib.items()}
        assert attributes["AISystemUsed"] == 'Easel, a "model" <&>'
        assert attributes["DigitalSourceType"].endswith("/trainedAlgorithmicMedia")


def test_marks_of_older_pictures_and_of_none(tmp_path: Path) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("easel", json.dumps({**request(PARAMS).model_dump(mode="json"), "index": 2}))
    picture().save(tmp_path / "old.png", pnginfo=info)
    assert mark(tmp_path / "old.png") == Mark(job_id="abc234", index=2)
    picture().save(tmp_path / "none.jpg")
    assert mark(tmp_path / "none.jpg") is None
    with pytest.raises(PictureUnreadable):
        mark(b"nothing")


def test_the_same_request_gives_the_same_bytes(tmp_path: Path) -> None:
    assert saved(tmp_path, ".png").read_bytes() == saved(tmp_path, ".png").read_bytes()
    assert not list(tmp_path.glob("*.tmp"))


# Pictures of other programs

A1111 = """masterpiece, (fox:1.2), "quoted"
second line
Negative prompt: blurry,
text
Steps: 20, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 7, Seed: 123, Size: 512x768, Model hash: 6ce0161689, \
Model: v1-5, Lora hashes: "a: 1, b: 2", Version: v1.10.1"""


def png(folder: Path, **texts: str) -> Path:
    info = PngImagePlugin.PngInfo()
    for key, text in texts.items():
        info.add_text(key, text)
    path = folder / "foreign.png"
    picture().save(path, pnginfo=info)
    return path


def test_pictures_of_a1111_are_understood(tmp_path: Path) -> None:
    found = read(png(tmp_path, parameters=A1111))
    assert (found.source, found.seed, found.job_id) == ("a1111", 123, "")
    params = found.params
    assert params.prompt == 'masterpiece, (fox:1.2), "quoted"\nsecond line'
    assert params.negative_prompt == "blurry,\ntext"
    assert (params.num_inference_steps, params.guidance_scale, params.seed) == (20, 7, 123)
    assert (params.scheduler, params.model, params.num_images) == ("DPM++ 2M Karras", "v1-5", 1)
    assert (params.width, params.height, params.aspect_ratio) == (512, 768, "2:3")
    assert found.other["Lora hashes"] == "a: 1, b: 2"


def test_exif_in_either_byte_order_is_understood(tmp_path: Path) -> None:
    block = Image.Exif()
    block.get_ifd(0x8769)[0x9286] = b"UNICODE\0" + A1111.encode("utf-16-le")
    picture().save(tmp_path / "little.jpg", exif=block)
    assert read(tmp_path / "little.jpg").params.seed == 123


@pytest.mark.parametrize(
    "line",
    [
        "Steps: 20, Sampler: Restart, CFG scale: 7, Seed: 5",
        "Steps: 9999, Sampler: Euler, CFG scale: -3, Seed: 5, Size: 99999x1",
        "Steps: many, Sampler: Euler, CFG scale: nan, Seed: 5, Size: 0x0",
        "Steps: 20, Sampler: Euler, Seed: 5, Size: big",
    ],
)
def test_values_that_are_not_legal_here_take_the_default(tmp_path: Path, line: str) -> None:
    params = read(png(tmp_path, parameters=f"a fox\n{line}")).params
    assert (params.prompt, params.seed) == ("a fox", 5)
    assert 1 <= params.num_inference_steps <= 150
    assert (params.width, params.height) == (1024, 1024)


# Hostile pictures


@pytest.mark.parametrize(
    "texts",
    [
        {},
        {"parameters": ""},
        {"parameters": "just a caption, nothing more"},
        {"easel": "[]"},
        {"easel": '{"params": 3}'},
        {"easel": "[" * 100_000},
        {"easel": '{"params": {"prompt": "' + "x" * 100_000 + '"}}'},
        {"parameters": "x" * 100_000 + "\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 5"},
    ],
)
def test_pictures_without_parameters_are_a_typed_error(tmp_path: Path, texts: dict[str, str]) -> None:
    with pytest.raises(PictureUnreadable) as caught:
        read(png(tmp_path, **texts))
    assert caught.value.id == "error-picture-no-parameters"


def test_a_claimed_request_gives_away_no_path_and_no_illegal_value(tmp_path: Path) -> None:
    claim = request().model_dump(mode="json") | {
        "task": Task.VARY, "start_latents": str(SECRET), "output_dir": "../../..", "job_id": "../../x", "index": 1e9,
    }  # fmt: skip
    claim["params"] |= {"seed": -1, "width": 10**9, "scheduler": "Euler; rm"}
    found = read(png(tmp_path, easel=json.dumps(claim)))
    assert (found.job_id, found.index) == ("", 1)
    assert (found.params.seed, found.params.width, found.params.scheduler) == (0, 1024, "Euler")
    assert str(SECRET) not in found.model_dump_json()


def test_text_that_unpacks_to_gigabytes_is_refused(tmp_path: Path) -> None:
    bomb = b"parameters\0\0" + zlib.compress(b"x" * 50_000_000)
    info = PngImagePlugin.PngInfo()
    info.add(b"zTXt", bomb)
    picture().save(tmp_path / "bomb.png", pnginfo=info)
    with pytest.raises(PictureUnreadable):
        read(tmp_path / "bomb.png")


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n", b"<svg/>", b"RIFF\0\0\0\0WEBP"])
def test_what_is_no_picture_is_a_typed_error(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "file.png"
    path.write_bytes(data)
    with pytest.raises(PictureUnreadable) as caught:
        read(path)
    assert caught.value.id == "error-picture-unreadable"
    with pytest.raises(PictureUnreadable):
        read(tmp_path / "missing.png")


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("suffix", [".png", ".webp", ".jpg"])
def test_damaged_pictures_raise_nothing_else(tmp_path: Path, suffix: str) -> None:
    whole = saved(tmp_path, suffix).read_bytes()
    chance = random.Random(5)
    path = tmp_path / f"damaged{suffix}"
    for _ in range(300):
        damaged = bytearray(whole[: chance.randint(1, len(whole))] if chance.random() < 0.3 else whole)
        for _ in range(chance.randint(1, 8)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        path.write_bytes(damaged)
        try:
            read(path)
        except PictureUnreadable:
            continue
