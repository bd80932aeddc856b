"""Pictures beside the words while another one is drawn on: under a mask, outwards, after a control image, all of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from diffusers import (
    ControlNetModel,
    StableDiffusionControlNetInpaintPipeline,
    StableDiffusionInpaintPipeline,
    StableDiffusionXLControlNetImg2ImgPipeline,
    StableDiffusionXLControlNetInpaintPipeline,
    StableDiffusionXLControlNetPipeline,
    StableDiffusionXLInpaintPipeline,
)
from PIL import Image

from gpu import canvas
from gpu.families.base import Components
from gpu.types import InputImage, InputRole
from tests.gpu.bench import Bench, difference, request
from tests.gpu.listening import STYLE, STYLE_SD15, bench_of, wish, with_stock
from tests.gpu.pictures import half_mask, photo, png
from tests.gpu.tiny import tiny_sd15, write_control_net
from tests.gpu.tinyadapter import write_adapters

TOLERANCE = 1e-5
STYLED, PROMPTED, FIGURE = ("style", "b", 1.0), ("image", "a", 1.0), ("character", "c", 1.0)
NEAR = {"strength": 0.7, "num_inference_steps": 5}
CONTROL = {"control": "canny:ready:0.8:0-0.8", "num_inference_steps": 5}
"""A ready control image, at 0.8 of its weight, in the first four fifths of the steps."""
STOCK_CONTROL = {
    "controlnet_conditioning_scale": 0.8, "control_guidance_start": 0.0, "control_guidance_end": 0.8,
}  # fmt: skip


@pytest.fixture(scope="module")
def sd15() -> Components:
    parts = tiny_sd15().components
    names = ("unet", "vae", "text_encoder", "tokenizer")
    return Components(**{name: parts[name] for name in names}, scheduler_config=dict(parts["scheduler"].config))


@pytest.fixture(scope="module")
def models(tiny: Components, sd15: Components) -> Mapping[str, Components]:
    return {"sdxl": tiny, "sd15": sd15}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory, models: Mapping[str, Components]) -> Mapping[str, Path]:
    """Of each family: adapters, and a ControlNet in `net`."""
    made = {}
    for family, model in models.items():
        made[family] = write_adapters(tmp_path_factory.mktemp("adapters"), model.unet)
        write_control_net(model.unet, made[family] / "net", seed=5)
    return made


def bench_for(path: Path, models: Mapping[str, Components], folders: Mapping[str, Path], family: str) -> Bench:
    return bench_of(path, models[family], folders[family], family, nets={"canny": folders[family] / "net"})


def drawn_on(bench: Bench, job_id: str, **pictures: Image.Image) -> list[InputImage]:
    """Inputs of a job, by role."""
    inputs = []
    for role, picture in pictures.items():
        path = Path(f"{job_id}-{role}.png")
        (bench.folder / path).write_bytes(png(picture))
        inputs.append(InputImage(role=InputRole(role), path=path))
    return inputs


def net(folder: Path) -> dict[str, Any]:
    return {"controlnet": ControlNetModel.from_pretrained(folder / "net").eval()}


@pytest.mark.parametrize(
    ("family", "pipeline", "style"),
    [
        ("sdxl", StableDiffusionXLInpaintPipeline, STYLE),
        ("sd15", StableDiffusionInpaintPipeline, STYLE_SD15),
    ],
)
def test_under_a_mask_equals_stock(
    tmp_path: Path, models: Any, folders: Any, family: str, pipeline: Any, style: Any
) -> None:
    """A style, a figure and an image prompt for the masked half, beside jobs that hear nothing or only a style."""
    bench = bench_for(tmp_path, models, folders, family)
    wanted = {"all": ([PROMPTED, STYLED, FIGURE], [0.5, style, 0.8]), "style": ([STYLED], [style]), "none": ([], [])}
    jobs = {
        name: wish(bench, name, *heard, inputs=drawn_on(bench, name, image=photo(), mask=half_mask()), **NEAR)
        for name, (heard, _) in wanted.items()
    }
    bench.run(request("text", num_inference_steps=6), later={n: [job] for n, job in enumerate(jobs.values())})
    more = {"image": photo(), "mask_image": half_mask(), "strength": 0.7, "height": 64, "width": 64}
    for name, (heard, scales) in wanted.items():
        theirs = with_stock(models[family], folders[family], jobs[name], heard, scales, pipeline, **more)
        assert difference(bench.latents(name), theirs) < TOLERANCE, name
    assert difference(bench.latents("all"), bench.latents("none")) > 1e-3


def test_around_a_picture_equals_stock(tmp_path: Path, models: Any, folders: Any) -> None:
    """What zooming out draws is inpainting of a larger canvas; the old pixels stay as they are."""
    bench = bench_for(tmp_path, models, folders, "sdxl")
    base, mask = canvas.lay(photo(), canvas.zoomed((64, 64), 1.5))
    around = drawn_on(bench, "around", image=base, mask=mask)
    job = wish(bench, "around", STYLED, inputs=around, task="outpaint", strength=0.75, num_inference_steps=5)
    bench.run(job)
    more = {"image": base, "mask_image": mask, "strength": 0.75, "height": 64, "width": 64}
    theirs = with_stock(
        models["sdxl"], folders["sdxl"], job, [STYLED], [STYLE], StableDiffusionXLInpaintPipeline, **more
    )
    assert difference(bench.latents("around"), theirs) < TOLERANCE


@pytest.mark.parametrize(
    ("family", "kind", "pipeline"),
    [
        ("sdxl", "nothing", StableDiffusionXLControlNetPipeline),
        ("sdxl", "picture", StableDiffusionXLControlNetImg2ImgPipeline),
        ("sdxl", "mask", StableDiffusionXLControlNetInpaintPipeline),
        ("sd15", "mask", StableDiffusionControlNetInpaintPipeline),
    ],
)
def test_after_a_control_image_equals_stock(
    tmp_path: Path, models: Any, folders: Any, family: str, kind: str, pipeline: Any
) -> None:
    """A ControlNet and IP-Adapters in the same calls, from noise, from a picture and under a mask."""
    bench = bench_for(tmp_path, models, folders, family)
    beneath = {"nothing": {}, "picture": {"image": photo()}, "mask": {"image": photo(), "mask": half_mask()}}[kind]
    inputs = drawn_on(bench, "a", **beneath, control=photo().rotate(90))
    style, more = {"sdxl": STYLE, "sd15": STYLE_SD15}[family], dict(STOCK_CONTROL)
    strength = {"strength": 0.7} if beneath else {}
    job = wish(bench, "a", STYLED, FIGURE, inputs=inputs, **CONTROL, **strength)
    bench.run(job, request("text"), wish(bench, "style", STYLED))
    more |= {"control_image" if beneath else "image": photo().rotate(90), **strength, "height": 64, "width": 64}
    more |= {"image": photo()} if beneath else {}
    more |= {"mask_image": half_mask()} if kind == "mask" else {}
    theirs = with_stock(
        models[family], folders[family], job, [STYLED, FIGURE], [style, 0.8], pipeline, net(folders[family]), **more
    )
    assert difference(bench.latents("a"), theirs) < TOLERANCE
