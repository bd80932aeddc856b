"""The step engine as its caller sees it: sharing, joining, leaving, failing alone, accounts. By counters, not time."""

from __future__ import annotations

import dataclasses
import itertools
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from gpu.backend import Failed
from gpu.errors import JobCancelled, NotSupported, OutOfMemory, WorkerBug
from gpu.families.base import Components
from gpu.params import GenerationParams
from gpu.types import GenerationResult, Progress, SafetyPolicy, Task
from tests.gpu.bench import Bench, difference, request, stock


class Clock:
    """Time that passes only when it is read, or when told."""

    def __init__(self, tick: float = 0.0) -> None:
        self.now = 0.0
        self._tick = tick

    def __call__(self) -> float:
        self.now += self._tick
        return self.now


class Check:
    """An image check with the scores that a test wants, one a picture."""

    categories = ("sexual",)

    def __init__(self, *scores: float) -> None:
        self._scores: Iterator[float] = itertools.chain(scores, itertools.repeat(0.0))
        self.seen: list[tuple[int, int]] = []

    def score(self, image: Image.Image) -> dict[str, float]:
        self.seen.append(image.size)
        return {"sexual": next(self._scores)}


class Limited(torch.nn.Module):
    """A UNet on a device that holds so many rows."""

    def __init__(self, unet: Any, rows: int, error: Exception | None = None) -> None:
        super().__init__()
        self.unet, self.rows, self.calls = unet, rows, []
        self.error = error or torch.OutOfMemoryError("CUDA out of memory")

    config = property(lambda self: self.unet.config)
    dtype = property(lambda self: self.unet.dtype)
    device = property(lambda self: self.unet.device)

    def forward(self, sample: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
        self.calls.append(len(sample))
        if len(sample) > self.rows:
            raise self.error
        return self.unet(sample, *args, **kwargs)


# Sharing calls


def test_four_different_jobs_share_calls(bench: Bench) -> None:
    four = [
        request("a", num_inference_steps=8, guidance_scale=5.0, scheduler="Euler"),
        request("b", num_inference_steps=5, guidance_scale=7.5, scheduler="DPM++ 2M", prompt="a fox"),
        request("c", num_inference_steps=4, guidance_scale=1.0, scheduler="LCM", num_images=2),
        request("d", num_inference_steps=6, guidance_scale=3.0, scheduler="Euler a", seed=4),
    ]
    bench.run(later={tick: [job] for tick, job in enumerate(four)})
    assert bench.engine.unet_calls <= 9
    assert all(len(bench.result(job.job_id).images) == job.params.num_images for job in four)


def test_a_second_job_steps_before_the_first_ends(bench: Bench) -> None:
    bench.run(request("first", num_inference_steps=6), later={2: [request("second", num_inference_steps=2)]})
    assert [event.job_id for event in bench.events if isinstance(event, GenerationResult)] == ["second", "first"]
    assert bench.engine.unet_calls == 6


def test_jobs_beyond_the_slots_wait_their_turn(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(slots=2)
    bench.run(*(request(f"{n}", num_inference_steps=3) for n in range(4)))
    assert bench.engine.unet_calls == 6
    ends = [event.job_id for event in bench.events if isinstance(event, GenerationResult)]
    assert sorted(ends[:2]) == ["0", "1"]


def test_sizes_and_models_take_fair_turns(make_bench: Callable[..., Bench]) -> None:
    """Three groups of which one is much cheaper: each gets about the same device time, none waits for another's end."""
    bench = make_bench(clock=Clock(0.01))
    bench.run(
        request("wide", width=96, num_inference_steps=24),
        request("square", num_inference_steps=24),
        request("other", "starter", width=64, height=64, num_inference_steps=24),
    )
    halfway = {job: next(p for p in bench.progress(job) if p.step == 12) for job in ("wide", "square", "other")}
    places = [bench.events.index(progress) for progress in halfway.values()]
    assert max(places) - min(places) < 24
    assert bench.engine.unet_calls == 72


NOT_PER_ROW: list[dict[str, Any]] = [{"width": 96}, {"tile": True}, {"height": 72}, {"prompt": "a red apple, " * 40}]
PER_ROW: list[dict[str, Any]] = [
    {"guidance_scale": 1.0},
    {"guidance_scale": 9.0},
    {"scheduler": "DDIM"},
    {"num_inference_steps": 4, "seed": 9},
    {"negative_prompt": "rain"},
    {"prompt": "a fox"},
    {"prompt": ""},
    {"num_images": 3},
    {"model": "tiny", "quality": "draft", "aspect_ratio": "1:1", "style": "x"},
    {"upscaler": "video", "noise_level": 100},
    {"speed": "turbo", "stylize": 250, "weird": 100},  # done before the worker is asked
    {"lora": "ink:0"},  # one that weighs nothing; others are in test_lora.py
    {"style_references": "2", "style_weight": 5.0, "character_references": "2", "character_weight": 5.0},  # the same
    {"strength": 0.5, "image_weight": 2.0, "mask": "right", "zoom": 1.5, "pan": "left", "square": True},  # no picture
]
ELSEWHERE = {"hires", "hires_by", "control", "repeat", "chaos", "stop"}  # test_hires.py … ; repeat makes jobs


@pytest.mark.parametrize("wish", NOT_PER_ROW)
def test_what_is_not_per_row_does_not_share(bench: Bench, wish: dict[str, Any]) -> None:
    bench.run(request("a"), request("b", **wish))
    assert bench.engine.unet_calls == 8


@pytest.mark.parametrize("wish", PER_ROW)
def test_what_is_per_row_shares_and_stays_exact(bench: Bench, tiny: Components, wish: dict[str, Any]) -> None:
    jobs = [request("a"), request("b", **wish)]
    bench.run(*jobs)
    assert bench.engine.unet_calls == 4
    for job in jobs:
        assert difference(bench.latents(job.job_id), stock(tiny, job.params)) < 1e-5


def test_every_parameter_was_considered() -> None:
    """A new parameter goes into one of the two lists above: jobs that differ in it share calls, or may not."""
    considered = {key for wish in (*NOT_PER_ROW, *PER_ROW) for key in wish}
    assert {*GenerationParams.model_fields} == considered | ELSEWHERE


# The same bytes


def test_the_same_request_gives_the_same_file(make_bench: Callable[..., Bench]) -> None:
    job = request("a", num_images=2)
    first, second = make_bench(), make_bench()
    first.run(job)
    second.run(job)
    assert [first.png("a", k) for k in (1, 2)] == [second.png("a", k) for k in (1, 2)]


def test_the_same_mix_gives_the_same_files(make_bench: Callable[..., Bench]) -> None:
    mix = [request(f"{n}", num_inference_steps=3 + n, num_images=1 + n % 2) for n in range(4)]
    benches = make_bench(), make_bench()
    for bench in benches:
        bench.run(later={n: [job] for n, job in enumerate(mix)})
    for job in mix:
        assert len({bench.png(job.job_id) for bench in benches}) == 1


def test_image_k_is_the_image_of_its_seed(bench: Bench) -> None:
    bench.run(request("grid", num_images=4, seed=2**32 - 2))
    assert [image.seed for image in bench.result("grid").images] == [2**32 - 2, 2**32 - 1, 0, 1]
    bench.run(request("third", num_images=1, seed=0))
    assert difference(bench.latents("third")[0], bench.latents("grid")[2]) < 1e-5


# Leaving


def test_cancel_stops_at_once_and_disturbs_nobody(bench: Bench, tiny: Components) -> None:
    jobs = [request("stays", num_inference_steps=6), request("goes", num_inference_steps=50)]
    for job in jobs:
        bench.engine.admit(job)
    bench.tick()
    bench.tick()
    bench.engine.cancel("goes")
    calls = bench.engine.unet_calls
    assert isinstance(bench.tick()[0].error, JobCancelled)  # type: ignore[union-attr]
    bench.run()
    assert bench.engine.unet_calls == calls + 4
    assert difference(bench.latents("stays"), stock(tiny, jobs[0].params)) < 1e-5
    assert not any("goes" in file for file in bench.files())


def test_cancel_of_a_waiting_job(bench: Bench) -> None:
    bench.engine.admit(request("a"))
    bench.engine.cancel("a")
    assert not bench.engine.idle
    bench.run()
    assert isinstance(bench.error("a"), JobCancelled)
    assert bench.engine.unet_calls == 0


def test_cancel_of_unknown_and_finished_jobs_is_ignored(bench: Bench) -> None:
    bench.run(request("a"))
    bench.engine.cancel("a")
    bench.engine.cancel("nobody")
    assert bench.engine.idle
    assert bench.result("a").images


def test_cancel_while_saving_leaves_no_file(bench: Bench) -> None:
    bench.engine.admit(request("a", num_images=3))
    while not any(file.endswith("1.png") for file in bench.files()):
        bench.tick()
    bench.engine.cancel("a")
    bench.run()
    assert bench.files() == []


def test_unknown_models_and_sizes_are_refused(bench: Bench) -> None:
    with pytest.raises(NotSupported) as refusal:
        bench.engine.admit(request("a").model_copy(update={"params": GenerationParams(model="dall-e")}))
    assert refusal.value.id == "error-model-unknown"
    bench.run(request("odd", width=100), request("lcm", scheduler="LCM", num_inference_steps=80), request("fine"))
    assert bench.error("odd").id == "error-size"  # type: ignore[attr-defined]
    assert bench.error("lcm").id == "error-steps"  # type: ignore[attr-defined]
    assert bench.result("fine").images


# Failing alone


def limited(tiny: Components, rows: int, error: Exception | None = None) -> Components:
    return dataclasses.replace(tiny, unet=Limited(tiny.unet, rows, error))


def test_out_of_memory_halves_the_rows(tmp_path: Path, tiny: Components) -> None:
    model = limited(tiny, rows=5)
    bench = Bench(tmp_path, {"tiny": model})
    jobs = [request("a", num_images=4), request("b", num_images=2)]
    bench.run(*jobs)
    assert model.unet.calls == [12, 6, 3, 3, 3, 3] + 3 * [3, 3, 3, 3]
    for job in jobs:
        assert difference(bench.latents(job.job_id), stock(tiny, job.params)) < 1e-5


@pytest.mark.parametrize(
    "error", [torch.OutOfMemoryError("CUDA out of memory"), RuntimeError("MPS backend out of memory (MPS allocated …)")]
)
def test_out_of_memory_for_good_fails_the_job_and_not_the_engine(
    tmp_path: Path, tiny: Components, error: Exception
) -> None:
    model = limited(tiny, rows=0, error=error)
    bench = Bench(tmp_path, {"tiny": model})
    bench.run(request("a", num_images=2))
    assert isinstance(bench.error("a"), OutOfMemory)
    model.unet.rows = 64
    bench.run(request("b"))
    assert bench.result("b").images


def test_a_job_that_breaks_a_shared_call_fails_alone(make_bench: Callable[..., Bench], tiny: Components) -> None:
    bench = make_bench()
    jobs = [request("sound"), request("broken")]
    for job in jobs:
        bench.engine.admit(job)
    bench.tick()
    state = bench.engine._jobs["broken"].state
    state.conditioning = {**state.conditioning, "text_embeds": torch.zeros(2, 1)}  # type: ignore[attr-defined]
    bench.run()
    assert isinstance(bench.error("broken"), WorkerBug)
    assert difference(bench.latents("sound"), stock(tiny, jobs[0].params)) < 1e-5


def test_a_full_disk_fails_the_job_and_not_the_engine(bench: Bench) -> None:
    (bench.folder / "images").write_text("a file where a folder should be")
    bench.run(request("a"))
    assert isinstance(bench.error("a"), WorkerBug)
    (bench.folder / "images").unlink()
    bench.run(request("b"))
    assert bench.result("b").images


# The image check


def test_scores_are_kept(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(image_check=Check(0.1, 0.69))
    bench.run(request("a", num_images=2))
    assert [image.scores["sexual"] for image in bench.result("a").images] == [0.1, 0.69]


def test_one_refused_picture_blocks_the_job_without_a_trace(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(image_check=Check(0.1, 0.2, 0.7), clock=Clock(0.001))
    bench.run(request("a", num_images=4))
    result = bench.result("a")
    assert (result.blocked, result.images) == ("sexual", ())
    assert result.device_seconds > 0
    assert bench.files() == []


def test_a_check_that_breaks_ends_only_its_own_job(make_bench: Callable[..., Bench]) -> None:
    class Broken(Check):
        def score(self, image: Image.Image) -> dict[str, float]:
            raise ValueError("no such picture")

    bench = make_bench(image_check=Broken())
    bench.engine.admit(request("preview", num_inference_steps=8, previews=True))
    bench.engine.admit(request("picture", num_inference_steps=12))
    while not any(isinstance(event, Failed) for event in bench.tick()):
        pass
    assert isinstance(bench.error("preview"), WorkerBug)
    assert "picture" in bench.engine._jobs
    bench.run()
    assert isinstance(bench.error("picture"), WorkerBug)


def test_the_policy_decides(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(image_check=Check(0.9))
    bench.run(request("a", policy=SafetyPolicy(thresholds={"sexual": 0.95})))
    assert bench.result("a").images


# Progress, previews, accounts


def test_progress_counts_every_step(bench: Bench) -> None:
    bench.run(request("a", num_inference_steps=5))
    drawing = [p for p in bench.progress("a") if p.phase == "draw"]
    assert [(p.step, p.steps) for p in drawing] == [(n, 5) for n in range(1, 6)]
    assert {p.step for p in bench.progress("a") if p.phase != "draw"} == {5}


def test_seconds_left_follow_the_pace(make_bench: Callable[..., Bench]) -> None:
    clock = Clock()
    bench = make_bench(clock=clock)
    bench.engine.admit(request("a", num_inference_steps=6))
    for _ in range(3):
        clock.now += 2.0
        bench.tick()
    assert bench.progress("a")[-1].seconds_left == pytest.approx(3 * 2.0, rel=0.7)
    for _ in range(3):
        clock.now += 2.0
        bench.tick()
    assert [p.seconds_left for p in bench.progress("a")][5] == 0


def test_previews_are_rare_small_and_gone_at_the_end(make_bench: Callable[..., Bench]) -> None:
    check = Check()
    bench = make_bench(image_check=check)
    bench.engine.admit(request("a", num_inference_steps=12, num_images=4, previews=True))
    shown = []
    while not bench.engine.idle:
        for event in bench.tick():
            if isinstance(event, Progress) and event.preview:
                shown.append(event.step)
                with Image.open(bench.folder / event.preview) as picture:
                    assert picture.format == "JPEG"
                    assert picture.width == picture.height <= 512
                assert (bench.folder / event.preview).stat().st_size < 60_000
    assert shown == [3, 6, 9, 12, 12, 12]  # then with every picture that is finished, but the last
    assert not any("preview" in file for file in bench.files())


def test_no_preview_unless_asked_for_checked_and_passed(make_bench: Callable[..., Bench]) -> None:
    unasked, unchecked = make_bench(image_check=Check()), make_bench()
    refused = make_bench(image_check=Check(0.9, 0.9, 0.9))
    unasked.run(request("a", num_inference_steps=8))
    unchecked.run(request("a", num_inference_steps=8, previews=True))
    refused.run(request("a", num_inference_steps=8, previews=True))
    for bench in (unasked, unchecked, refused):
        assert not any(progress.preview for progress in bench.progress("a"))
        assert bench.result("a").images


def test_previews_cost_a_small_share(make_bench: Callable[..., Bench]) -> None:
    """A check that is much slower than a step is asked once, and again only when drawing has caught up."""

    class SlowCheck(Check):
        def score(self, image: Image.Image) -> dict[str, float]:
            clock.now += 100.0
            return super().score(image)

    clock = Clock(0.001)
    bench = make_bench(image_check=SlowCheck(), clock=clock)
    bench.run(request("a", num_inference_steps=16, previews=True))
    assert sum(bool(progress.preview) for progress in bench.progress("a")) == 1


def test_device_seconds_are_shared_by_rows(make_bench: Callable[..., Bench]) -> None:
    """While jobs share calls, a job of six rows pays three times what one of two rows pays; all together pay all."""
    bench = make_bench(clock=Clock(0.1))
    bench.engine.admit(request("large", num_images=3, num_inference_steps=8))
    bench.engine.admit(request("small", num_images=1, num_inference_steps=8))
    bench.tick()
    jobs = bench.engine._jobs
    before = {name: job.device_seconds for name, job in jobs.items()}
    bench.tick()
    paid = {name: job.device_seconds - before[name] for name, job in jobs.items()}
    assert paid["large"] == pytest.approx(3 * paid["small"])
    assert paid["large"] + paid["small"] == pytest.approx(0.1)
    bench.run()
    assert bench.result("large").device_seconds > bench.result("small").device_seconds > 0


# Variations


def test_variations_start_from_the_picture(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench()
    bench.run(request("parent", "starter", num_inference_steps=6, prompt="a red apple, on a white background"))
    start = bench.result("parent").images[0].latents
    wish = {"task": Task.VARY, "start_latents": start, "num_inference_steps": 6, "num_images": 2, "seed": 70}
    line = {"prompt": "a red apple, on a white background"}
    for name, strength in (("near", 0.2), ("far", 0.7), ("new", 1.0), ("same", 0.0)):
        bench.run(request(name, "starter", **wish, **line, strength=strength))
    parent = bench.latents("parent")
    distance = {name: float((bench.latents(name) - parent).square().mean()) for name in ("same", "near", "far", "new")}
    assert distance["same"] == 0 < distance["near"] < distance["far"] < distance["new"]
    assert not torch.equal(*bench.latents("far"))
    bench.run(request("from noise", "starter", num_inference_steps=6, num_images=2, seed=70, **line))
    assert difference(bench.latents("new"), bench.latents("from noise")) < 1e-5


def test_variations_repeat(make_bench: Callable[..., Bench]) -> None:
    benches = make_bench(), make_bench()
    for bench in benches:
        bench.run(request("parent"))
        start = bench.result("parent").images[0].latents
        bench.run(request("child", task=Task.VARY, start_latents=start, num_images=2))
    assert benches[0].png("child", 2) == benches[1].png("child", 2)


@pytest.mark.parametrize("steps", [1, 2, 4])
@pytest.mark.parametrize("scheduler", ["LCM", "Euler", "DPM++ 2M", "UniPC", "DDIM"])
def test_few_steps_are_never_none(bench: Bench, steps: int, scheduler: str) -> None:
    bench.run(request("parent"))
    start = bench.result("parent").images[0].latents
    few = {"num_inference_steps": steps, "scheduler": scheduler, "strength": 0.1}
    bench.run(request("child", task=Task.VARY, start_latents=start, **few))
    assert bench.engine.unet_calls == 4 + 1
    assert bench.latents("child").isfinite().all()


def test_variations_of_what_is_gone_or_of_another_size(bench: Bench) -> None:
    bench.run(request("parent"))
    start = bench.result("parent").images[0].latents
    assert start
    bench.run(
        request("lost", task=Task.VARY, start_latents=Path("images/nobody/1.latents.safetensors")),
        request("wide", task=Task.VARY, start_latents=start, width=96, num_inference_steps=8),
        request("nothing", task=Task.VARY),
    )
    ids = [bench.error(job).id for job in ("lost", "wide", "nothing")]  # type: ignore[attr-defined]
    assert ids == ["error-latents-gone", "error-latents-shape", "error-task"]


# Warming up


def test_warm_up_measures(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(image_check=Check(), clock=time.perf_counter)
    measured = bench.engine.warm_up("tiny")
    assert measured.max_rows == 8 * 128 * 128 // (8 * 8)
    assert 0 < measured.seconds_per_row < 5
    assert 0 < measured.overhead_seconds < 5
    assert "UniPC" in measured.schedulers
