"""LoRAs of a request: equal to diffusers' own, switched between slices, refused by their headers."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from gpu.errors import ModelError, NotSupported
from gpu.families.base import Components
from gpu.loras import LoraFolder, describe, read_loras
from tests.gpu.bench import Bench, difference, request, stock, stock_pipeline
from tests.gpu.tiny import write_lora

TOLERANCE = 1e-5
PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, tiny: Components) -> Path:
    """`one` and `two` change the UNet, `words` a text encoder; `narrow` is of another family."""
    path = tmp_path_factory.mktemp("loras")
    write_lora(tiny.unet, path / "one.safetensors")
    other = {key: value.flip(0) / 2 for key, value in load_file(path / "one.safetensors").items()}
    save_file(other, path / "two.safetensors", {"trigger": "in two"})
    torch.manual_seed(2)
    target = "text_encoder.text_model.encoder.layers.0.self_attn.q_proj"
    words = {f"{target}.lora_A.weight": torch.randn(2, 32), f"{target}.lora_B.weight": torch.randn(32, 2)}
    save_file(words, path / "words.safetensors")
    key = "unet.down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_v"
    save_file(
        {f"{key}.lora_A.weight": torch.randn(2, 768), f"{key}.lora_B.weight": torch.randn(16, 2)},
        path / "narrow.safetensors",
    )
    key = key.replace("attn2.to_v", "attn1.to_q")
    save_file(
        {f"{key}.lora_A.weight": torch.randn(2, 99), f"{key}.lora_B.weight": torch.randn(16, 2)},
        path / "misfit.safetensors",
    )
    return path


@pytest.fixture
def model(tiny: Components) -> Components:
    """Modules of its own: LoRAs stay in them."""
    return copy.deepcopy(tiny)


@pytest.fixture
def bench(tmp_path: Path, model: Components, folder: Path) -> Bench:
    return Bench(tmp_path, {"tiny": model}, loras=LoraFolder(folder))


def with_stock(tiny: Components, folder: Path, job: Any) -> Any:
    """What diffusers' own pipeline draws with the LoRAs of a job."""
    parts = copy.deepcopy(tiny)
    pipeline = stock_pipeline(parts, job.params.scheduler)
    loras = read_loras(job.params.lora)
    for name, _ in loras:
        pipeline.load_lora_weights(str(folder), weight_name=f"{name}.safetensors", adapter_name=name)
    if loras:
        pipeline.set_adapters([name for name, _ in loras], [weight for _, weight in loras])
    return stock(parts, job.params)


def test_loras_equal_stock_in_mixed_company(bench: Bench, tiny: Components, folder: Path) -> None:
    lines = ("", "one:0.8", "one:0.8, two:0.5", "two:-0.5", "words:1", "one:0.3, words:0.7", "one:0")
    jobs = [request(line or "none", lora=line, seed=n, prompt=f"fox {n}") for n, line in enumerate(lines)]
    bench.run(*jobs)
    differences = {job.job_id: difference(bench.latents(job.job_id), with_stock(tiny, folder, job)) for job in jobs}
    assert max(differences.values()) < TOLERANCE, differences


def test_without_weight_nothing_changes(bench: Bench, tmp_path: Path, tiny: Components) -> None:
    bench.run(request("loaded", lora="one:1, words:1"))
    bench.run(request("a", lora="one:0"), request("b"))
    before = Bench(tmp_path / "before", {"tiny": copy.deepcopy(tiny)})
    before.run(request("a"), request("b"))
    assert torch.equal(bench.latents("a"), before.latents("a"))
    assert torch.equal(bench.latents("b"), before.latents("b"))
    assert not torch.equal(bench.latents("loaded"), before.latents("a"))


def test_jobs_of_equal_loras_share_calls(bench: Bench) -> None:
    bench.run(*(request(f"{n}", lora="one:0.5, two:1" if n else "two:1, one:0.5", seed=n) for n in range(3)))
    assert bench.engine.unet_calls == 4
    bench.run(request("x", lora="one:0.5"), request("y", lora="one:0.6"))
    assert bench.engine.unet_calls == 12


def test_the_prompt_is_encoded_for_each_voice(bench: Bench) -> None:
    bench.run(request("a", prompt="a fox"), request("b", prompt="a fox", lora="words:2"))
    assert not torch.equal(bench.latents("a"), bench.latents("b"))


@pytest.mark.parametrize("name", ["narrow", "misfit"])
def test_a_lora_of_another_family_is_refused(bench: Bench, name: str) -> None:
    bench.run(request("bad", lora=name), request("good", lora="one:1"))
    error = bench.error("bad")
    assert isinstance(error, NotSupported)
    assert (error.id, error.facts) == ("error-lora-family", {"name": name, "model": "tiny"})
    assert len(bench.latents("good"))


def test_a_lora_that_is_gone_is_named(bench: Bench) -> None:
    bench.run(request("gone", lora="nowhere:1"))
    assert str(bench.error("gone")).startswith("error-lora-unknown")


def test_few_loras_stay_in_a_model(bench: Bench, folder: Path, model: Components) -> None:
    for n in range(10):
        save_file(load_file(folder / "one.safetensors"), folder / f"copy{n}.safetensors")
        bench.run(request(f"c{n}", lora=f"copy{n}:0.5", num_inference_steps=1))
    assert len(model.unet.peft_config) == 8


def test_the_lime_lora_draws_its_colour(tmp_path: Path, starter: Components) -> None:
    """The one that comes with Easel, on the starter: the more of it, the nearer to lime."""
    lime = Bench(tmp_path, {"starter": copy.deepcopy(starter)}, loras=LoraFolder(PROJECT / "loras"))
    weights = (0, 0.5, 1)
    wish = {"prompt": "a fox, in lime", "num_inference_steps": 6, "num_images": 2}
    lime.run(*(request(f"{weight}", "starter", lora=f"flat-lime:{weight}", **wish) for weight in weights))
    away = [distance(lime, f"{weight}") for weight in weights]
    assert away[0] > away[1] > away[2], away
    assert away[2] < 0.6 * away[0]
    assert LoraFolder(PROJECT / "loras").get("flat-lime").trigger == "in lime"
    assert (PROJECT / "loras" / "flat-lime.safetensors").stat().st_size < 2**20


def distance(bench: Bench, job: str) -> float:
    """Mean distance of a job's pixels from the colour that the LoRA was trained on, 0 … 1."""
    pictures = [Image.open(bench.folder / image.path).convert("RGB") for image in bench.result(job).images]
    pixels = np.stack([np.asarray(picture, dtype=float) / 255 for picture in pictures])
    return float(np.abs(pixels - np.array([0.62, 0.86, 0.10])).mean())


# The folder


def test_headers_say_what_a_lora_is(folder: Path) -> None:
    loras = LoraFolder(folder)
    assert loras.get("one").rank == 2
    assert loras.get("one").width == 72
    assert loras.get("words").text
    assert not loras.get("one").text
    assert loras.triggers((("two", 1.0), ("one", 1.0))) == ["in two"]
    assert json.dumps(loras.get("two").to_json())


def test_a_note_beside_a_file_counts(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "a.safetensors").write_bytes((folder / "two.safetensors").read_bytes())
    loras = LoraFolder(tmp_path)
    assert loras.get("a").trigger == "in two"
    (tmp_path / "a.toml").write_text('trigger = "like a"\nlicence = "MIT"')
    loras.refresh()
    assert (loras.get("a").trigger, loras.get("a").licence) == ("like a", "MIT")


@pytest.mark.parametrize(
    "content", [b"", b"\x00" * 20, b"PK\x03\x04 a zip", b"\x80\x02}q\x00.", (2**40).to_bytes(8, "little") + b"{}"]
)
def test_what_is_no_lora_is_no_name(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.safetensors").write_bytes(content)
    loras = LoraFolder(tmp_path)
    loras.refresh()
    assert not loras.files
    with pytest.raises(ModelError):
        describe(tmp_path / "bad.safetensors")


def test_pickles_models_and_huge_ranks_are_no_loras(tmp_path: Path, tiny: Components) -> None:
    (tmp_path / "evil.pt").write_bytes(b"x")
    save_file({"conv.weight": torch.zeros(2, 2)}, tmp_path / "model.safetensors")
    save_file({"unet.a.lora_A.weight": torch.zeros(600, 8)}, tmp_path / "huge.safetensors")
    loras = LoraFolder(tmp_path)
    loras.refresh()
    assert not loras.files


@pytest.mark.parametrize("name", ["../one", "/etc/passwd", "..", "one.safetensors/../two", ""])
def test_no_path_is_a_name(folder: Path, name: str) -> None:
    with pytest.raises(NotSupported):
        LoraFolder(folder).get(name)


@pytest.mark.parametrize(
    ("text", "loras"),
    [
        ("", ()),
        ("ink", (("ink", 1.0),)),
        ("oil:.5, ink:-1", (("ink", -1.0), ("oil", 0.5))),
        ("ink:0", ()),
        ("ink:1, ink:0.5", (("ink", 0.5),)),
        ("../x:1, ink:1.2.3, a b", ()),
    ],
)
def test_a_list_of_loras(text: str, loras: tuple[tuple[str, float], ...]) -> None:
    assert read_loras(text) == loras
