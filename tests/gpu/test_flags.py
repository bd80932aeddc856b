"""Midjourney's flags on the starter: each changes the picture, and in the direction that it names."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Any

import pytest
import torch
from torch import Tensor

from bot.prompt.parser import parse
from bot.prompt.resolve import resolve
from bot.prompt.styles import bundled_styles
from gpu.families.base import Components
from gpu.params import GenerationParams
from gpu.types import ModelSpec
from tests.gpu.bench import Bench, difference, request, stock

SPEC = ModelSpec(name="starter", family="sdxl", source="x", pixels=64 * 64, multiple=8, num_inference_steps=6,
                 guidance_scale=4.0, negative_prompt="photo")  # fmt: skip


def of(line: str) -> GenerationParams:
    """A line as the studio resolves it."""
    styles = bundled_styles()
    parsed = parse(line, models=["starter"], styles=styles.names)
    return resolve(parsed, spec=SPEC, styles=styles, seed=11)


def draw(bench: Bench, line: str, job_id: str = "") -> Tensor:
    """The latents of a line's pictures."""
    job = job_id or line
    bench.run(request(job.replace("/", "-"), "starter", **of(line).model_dump(exclude={"model"})))
    return bench.latents(job.replace("/", "-"))


def apart(pictures: Tensor) -> float:
    """How far the pictures of a grid are from one another on the average."""
    return sum(float((a - b).norm()) for a, b in combinations(pictures, 2)) / max(len(pictures), 1)


def away(a: Tensor, b: Tensor) -> float:
    return float((a - b).norm())


@pytest.fixture
def bench(make_bench: Callable[..., Bench]) -> Bench:
    return make_bench()


def test_chaos_spreads_the_pictures_of_a_grid(bench: Bench) -> None:
    calm, some, wild = (draw(bench, f"a strawberry, flat icon --seed 3 --chaos {chaos}") for chaos in (0, 50, 100))
    assert apart(calm) < apart(some) < apart(wild)


def test_a_picture_of_a_chaotic_grid_repeats_alone(bench: Bench) -> None:
    grid = draw(bench, "a strawberry, flat icon --seed 3 --chaos 80")
    alone = draw(bench, "a strawberry, flat icon --seed 5 --n 1 --chaos 80")
    assert difference(alone[0], grid[2]) < 1e-5


def test_chaos_joins_the_calls_of_others_and_leaves_them_exact(bench: Bench, starter: Components) -> None:
    calm = request("calm", "starter", **of("a fox --n 1").model_dump(exclude={"model"}))
    wild = request("wild", "starter", **of("a fox --n 2 --chaos 90").model_dump(exclude={"model"}))
    bench.run(calm, wild)
    assert bench.engine.unet_calls == 6
    assert difference(bench.latents("calm"), stock(starter, calm.params)) < 1e-5


def test_stylize_moves_along_the_style(bench: Bench) -> None:
    lines = [f"a fox --n 1 --seed 1 --style flat icon --stylize {value}" for value in (0, 50, 100, 1000)]
    none, half, whole, much = (draw(bench, line) for line in lines)
    assert 0 < away(none, half) < away(none, whole) < away(none, much)
    prompts = ["a fox", "a fox, (flat icon:0.5)", "a fox, flat icon", "a fox, (flat icon:1.7)"]
    assert [of(line).prompt for line in lines] == prompts


def test_weird_moves_away_from_the_words(bench: Bench) -> None:
    plain, some, much = (draw(bench, f"a fox --n 1 --seed 3 --weird {weird}") for weird in (0, 300, 3000))
    assert 0 < away(plain, some) < away(plain, much)


@pytest.mark.parametrize("sampler", ["Euler", "Euler a", "DPM++ 2M"])
def test_stop_is_the_whole_drawing_cut_short(bench: Bench, sampler: str) -> None:
    """Fewer steps are drawn, and the picture is another one."""
    line = f"a fox --n 1 --seed 3 --sampler {sampler}"
    short = draw(bench, f"{line} --stop 50")
    calls = bench.engine.unet_calls
    whole = draw(bench, line)
    assert calls < bench.engine.unet_calls - calls
    assert away(short, whole) > 0


@pytest.mark.parametrize(
    ("line", "other"),
    [
        ("a fox --n 1 --style raw --no rain", "a fox --n 1 --no rain"),
        ("a fox --n 1 --draft", "a fox --n 1"),
        ("a fox --n 1 --q 2", "a fox --n 1"),
        ("a fox --n 1 --niji 6", "a fox --n 1"),
        ("a fox --n 1 --no apple", "a fox --n 1"),
        ("a fox --n 1 --seed 4", "a fox --n 1 --seed 5"),
    ],
)
def test_other_flags_change_the_picture(bench: Bench, line: str, other: str) -> None:
    assert away(draw(bench, line), draw(bench, other)) > 0


def test_hd_and_ar_change_the_size(bench: Bench) -> None:
    draw(bench, "a fox --n 1 --hd", "hd")
    draw(bench, "a fox --n 1 --ar 2:1", "wide")
    assert (bench.result("hd").images[0].width, bench.result("hd").images[0].height) == (128, 128)
    wide = bench.result("wide").images[0]
    assert wide.width > 1.5 * wide.height


def test_what_a_stopped_drawing_shows_is_the_guess_of_stock(bench: Bench, starter: Components) -> None:
    """The latents after the last step that is drawn equal stock's after as many."""
    from gpu.families.sdxl import SDXL
    from gpu.phases import Draw, Work
    from tests.gpu.bench import stock_pipeline

    params = of("a fox --n 1 --seed 3 --stop 50 --sampler Euler")
    phase = Draw(SDXL(SPEC, starter), params)
    state = phase.prepare(Work())
    while not state.done:
        phase.advance(state, phase.predict([state])[0])
    kept: list[Tensor] = []

    def keep(pipeline: Any, step: int, timestep: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        kept.append(tensors["latents"])
        return {}

    pipeline = stock_pipeline(starter, params.scheduler)
    pipeline.set_progress_bar_config(disable=True)
    pipeline(
        prompt=params.prompt, negative_prompt=params.negative_prompt, width=params.width, height=params.height,
        num_inference_steps=params.num_inference_steps, guidance_scale=params.guidance_scale,
        generator=torch.Generator().manual_seed(params.seed), callback_on_step_end=keep, output_type="latent",
    )  # fmt: skip
    assert len(state.timesteps) == 3 == phase.steps
    assert difference(state.latents, kept[2]) < 1e-5
