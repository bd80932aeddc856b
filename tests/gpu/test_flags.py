"""Midjourney's flags on the starter: each changes the picture, and in the direction that it names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from bot.config import PROJECT
from bot.inputs import NEED_A_PICTURE, Picture, Prepared, prepare
from bot.prompt.foreign import midjourney
from bot.prompt.parser import parse
from bot.prompt.resolve import resolve
from bot.prompt.styles import bundled_styles
from gpu import canvas
from gpu.families.base import Components
from gpu.params import GenerationParams
from gpu.types import InputImage, InputRole, ModelSpec
from tests.gpu.bench import Bench, difference, request, stock
from tests.gpu.pictures import photo, png

SPEC = ModelSpec(name="starter", family="sdxl", source="x", pixels=64 * 64, multiple=8, num_inference_steps=6,
                 guidance_scale=4.0, negative_prompt="photo")  # fmt: skip
PHOTO = photo((64, 64))


def of(line: str) -> GenerationParams:
    """A line as the studio resolves it."""
    return prepared(line).params


def prepared(line: str) -> Prepared:
    """The same with a photo, where a flag wants one."""
    styles = bundled_styles()
    parsed = parse(line, models=["starter"], styles=styles.names)
    sent = [Picture(InputRole.IMAGE, PHOTO)] if parsed.chosen.keys() & {*NEED_A_PICTURE} else []
    return prepare(resolve(parsed, spec=SPEC, styles=styles, seed=11), sent, parsed.chosen, SPEC)


def draw(bench: Bench, line: str, job_id: str = "") -> Tensor:
    """The latents of a line's pictures."""
    return drawn(bench, line, job_id).latents


@dataclass(frozen=True)
class Drawn:
    """What a line became."""

    params: GenerationParams
    latents: Tensor
    """[images, channels, h, w]"""
    pixels: NDArray[np.float64]
    """[h, w, 3] of the first picture, 0 … 255."""
    calls: int
    """Of the UNet."""


def drawn(bench: Bench, line: str, job_id: str = "") -> Drawn:
    job, made, calls = (job_id or line).replace("/", "-"), prepared(line), bench.engine.unet_calls
    wishes = made.params.model_dump(exclude={"model"})
    inputs = [InputImage(role=one.role, path=_stored(bench, job, one)) for one in made.pictures]
    bench.run(request(job, "starter", **wishes, inputs=tuple(inputs)))
    path = bench.folder / bench.result(job).images[0].path
    with Image.open(path) as picture:
        pixels = np.asarray(picture.convert("RGB"), dtype=np.float64)
    return Drawn(made.params, bench.latents(job), pixels, bench.engine.unet_calls - calls)


def _stored(bench: Bench, job: str, picture: Picture) -> Path:
    path = Path("inputs", job.replace(" ", "-"), f"{picture.role}.png")
    (bench.folder / path).parent.mkdir(parents=True, exist_ok=True)
    (bench.folder / path).write_bytes(png(picture.image))
    return path


def apart(pictures: Tensor) -> float:
    """How far the pictures of a grid are from one another on the average."""
    return sum(float((a - b).norm()) for a, b in combinations(pictures, 2)) / max(len(pictures), 1)


def away(a: Tensor, b: Tensor) -> float:
    return float((a - b).norm())


def shape(made: Drawn, first: Drawn) -> float:
    return made.pixels.shape[1] / made.pixels.shape[0]


def spread(made: Drawn, first: Drawn) -> float:
    return apart(made.latents)


def without_red(made: Drawn, first: Drawn) -> float:
    red, green, blue = made.pixels.mean((0, 1))
    return float((green + blue) / 2 - red)


def sharp(made: Drawn, first: Drawn) -> float:
    """How much neighbours differ: details, and noise."""
    return float(np.abs(np.diff(made.pixels, axis=0)).mean() + np.abs(np.diff(made.pixels, axis=1)).mean())


def far(made: Drawn, first: Drawn) -> float:
    """From the first line's picture."""
    return away(made.latents, first.latents)


def work(made: Drawn, first: Drawn) -> float:
    return made.calls


def meeting(made: Drawn, first: Drawn) -> float:
    """How well opposite edges fit, in steps between neighbours inside."""
    inside = np.abs(np.diff(made.pixels, axis=1)).mean()
    return -float(np.abs(made.pixels[:, 0] - made.pixels[:, -1]).mean() / inside)


def like_the_photo(made: Drawn, first: Drawn) -> float:
    return -float(np.abs(made.pixels - np.asarray(PHOTO, dtype=np.float64)).mean())


def photo_inside(made: Drawn, first: Drawn) -> float:
    """How many times smaller the photo stands in the middle."""
    box = canvas.zoomed(PHOTO.size, made.params.zoom).box
    small = PHOTO.resize((box[2] - box[0], box[3] - box[1]), Image.Resampling.LANCZOS)
    same = np.abs(made.pixels[box[1] : box[3], box[0] : box[2]] - np.asarray(small, dtype=np.float64)).mean() < 8
    return PHOTO.width / small.width if same else 0.0


def lines(start: str, *flags: str) -> list[str]:
    return [f"{start} {flag}".strip() for flag in flags]


Measure = Callable[[Drawn, Drawn], float]
FOX = "a fox --n 1 --seed 3"
BERRY = "a strawberry, flat icon --seed 3"
DIRECTIONS: Mapping[str, tuple[Measure, list[str]]] = {
    "aspect": (shape, lines(FOX, "--ar 1:2", "", "--ar 2:1")),
    "chaos": (spread, lines(BERRY, "--chaos 0", "--chaos 50", "--chaos 100")),
    "no": (without_red, lines(f"{BERRY} --n 1 --steps 12", "--no none", "--no red")),
    "quality": (work, lines(FOX, "--q 0.5", "--q 1", "--q 2")),
    "seed": (far, lines("a fox --n 1", "--seed 4", "--seed 5")),
    "stop": (work, lines(FOX, "--stop 30", "--stop 60", "")),
    "style": (far, lines(FOX, "--style raw", "")),
    "raw": (far, lines(FOX, "--raw", "")),
    "stylize": (far, lines(f"{FOX} --style flat icon", *(f"--stylize {n}" for n in (0, 50, 100, 1000)))),
    "tile": (meeting, lines("a flower pattern --n 1 --seed 2 --steps 8", "", "--tile")),
    "iw": (like_the_photo, lines(FOX, "--iw 0", "--iw 1.5", "--iw 3")),
    "weird": (far, lines(FOX, "", "--weird 300", "--weird 3000")),
    "niji": (far, lines(FOX, "", "--niji 6")),
    "draft": (work, lines(FOX, "", "--draft")),
    "hd": (work, lines(FOX, "", "--hd")),
    "zoom": (photo_inside, lines(FOX, "--zoom 1.2", "--zoom 1.5", "--zoom 2")),
}
"""Midjourney's flag → what grows along its lines, of which the first changes least."""
ELSEWHERE = {
    "sref": "tests/gpu/test_ip_adapters.py::test_two_styles_are_shared_by_their_weights",
    "sw": "tests/gpu/test_ip_adapters.py::test_louder_pictures_change_more",
    "cref": "tests/gpu/test_ip_adapters.py::test_equals_stock_in_mixed_company",
    "cw": "tests/gpu/test_ip_adapters.py::test_louder_pictures_change_more",
    "repeat": "tests/e2e/test_sweeps.py::test_permutations_are_counted_confirmed_and_drawn_one_by_one",
    "version": "tests/bot/prompt/test_midjourney.py::test_every_spelling_is_one_of_ours_or_has_a_reason",
    "turbo": "tests/storage/test_flows.py::test_turbo_goes_first_and_pays_double",
    "fast": "tests/storage/test_flows.py::test_turbo_and_fast_are_one_account",
    "relax": "tests/storage/test_flows.py::test_relax_runs_when_nobody_else_waits",
}
"""Flags that want adapters, that the starter has none of, or decide no pixel: how many jobs, whose turn it is."""


@pytest.fixture
def bench(make_bench: Callable[..., Bench]) -> Bench:
    return make_bench()


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


def test_stylize_weighs_the_words_of_the_style() -> None:
    found = [of(f"a fox --style flat icon --stylize {value}").prompt for value in (0, 50, 100, 1000)]
    assert found == ["a fox", "a fox, (flat icon:0.5)", "a fox, flat icon", "a fox, (flat icon:1.7)"]


@pytest.mark.parametrize("sampler", ["Euler", "Euler a", "DPM++ 2M"])
def test_stop_is_the_whole_drawing_cut_short(bench: Bench, sampler: str) -> None:
    """Fewer steps are drawn, and the picture is another one."""
    line = f"a fox --n 1 --seed 3 --sampler {sampler}"
    short = draw(bench, f"{line} --stop 50")
    calls = bench.engine.unet_calls
    whole = draw(bench, line)
    assert calls < bench.engine.unet_calls - calls
    assert away(short, whole) > 0


@pytest.mark.parametrize("flag", DIRECTIONS)
def test_every_flag_moves_the_picture_in_its_direction(bench: Bench, flag: str) -> None:
    measure, written = DIRECTIONS[flag]
    made = [drawn(bench, line) for line in written]
    values = [measure(one, made[0]) for one in made]
    assert values == sorted(set(values)), values
    assert all(one.params != made[0].params for one in made[1:])
    assert not any(np.array_equal(one.pixels, made[0].pixels) for one in made[1:])


def test_no_accepted_flag_lacks_such_a_test() -> None:
    assert {flag.name for flag in midjourney() if not flag.reason} == DIRECTIONS.keys() | ELSEWHERE.keys()
    for test in ELSEWHERE.values():
        file, _, name = test.partition("::")
        assert re.search(rf"def {name}\b", (PROJECT / file).read_text("utf-8")), test


def test_shorthands_are_exactly_what_they_stand_for() -> None:
    for short, whole in (("--draft", "--q draft"), ("--hd", "--hires 2"), ("--niji 6", "--style anime"),
                         ("--raw", "--style raw")):  # fmt: skip
        assert of(f"a fox {short}") == of(f"a fox {whole}")


def test_a_stopped_drawing_is_softer(bench: Bench) -> None:
    line = "a fox, flat icon --n 1 --seed 3 --steps 20"
    soft, whole = (drawn(bench, f"{line} {flag}") for flag in ("--stop 20", ""))
    assert sharp(soft, soft) < sharp(whole, soft)


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
