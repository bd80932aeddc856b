"""The image check sees every output of every family and upscaler, every preview, and all that was sent along."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from gpu.families import FAMILIES
from gpu.families.base import Components
from gpu.loading import load_components
from gpu.types import HELPERS, GenerationRequest, InputImage, InputRole, ModelSpec, SafetyPolicy, Task
from gpu.upscalers import UPSCALERS
from tests.gpu.bench import Bench, request
from tests.gpu.pictures import half_mask, photo, png
from tests.gpu.tiny import tiny_sd15
from tests.gpu.tinyflow import tiny_flux, tiny_sd3, tiny_zimage

STRICT = SafetyPolicy(thresholds={"sexual": 0.7})
MARK = 201
PIPELINES = {"sd3": tiny_sd3, "flux": tiny_flux, "zimage": tiny_zimage}


class Check:
    """Refuses some pictures, or all of them; remembers the sizes that it saw."""

    categories = ("sexual",)

    def __init__(self, refuses: Callable[[Image.Image], bool] = lambda image: True) -> None:
        self.refuses = refuses
        self.seen: list[tuple[int, int]] = []

    def score(self, image: Image.Image) -> dict[str, float]:
        self.seen.append(image.size)
        return {"sexual": float(self.refuses(image))}


def is_marked(image: Image.Image) -> bool:
    """Whether somebody planted this picture."""
    return image.convert("L").getpixel((0, 0)) == MARK


@pytest.fixture(scope="module")
def models(tiny: Components, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One of every family that draws."""
    root = tmp_path_factory.mktemp("families")
    for name, make in PIPELINES.items():
        make().save_pretrained(root / name, safe_serialization=True)
    load = {name: ModelSpec(name=name, family=name, source=str(root / name)) for name in PIPELINES}
    pipelines = {name: load_components(spec, torch.device("cpu"), torch.float32) for name, spec in load.items()}
    parts = tiny_sd15().components
    names = ("unet", "vae", "text_encoder", "tokenizer")
    sd15 = Components(**{name: parts[name] for name in names}, scheduler_config=dict(parts["scheduler"].config))
    return {"sdxl": tiny, "sd15": sd15, **pipelines}


def sent(bench: Bench, job_id: str, pictures: dict[InputRole, Image.Image], **wishes: Any) -> GenerationRequest:
    """A request with pictures in their roles."""
    inputs = []
    for role, picture in pictures.items():
        path = Path("inputs", f"{job_id}-{role}.png")
        (bench.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (bench.folder / path).write_bytes(png(picture))
        inputs.append(InputImage(role=role, path=path))
    return request(job_id, inputs=tuple(inputs), policy=STRICT, num_inference_steps=2, **wishes)


def test_outputs_of_every_family(tmp_path: Path, models: dict[str, Any]) -> None:
    assert models.keys() == FAMILIES.keys() - HELPERS
    check = Check()
    bench = Bench(tmp_path, models, image_check=check)
    steps = {"num_inference_steps": 2, "policy": STRICT, "scheduler": "Euler"}
    bench.run(*(request(name, name, **steps) for name in models))
    assert {name: bench.result(name).blocked for name in models} == dict.fromkeys(models, "sexual")
    assert len(check.seen) == len(models)
    assert not list(tmp_path.rglob("*.png"))


@pytest.mark.parametrize("upscaler", UPSCALERS)
def test_outputs_of_every_upscaler(make_bench: Callable[..., Bench], upscaler: str) -> None:
    """The picture that is sent may be shown; what an upscaler makes of it is looked at again."""
    check = Check(lambda image: image.size == (128, 128))
    bench = make_bench(image_check=check)
    picture = {InputRole.IMAGE: photo((32, 32))}
    bench.run(sent(bench, "large", picture, task=Task.ENLARGE, upscaler=upscaler, strength=0.0))
    assert bench.result("large").blocked == "sexual"
    assert check.seen == [(32, 32), (128, 128)]
    assert not list((bench.folder / "images").rglob("*.png"))


PLAIN, PLANTED, SHAPE = photo(), photo(), half_mask()
PLANTED.paste((MARK,) * 3, (0, 0, 8, 8))
BAD_MASK = SHAPE.copy()
BAD_MASK.paste(MARK, (0, 0, 8, 8))
SENT: dict[str, tuple[dict[InputRole, Image.Image], dict[str, Any]]] = {
    "start": ({InputRole.IMAGE: PLANTED}, {}),
    "start with a mask": ({InputRole.IMAGE: PLANTED, InputRole.MASK: SHAPE}, {}),
    "mask": ({InputRole.IMAGE: PLAIN, InputRole.MASK: BAD_MASK}, {}),
    "outpaint": ({InputRole.IMAGE: PLANTED, InputRole.MASK: SHAPE}, {"task": Task.OUTPAINT}),
    "mask of an outpaint": ({InputRole.IMAGE: PLAIN, InputRole.MASK: BAD_MASK}, {"task": Task.OUTPAINT}),
    "enlarge": ({InputRole.IMAGE: PLANTED}, {"task": Task.ENLARGE, "upscaler": "realesrgan"}),
    "look at a control image": ({InputRole.CONTROL: PLANTED}, {"task": Task.CONTROL, "control": "canny"}),
    "nothing is done with it": ({InputRole.IMAGE: PLAIN, InputRole.CONTROL: PLANTED}, {}),
}


@pytest.mark.parametrize("case", SENT)
def test_whatever_is_sent_along(make_bench: Callable[..., Bench], case: str) -> None:
    """It is refused before a net has run. Style and character images: `tests/gpu/test_ip_adapters.py`."""
    pictures, wishes = SENT[case]
    check = Check(is_marked)
    bench = make_bench(image_check=check)
    bench.run(sent(bench, "job", pictures, **wishes))
    assert bench.result("job").blocked == "sexual"
    assert bench.engine.unet_calls == 0


def test_shown_previews(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(image_check=Check())
    bench.run(request("job", num_inference_steps=8, previews=True, policy=STRICT))
    assert [event.preview for event in bench.progress("job")] == [None] * len(bench.progress("job"))
    assert not list(bench.folder.rglob("preview-*"))
