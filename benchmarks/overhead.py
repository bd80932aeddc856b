"""What the bot costs: images per second through studio, queue, dispatcher and worker, against a bare diffusers loop.

Both draw, check and write the same pictures with the starter model, at the same settings and threads, in turns within
one run; previews are off in both. `python benchmarks/overhead.py [--jobs N] [--rounds N]`
"""

# ruff: noqa: E402 - the project and the libraries' switches come first

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent
sys.path[0] = str(PROJECT)  # not this folder: benchmarks/queue.py would hide the standard library's
os.environ.update(TOKENIZERS_PARALLELISM="false", HF_HUB_OFFLINE="1")
os.environ.update(OMP_NUM_THREADS=str(os.cpu_count()), OMP_WAIT_POLICY="PASSIVE")  # as in the worker

import torch
from diffusers import AutoencoderKL, EulerDiscreteScheduler, StableDiffusionXLPipeline
from PIL import Image

from bot.config import Config, load_config
from bot.requester import Requester
from bot.runtime import Runtime, open_studio
from gpu.autoencoder import PatchAutoencoder
from gpu.loading import load_components
from gpu.safety import Setup, make
from gpu.types import Progress
from storage.models import Job

PROMPTS = ("red apple, 3d render, on a blue background", "fox, flat icon, on a white background",
           "sunflower, 3d render, on a purple background", "sailboat, flat icon, on a teal background")  # fmt: skip
IMAGES = 4
USERS = 4


class BareLoop:
    """The stock pipeline, the stock scheduler, one job after another; what everybody writes first."""

    def __init__(self, config: Config, folder: Path) -> None:
        self.spec = config.models["starter"]
        parts = load_components(self.spec, torch.device("cpu"), torch.float32)
        self.autoencoder: PatchAutoencoder = parts.vae
        blocks = {"down_block_types": ("DownEncoderBlock2D",) * 4, "up_block_types": ("UpDecoderBlock2D",) * 4}
        stand_in = AutoencoderKL(latent_channels=8, block_out_channels=(8,) * 4, norm_num_groups=4, **blocks)
        names = ("text_encoder", "text_encoder_2", "tokenizer", "tokenizer_2", "unet")
        self.pipeline = StableDiffusionXLPipeline(
            vae=stand_in,
            scheduler=EulerDiscreteScheduler.from_config(dict(parts.scheduler_config)),
            force_zeros_for_empty_prompt=False,
            add_watermarker=False,
            **{name: getattr(parts, name) for name in names},
        )
        self.pipeline.set_progress_bar_config(disable=True)
        self.check = make(config.safety.image_check, Setup(config.safety.stable_diffusion))
        self.folder = folder
        self.seconds: Counter[str] = Counter()

    def job(self, prompt: str, seed: int) -> None:
        """Draw, check and write one grid of four."""
        with self._timed("draw"):
            pictures = self.draw(prompt, seed)
        with self._timed("check"):
            scores = [self.check.score(picture) for picture in pictures]
        with self._timed("encode"):
            for index, (picture, score) in enumerate(zip(pictures, scores, strict=True), 1):
                assert score["sexual"] < 0.7
                picture.save(self.folder / f"{seed}-{index}.png")

    def turn(self, jobs: int, seed: int) -> float:
        """Images per second of some jobs."""
        start = time.perf_counter()
        for k in range(jobs):
            self.job(PROMPTS[k % len(PROMPTS)], seed + 10 * k)
        return jobs * IMAGES / (time.perf_counter() - start)

    @torch.no_grad()
    def draw(self, prompt: str, seed: int) -> list[Image.Image]:
        """The pictures of one job."""
        generators = [torch.Generator().manual_seed(seed + k) for k in range(IMAGES)]
        steps, guidance = self.spec.num_inference_steps, self.spec.guidance_scale
        latents = self.pipeline(
            prompt, negative_prompt="", num_images_per_prompt=IMAGES, generator=generators, output_type="latent",
            num_inference_steps=steps, guidance_scale=guidance, height=128, width=128,
        ).images  # fmt: skip
        pixels = self.autoencoder.decode(latents).sample
        return self.pipeline.image_processor.postprocess(pixels, output_type="pil")

    @contextmanager
    def _timed(self, part: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[part] += time.perf_counter() - start


class Finished:
    """A listener that lets one wait for the end of a job."""

    def __init__(self) -> None:
        self._ended: dict[str, asyncio.Event] = {}

    async def on_state(self, job: Job) -> None:
        """Note the end."""
        if job.state.final:
            self._event(job.id).set()

    def on_progress(self, job: Job, progress: Progress) -> None:
        """Nothing to wait for."""

    async def wait(self, job_id: str) -> None:
        """Until the job has ended."""
        await self._event(job_id).wait()

    def _event(self, job_id: str) -> asyncio.Event:
        return self._ended.setdefault(job_id, asyncio.Event())


async def user(runtime: Runtime, finished: Finished, number: int, jobs: int, first_seed: int) -> None:
    """One member: the next line as soon as the last picture is there."""
    for k in range(jobs):
        line = f"{PROMPTS[k % len(PROMPTS)]} --seed {first_seed + 10 * k}"
        job = await runtime.studio.imagine(Requester(user_id=number), line)
        await finished.wait(job.id)
        job = await runtime.jobs.get(job.id)
        assert job.state == "done", job.error


async def measure(config: Config, folder: Path, jobs: int, rounds: int) -> None:
    """Take turns, then print."""
    bare, finished = BareLoop(config, folder), Finished()
    rates: dict[str, list[float]] = {"bare": [], "one user": [], "four users": []}
    async with open_studio(config, folder / "bot") as runtime:
        with runtime.dispatcher.listening(finished):
            bare.job(PROMPTS[0], 0)  # both warm
            await user(runtime, finished, 1, 1, 0)
            bare.seconds.clear()
            for turn in range(rounds):
                seed = 1000 * (turn + 1)
                rates["bare"].append(bare.turn(jobs, seed))
                rates["one user"].append(await timed(jobs, [user(runtime, finished, 1, jobs, seed)]))
                each = max(1, jobs // USERS)
                crowd = [user(runtime, finished, 10 + n, each, seed + 100 * n) for n in range(USERS)]
                rates["four users"].append(await timed(each * USERS, crowd))
                print(f"round {turn + 1}: " + ", ".join(f"{name} {values[-1]:.2f}/s" for name, values in rates.items()))
    report(bare, rates, jobs * rounds * IMAGES)


async def timed(jobs: int, work: Sequence[Coroutine[Any, Any, None]]) -> float:
    """Images per second of all of them together."""
    start = time.perf_counter()
    await asyncio.gather(*work)
    return jobs * IMAGES / (time.perf_counter() - start)


def report(bare: BareLoop, rates: dict[str, list[float]], images: int) -> None:
    """Seconds per image of every part, and the ratios; each turn is compared with its own bare loop."""
    bot = statistics.median(1 / one - 1 / base for one, base in zip(rates["one user"], rates["bare"], strict=True))
    print(f"\n{torch.get_num_threads()} threads, medians of {len(rates['bare'])} rounds\n\nms per image")
    for part in ("draw", "check", "encode"):
        print(f"  {part:8}{1000 * bare.seconds[part] / images:8.1f}")
    print(f"  {'bot':8}{1000 * bot:8.1f}\n\nimages per second")
    for name, values in rates.items():
        ratio = statistics.median(value / base for value, base in zip(values, rates["bare"], strict=True))
        print(f"  {name:12}{statistics.median(values):6.2f}   × {ratio:.2f}")


def main() -> None:
    """Run with the settings of config.toml, previews off."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--jobs", type=int, default=8, help="grids of four per turn")
    arguments.add_argument("--rounds", type=int, default=3)
    chosen = arguments.parse_args()
    config = load_config()
    config = config.model_copy(update={"worker": config.worker.model_copy(update={"previews": False})})
    torch.set_num_threads(config.worker.threads or os.cpu_count() or 1)
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(config, Path(folder), chosen.jobs, chosen.rounds))


if __name__ == "__main__":
    main()
