"""Memory: after hundreds of jobs of every kind the process is as large as after the first fifty."""

from __future__ import annotations

import gc
import itertools
from pathlib import Path
from typing import Any

import psutil
import pytest

from gpu.families.base import Components
from gpu.loras import LoraFolder
from gpu.types import GenerationRequest, InputImage, InputRole, Task
from tests.gpu.bench import Bench, request
from tests.gpu.pictures import half_mask, photo
from tests.gpu.tiny import write_lora

JOBS, FIRST = 300, 50
AT_ONCE = 5
IMAGE = InputImage(role=InputRole.IMAGE, path=Path("inputs/image.png"))
MASK = InputImage(role=InputRole.MASK, path=Path("inputs/mask.png"))


def kinds() -> list[dict[str, Any]]:
    """A wish of each kind; the first job's latents are there to vary."""
    return [
        {},
        {"inputs": (IMAGE,), "strength": 0.6},
        {"inputs": (IMAGE, MASK), "strength": 0.8},
        {"inputs": (IMAGE, MASK), "strength": 1.0, "task": Task.OUTPAINT},
        {"hires": 1.5},
        {"upscaler": "video"},
        {"lora": "lime:0.8"},
        {"task": Task.VARY, "strength": 0.6, "start_latents": Path("images/first/1.latents.safetensors")},
        {"tile": True},
        {"num_images": 4, "scheduler": "DPM++ 2M"},
    ]


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_three_hundred_mixed_jobs_leave_nothing_behind(tmp_path: Path, tiny: Components) -> None:
    (tmp_path / "inputs").mkdir()
    photo().save(tmp_path / IMAGE.path)
    half_mask().save(tmp_path / MASK.path)
    write_lora(tiny.unet, tmp_path / "lime.safetensors")
    bench = Bench(tmp_path, {"tiny": tiny}, loras=LoraFolder(tmp_path))
    bench.run(request("first"))
    jobs = (request(f"{n}", seed=n, **wish) for n, wish in zip(range(JOBS), itertools.cycle(kinds()), strict=False))
    after_first = _draw(bench, [next(jobs) for _ in range(FIRST)])
    after_all = _draw(bench, list(jobs))
    print(f"{after_first / 1e6:.0f} MB after {FIRST} jobs, {after_all / 1e6:.0f} MB after {JOBS}")
    assert after_all <= 1.10 * after_first


def _draw(bench: Bench, jobs: list[GenerationRequest]) -> int:
    """Bytes of the process once they are drawn, some at a time."""
    for start in range(0, len(jobs), AT_ONCE):
        some = jobs[start : start + AT_ONCE]
        bench.run(*some)
        for job in some:
            bench.result(job.job_id)
        bench.events.clear()
    gc.collect()
    return int(psutil.Process().memory_info().rss)
