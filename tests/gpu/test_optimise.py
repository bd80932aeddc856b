"""Ways of saving memory or time: what they may change in a picture, and what a machine cannot do."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
import torch
from diffusers import AutoencoderTiny
from diffusers.models.attention_processor import AttnProcessor2_0, SlicedAttnProcessor
from PIL import Image

from gpu.families.base import Components
from gpu.loras import LoraFolder
from gpu.optimise import OPTIMISATIONS
from gpu.optimising import NEEDS, Name, Optimise, chosen, missing
from gpu.pool import footprint
from gpu.seamless import seamless
from tests.gpu.bench import Bench, difference, request
from tests.gpu.tiny import write_lora

GB = 10**9
Drawn = Callable[..., Bench]


@pytest.fixture
def drawn(tmp_path: Path, tiny: Components) -> Drawn:
    """An engine with modules of its own and these options, after drawing a picture."""
    made: list[Bench] = []

    def draw(
        *names: str, wishes: dict[str, Any] | None = None, loras: Path | None = None, **settings: Any
    ) -> Bench:
        parts = replace(tiny, unet=copy.deepcopy(tiny.unet), vae=copy.deepcopy(tiny.vae))
        folder = tmp_path / str(len(made))
        bench = Bench(folder, {"tiny": parts}, optimise=Optimise(use=names, **settings), loras=LoraFolder(loras))
        bench.run(request("job", **wishes or {}))
        made.append(bench)
        return bench

    return draw


def parts(bench: Bench) -> Components:
    return bench.engine._families["tiny"].components  # type: ignore[attr-defined, no-any-return]


def pixels(bench: Bench) -> np.ndarray[Any, Any]:
    with Image.open(bench.folder / bench.result("job").images[0].path) as image:
        return np.asarray(image, dtype=float)


@pytest.fixture(scope="module")
def tiny_vae(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(7)
    widths = (8, 8, 8, 8)
    vae = AutoencoderTiny(
        latent_channels=4, encoder_block_out_channels=widths, decoder_block_out_channels=widths,
        num_encoder_blocks=(1, 1, 1, 1), num_decoder_blocks=(1, 1, 1, 1),
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("tiny-vae")
    vae.save_pretrained(folder)
    return folder


def test_every_name_of_the_configuration_is_a_function_and_every_need_a_name() -> None:
    assert set(OPTIMISATIONS) == set(get_args(Name))
    assert set(NEEDS) <= set(OPTIMISATIONS)


@pytest.mark.parametrize(
    ("names", "processor"),
    [(("sdpa",), AttnProcessor2_0), (("attention-slicing",), SlicedAttnProcessor), (("vae-slicing",), None)],
)
def test_what_only_saves_memory_keeps_the_picture(drawn: Drawn, names: tuple[str, ...], processor: Any) -> None:
    plain, saving = drawn(), drawn(*names)
    assert difference(saving.latents("job"), plain.latents("job")) < 1e-5
    assert np.abs(pixels(saving) - pixels(plain)).max() <= 1
    if processor:
        assert {type(found) for found in parts(saving).unet.attn_processors.values()} == {processor}
    else:
        assert parts(saving).vae.use_slicing


def test_a_large_picture_is_decoded_in_tiles_but_not_where_its_edges_meet(drawn: Drawn) -> None:
    size = {"width": 160, "height": 96}
    plain, tiled = drawn(wishes=size), drawn("vae-tiling", wishes=size)
    assert difference(tiled.latents("job"), plain.latents("job")) == 0
    assert pixels(tiled).shape == pixels(plain).shape == (96, 160, 3)
    vae, latents = parts(tiled).vae, tiled.latents("job") / 0.13025
    with torch.no_grad():
        expected = vae.tiled_decode(latents).sample
        assert torch.equal(vae.decode(latents).sample, expected)
        with seamless(vae):
            assert not torch.equal(vae.decode(latents).sample, expected)
            assert not vae.use_tiling
    assert vae.use_tiling


@pytest.mark.parametrize(("name", "share", "far"), [("fp16", 0.55, 0.01), ("bf16", 0.55, 0.05), ("fp8", 0.35, 0.5)])
def test_weights_that_rest_in_fewer_bits(drawn: Drawn, name: str, share: float, far: float) -> None:
    plain, small = drawn(), drawn(name)
    assert footprint(parts(small)) < footprint(parts(plain))
    sizes = [sum(p.numel() * p.element_size() for p in parts(bench).unet.parameters()) for bench in (small, plain)]
    assert sizes[0] < share * sizes[1]
    assert 0 < difference(small.latents("job"), plain.latents("job")) < far


def test_merged_tokens_change_the_picture_and_the_same_seed_the_same_way(drawn: Drawn) -> None:
    plain, first, second = drawn(), drawn("tome"), drawn("tome")
    assert 0 < difference(first.latents("job"), plain.latents("job")) < 1
    assert torch.equal(first.latents("job"), second.latents("job"))


def test_a_tiny_autoencoder_shows_what_is_unfinished_or_all(drawn: Drawn, tiny_vae: Path) -> None:
    folders = {"sdxl": tiny_vae}
    plain = drawn()
    previews, decoder = drawn("tiny-previews", tiny_vae=folders), drawn("tiny-decoder", tiny_vae=folders)
    assert np.array_equal(pixels(previews), pixels(plain))
    tiny = AutoencoderTiny.from_pretrained(tiny_vae)
    with torch.no_grad():
        found = tiny.decode(decoder.latents("job")).sample
    expected = ((found / 2 + 0.5).clamp(0, 1) * 255).round()[0].permute(1, 2, 0).numpy()
    assert np.array_equal(pixels(decoder), expected)
    family = previews.engine._families["tiny"]
    (preview,) = family.preview(previews.latents("job"))  # type: ignore[attr-defined]
    assert np.array_equal(np.asarray(preview), expected)
    assert drawn("tiny-decoder").result("job").images, "without a folder the model's own decodes"


@pytest.mark.slow
def test_openvino_draws_the_same_from_the_disk_too_and_leaves_the_rest_to_torch(
    drawn: Drawn, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tiny: Components
) -> None:
    pytest.importorskip("openvino")
    loras = tmp_path / "loras"
    loras.mkdir()
    write_lora(tiny.unet, loras / "lime.safetensors")
    plain, fast = drawn(loras=loras), drawn("openvino", loras=loras)
    assert 0 < difference(fast.latents("job"), plain.latents("job")) < 1e-4
    assert np.abs(pixels(fast) - pixels(plain)).max() <= 1
    kept = sorted((fast.folder / "openvino").iterdir())
    assert len(kept) == 2
    assert all((folder / "net.xml").exists() for folder in kept)
    for bench in (plain, fast):
        bench.run(request("lora", lora="lime:0.8"), request("edges", tile=True))
        bench.run(request("odd", width=72, height=64), request("more", num_images=3))
    for job in ("edges", "odd", "lora"):
        assert torch.equal(fast.latents(job), plain.latents(job))
    assert difference(fast.latents("more"), plain.latents("more")) < 1e-4

    monkeypatch.setattr("gpu.openvino_nets.Converted._convert", lambda *_: pytest.fail("it was converted again"))
    again = Bench(fast.folder, {"tiny": parts(plain)}, optimise=Optimise(use=("openvino",)))
    again.run(request("again"))
    assert torch.equal(again.latents("again"), fast.latents("job"))


def test_what_this_machine_cannot_do_is_known_before() -> None:
    everything = tuple(get_args(Name))
    lost = missing(everything, "cpu")
    assert {"xformers", "compile", "model-offload", "group-offload", "sequential-offload", "tensorrt"} <= set(lost)
    assert lost["compile"] == "cuda"
    assert "openvino" in missing(everything, "cuda")
    assert set(chosen(Optimise(use=everything), "cpu", size=0, free=0)) == set(everything) - set(lost)


@pytest.mark.parametrize(
    ("device", "free", "more"),
    [
        ("cpu", 1, set()),
        ("cuda", 24 * GB, set()),
        ("cuda", 11 * GB, {"vae-tiling"}),
        ("cuda", 8 * GB, {"vae-tiling", "model-offload"}),
        ("cuda", 4 * GB, {"vae-tiling", "group-offload"}),
    ],
)
def test_auto_goes_by_device_and_free_memory(device: str, free: int, more: set[str]) -> None:
    assert set(chosen(Optimise(), device, size=7 * GB, free=free)) == {"sdpa"} | more
