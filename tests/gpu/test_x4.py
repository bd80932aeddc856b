"""The SD x4 upscaler: equal to stock in one window, no seams between several, in company, cancelled, out of memory.

On random weights: nobody has looked at pictures of the real ones.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from bot.config import Config, load_config
from gpu.errors import JobCancelled, ModelError, NotSupported
from gpu.families.base import Components
from gpu.families.sdx4 import SDX4
from gpu.gallery import Gallery
from gpu.hub import HubCache
from gpu.loading import as_pipeline, load_components
from gpu.schedulers import build
from gpu.types import GenerationRequest, InputImage, InputRole, ModelSpec, SafetyPolicy, Task
from gpu.upscalers import Box
from gpu.upscalers.windows import Room, weights, windows
from tests.gpu.bench import Bench, difference, request
from tests.gpu.pictures import photo, result
from tests.gpu.tiny import tiny_x4

SIDE, STEPS = 32, 3
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def x4() -> Components:
    parts = tiny_x4().components
    names = ("unet", "vae", "text_encoder", "tokenizer")
    for name in names[:3]:
        parts[name].eval()
    return Components(
        **{name: parts[name] for name in names},
        scheduler_config=dict(parts["scheduler"].config),
        low_res_scheduler_config=dict(parts["low_res_scheduler"].config),
    )


@pytest.fixture
def make(tmp_path: Path, tiny: Components, x4: Components) -> Callable[..., Bench]:
    """Engines in which `tiny` draws and `x4` enlarges, in windows of 32 pixels."""

    def bench(scheduler: str = "DDIM", guidance: float = 4.0, **options: Any) -> Bench:
        made = Bench(tmp_path, {"tiny": tiny, "x4": x4}, **options)
        own = {"num_inference_steps": STEPS, "guidance_scale": guidance, "scheduler": scheduler}
        changes = {"family": "sd-x4", "pixels": SIDE**2, **own}
        made.engine._specs["x4"] = made.engine._specs["x4"].model_copy(update=changes)
        return made

    return bench


def larger(bench: Bench, job_id: str, picture: Image.Image, **wishes: Any) -> GenerationRequest:
    """A finished picture to be enlarged."""
    path = Path("inputs") / f"{job_id}.png"
    (bench.folder / path).parent.mkdir(parents=True, exist_ok=True)
    picture.save(bench.folder / path)
    image = InputImage(role=InputRole.IMAGE, path=path)
    wishes = {"strength": 0.0, **wishes}
    made = request(job_id, task=Task.ENLARGE, upscaler="sd-x4", inputs=(image,), **wishes)
    return made.model_copy(update={"params": made.params.model_copy(update={"upscaler": "none", "strength": 1.0})})


def stock(x4: Components, job: GenerationRequest, picture: Image.Image, bench: Bench, output: str) -> Any:
    spec = bench.engine._specs["x4"]
    pipeline = as_pipeline("sd-x4", x4)
    pipeline.scheduler = build(spec.scheduler, x4.scheduler_config)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline(
        prompt=job.params.prompt, negative_prompt=job.params.negative_prompt or None, image=picture,
        num_inference_steps=spec.num_inference_steps, guidance_scale=spec.guidance_scale,
        noise_level=job.params.noise_level, generator=torch.Generator().manual_seed(job.params.seed),
        output_type=output,
    ).images  # fmt: skip


@pytest.mark.parametrize(
    ("scheduler", "guidance", "size", "level"),
    [("DDIM", 4.0, (32, 32), 20), ("Euler a", 4.0, (24, 16), 100), ("DPM++ 2M", 1.0, (32, 12), 0)],
)
def test_one_window_equals_stock_in_company(
    make: Callable[..., Bench], x4: Components, scheduler: str, guidance: float, size: tuple[int, int], level: int
) -> None:
    bench, picture = make(scheduler, guidance), photo(size)
    job = larger(bench, "large", picture, seed=5, negative_prompt="dull", noise_level=level)
    latents: list[torch.Tensor] = []
    decode = SDX4.decode
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SDX4, "decode", lambda self, found: [latents.append(found), decode(self, found)][1])
        bench.run(job, request("beside"), larger(bench, "other", photo((24, 40)), seed=8, prompt="a fox"))
    ours = next(found for found in latents if found.shape[-2:] == (size[1], size[0]))
    assert difference(ours, stock(x4, job, picture, bench, "latent")) < 1e-5
    theirs = stock(x4, job, picture, bench, "pil")[0]
    enlarged = result(bench, "large")
    assert enlarged.size == (4 * size[0], 4 * size[1])
    assert np.abs(np.asarray(enlarged, dtype=int) - np.asarray(theirs, dtype=int)).max() <= 1


def test_jobs_share_the_calls_of_their_windows(make: Callable[..., Bench]) -> None:
    bench = make()
    bench.run(*(larger(bench, f"job{n}", photo((88, 32)), seed=n) for n in range(3)))
    assert 3 * STEPS <= bench.engine.unet_calls < 2 * 3 * STEPS  # they begin one after the other, at their checks


def test_pictures_of_a_line_are_drawn_and_then_enlarged(make: Callable[..., Bench]) -> None:
    bench = make()
    bench.run(request("plain", num_images=2), request("large", num_images=2, upscaler="sd-x4", noise_level=50))
    assert [(image.width, image.height) for image in bench.result("large").images] == [(256, 256)] * 2
    assert torch.equal(bench.latents("large"), bench.latents("plain"))
    last = bench.progress("large")[-1]
    assert last.step == last.steps
    assert [event.phase for event in bench.progress("large")].count("enlarge") == 9 * STEPS + 2 * 9


def test_an_upload_leaves_no_latents_that_its_model_could_not_vary(make: Callable[..., Bench]) -> None:
    bench = make()
    bench.run(larger(bench, "large", photo((24, 24))))
    assert bench.result("large").images[0].latents is None


def test_creative_draws_details_behind_it(make: Callable[..., Bench]) -> None:
    bench = make()
    bench.run(larger(bench, "large", photo((32, 32)), strength=0.5))
    assert result(bench, "large").size == (64, 64)


def test_noise_level_prompt_and_seed_each_change_the_picture(make: Callable[..., Bench]) -> None:
    bench, picture = make(), photo((16, 16))
    wishes: list[dict[str, Any]] = [{}, {"noise_level": 300}, {"prompt": "a fox"}, {"seed": 3}]
    bench.run(*(larger(bench, f"job{n}", picture, **wish) for n, wish in enumerate(wishes)))
    assert len({bench.png(f"job{n}")[-5000:] for n in range(4)}) == 4


def test_no_seam_is_seen_where_windows_meet(make: Callable[..., Bench]) -> None:
    bench = make()
    bench.run(larger(bench, "large", photo((88, 32))))
    picture = np.asarray(result(bench, "large"), dtype=np.float64)
    across = np.abs(np.diff(picture, axis=1)).mean(axis=(0, 2))
    boxes = windows((88, 32), SIDE)
    assert len(boxes) == 3
    for box in boxes[1:]:
        for seam in (4 * box.left, 4 * (box.left + SIDE // 8)):
            # Every fourth step leads from one latent pixel to the next, and is larger than those between.
            alike = [across[seam - 1 + 4 * k] for k in range(-6, 7) if k]
            assert across[seam - 1] <= 1.2 * np.mean(alike)


def test_a_large_picture_yields_is_cancelled_and_leaves_nothing(make: Callable[..., Bench]) -> None:
    bench = make()
    bench.engine.admit(larger(bench, "long", photo((300, 260))))
    bench.engine.admit(request("short"))
    while not any(event.job_id == "short" and not hasattr(event, "step") for event in bench.events):
        bench.tick()
    assert bench.result("short").images
    long = bench.progress("long")[-1]
    assert 0 < long.step < long.steps == 11 * 10 * (STEPS + 1)
    bench.engine.cancel("long")
    bench.run(request("after"))
    assert isinstance(bench.error("long"), JobCancelled)
    assert not [name for name in bench.files() if name.startswith("images/long")]
    assert bench.result("after").images


def test_memory_that_fits_no_window_is_asked_for_smaller_ones(
    make: Callable[..., Bench], x4: Components, monkeypatch: pytest.MonkeyPatch
) -> None:
    forward = x4.unet.forward

    def little(sample: torch.Tensor, *arguments: Any, **more: Any) -> Any:
        if sample[0, 0].numel() * len(sample) > 2 * 16 * 16:
            raise torch.OutOfMemoryError("out of memory")
        return forward(sample, *arguments, **more)

    monkeypatch.setattr(x4.unet, "forward", little)
    bench = make()
    bench.run(larger(bench, "large", photo((40, 32))))
    assert result(bench, "large").size == (160, 128)


def test_the_image_check_looks_at_what_came_out(make: Callable[..., Bench]) -> None:
    class LargeOnly:
        categories = ("sexual",)

        def score(self, image: Image.Image) -> dict[str, float]:
            return {"sexual": 0.9 if image.width > 64 else 0.0}

    bench = make(image_check=LargeOnly())
    bench.run(larger(bench, "large", photo((32, 32)), policy=SafetyPolicy()))
    assert bench.result("large").blocked == "sexual"
    assert not [name for name in bench.files() if name.startswith("images/large")]


# --- Where it comes from ----------------------------------------------------------------------------------------------


def test_without_the_model_it_is_said_and_not_offered(bench: Bench) -> None:
    bench.run(request("large", upscaler="sd-x4"))
    error = bench.error("large")
    assert isinstance(error, NotSupported)
    assert error.id == "error-upscaler-model"
    assert "sd-x4" not in bench.engine.warm_up("tiny").upscalers


def test_with_the_model_it_is_offered(make: Callable[..., Bench]) -> None:
    assert "sd-x4" in make().engine.warm_up("tiny").upscalers


def test_it_draws_nothing_alone(tmp_path: Path, x4: Components) -> None:
    family = SDX4(ModelSpec(name="x4", family="sd-x4", source="x"), x4)
    with pytest.raises(NotSupported) as refused:
        family.plan(request("a", "x4"), Gallery(tmp_path))
    assert refused.value.id == "error-enlarger-alone"
    assert family.measure(Gallery(tmp_path), lambda: 0.0).tasks == (Task.ENLARGE,)


def test_loads_from_a_folder_and_refuses_another_family(tmp_path: Path) -> None:
    pipeline = tiny_x4()
    pipeline.save_pretrained(tmp_path / "x4", safe_serialization=True)
    spec = ModelSpec(name="x4", family="sd-x4", source=str(tmp_path / "x4"))
    hub = HubCache(tmp_path / "hub", offline=True)
    loaded = load_components(spec, CPU, torch.float32, hub=hub)
    assert torch.equal(loaded.unet.conv_in.weight, pipeline.unet.conv_in.weight)
    assert loaded.low_res_scheduler_config["beta_schedule"] == "scaled_linear"
    with pytest.raises(ModelError) as refused:
        load_components(spec.model_copy(update={"family": "sd15"}), CPU, torch.float32, hub=hub)
    assert refused.value.id == "error-model-family"


def test_members_do_not_see_it_as_a_model_and_buttons_need_it() -> None:
    shipped = load_config()
    assert shipped.models["sd-x4"].licence
    assert "sd-x4" not in shipped.specs
    raw = shipped.model_dump(by_alias=True)
    raw["upscale"]["upscaler"] = "sd-x4"
    assert Config.model_validate(raw).upscale.upscaler == "sd-x4"
    del raw["models"]["sd-x4"]
    with pytest.raises(ValueError, match="sd-x4"):
        Config.model_validate(raw)


# --- Windows ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(1, 1), (32, 32), (33, 20), (100, 70), (61, 300)])
def test_windows_cover_everything_are_alike_and_overlap(size: tuple[int, int]) -> None:
    boxes = windows(size, SIDE)
    seen = np.zeros((size[1], size[0]), dtype=int)
    for box in boxes:
        seen[box.top : box.bottom, box.left : box.right] += 1
    assert seen.min() >= 1
    assert {box.size for box in boxes} == {(min(size[0], SIDE), min(size[1], SIDE))}
    lefts = sorted({box.left for box in boxes})
    assert all(after - before <= SIDE - SIDE // 8 for before, after in itertools.pairwise(lefts))


def test_a_window_counts_fully_where_nothing_lies_before_it() -> None:
    assert torch.equal(weights(Box(0, 0, 8, 4), 4), torch.ones(4, 8))
    fading = weights(Box(8, 0, 16, 4), 4)
    assert torch.equal(fading[0], fading[3])
    assert fading[0].tolist() == pytest.approx([0.2, 0.4, 0.6, 0.8, 1, 1, 1, 1])


def test_what_is_the_same_everywhere_stays_the_same_in_windows() -> None:
    room = Room(8, CPU)
    whole = torch.rand(2, 3, 30, 21)
    assert torch.allclose(room.work(lambda part: part * 2, whole), whole * 2)
    large = room.work(lambda part: part.repeat_interleave(4, -1).repeat_interleave(4, -2), whole, scale=4)
    assert torch.allclose(large, whole.repeat_interleave(4, -1).repeat_interleave(4, -2))
