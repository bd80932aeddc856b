"""Seamless tiles: rolling the latents rolls the picture, and nobody beside such a job is drawn otherwise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from gpu.errors import NotSupported
from gpu.families.base import Components
from gpu.seamless import seamless
from tests.gpu.bench import Bench, difference, request, stock

ROLL = 4
"""Latent pixels; the UNet halves them twice."""


@pytest.mark.parametrize("model", ["tiny", "starter"])
@torch.no_grad()
def test_rolling_the_latents_rolls_the_picture(model: str, tiny: Components, starter: Components) -> None:
    parts = {"tiny": tiny, "starter": starter}[model]
    latents = torch.randn(1, parts.vae.config.latent_channels, 8, 8, generator=torch.Generator().manual_seed(1))
    width, pooled = parts.unet.config.cross_attention_dim, parts.text_encoder_2.config.projection_dim
    words = torch.randn(1, 77, width, generator=torch.Generator().manual_seed(2))
    more = {"text_embeds": torch.ones(1, pooled), "time_ids": torch.full((1, 6), 64.0)}

    def unet(sample: Tensor) -> Tensor:
        return parts.unet(sample, 500, encoder_hidden_states=words, added_cond_kwargs=more).sample

    def decode(z: Tensor) -> Tensor:
        return parts.vae.decode(z).sample

    for step, scale in ((unet, 1), (decode, 8)):
        plain = step(latents)
        with seamless(parts.unet, parts.vae):
            tiled = step(latents)
            rolled = step(latents.roll((ROLL, ROLL), (2, 3)))
        assert difference(rolled, tiled.roll((ROLL * scale, ROLL * scale), (2, 3))) < 1e-5
        assert difference(tiled, plain) > 1e-3
        assert torch.equal(step(latents), plain), "afterwards everything is as it was"


def test_such_a_job_has_calls_of_its_own_and_changes_no_other(bench: Bench, tiny: Components) -> None:
    plain, tiled = request("plain"), request("tiled", tile=True)
    bench.run(plain, tiled, request("second", tile=True, seed=9))
    assert bench.engine.unet_calls == 4 + 4
    assert difference(bench.latents("plain"), stock(tiny, plain.params)) < 1e-5
    assert difference(bench.latents("tiled"), bench.latents("plain")) > 1e-3
    with seamless(tiny.unet):
        assert difference(bench.latents("tiled"), stock(tiny, tiled.params)) < 1e-5


def test_the_starters_edges_meet(make_bench: Callable[..., Bench]) -> None:
    """Neighbours across the border differ no more than neighbours inside."""
    bench = make_bench()
    wish = {"prompt": "a red apple, on a blue background", "num_inference_steps": 8, "seed": 5}
    bench.run(*(request(name, "starter", tile=name == "tiled", **wish) for name in ("tiled", "plain")))
    seams = {}
    for name in ("tiled", "plain"):
        path = bench.folder / Path(bench.result(name).images[0].path)
        pixels = np.asarray(Image.open(path).convert("RGB"), dtype=float)
        inside = np.abs(np.diff(pixels, axis=1)).mean()
        seams[name] = np.abs(pixels[:, 0] - pixels[:, -1]).mean() / inside
    assert seams["tiled"] < 1.5


def test_transformers_say_that_they_cannot(tmp_path: Path) -> None:
    from gpu.families.pipeline import PipelineFamily
    from gpu.gallery import Gallery
    from gpu.types import ModelSpec
    from tests.gpu.tinyflow import tiny_flux

    spec = ModelSpec(name="flux", family="flux", source="x", multiple=8)
    family = PipelineFamily(spec, tiny_flux())
    with pytest.raises(NotSupported) as refused:
        family.plan(request("a", "flux", tile=True), Gallery(tmp_path))
    assert refused.value.id == "error-tile"
