"""How much a UNet row costs in calls of several sizes, and what sharing calls is worth.

    python -m benchmarks.engine [--steps 12] [--users 4]

Draws the same jobs of several users on the starter, by stock pipelines one after another and by the engine together.
Both run in one process in alternation, seconds are CPU seconds of all threads, and the best of three rounds counts: a
busy machine troubles the comparison little.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # threads that spin steal the cores from each other

import torch
from diffusers import StableDiffusionXLPipeline

from gpu.engine import Engine
from gpu.families.base import Components
from gpu.loading import load_components
from gpu.params import GenerationParams
from gpu.schedulers import build
from gpu.types import GenerationRequest, ModelSpec

STARTER = ModelSpec(name="starter", family="sdxl", source=str(Path(__file__).parents[1] / "gpu" / "starter"))
ROUNDS = 3


def seconds(work: Callable[[], object]) -> float:
    """CPU time of all threads, so that other programs do not count."""
    started = time.process_time()
    work()
    return time.process_time() - started


@torch.no_grad()
def row_milliseconds(components: Components, rows: int) -> float:
    """Of one row in a call of `rows`."""
    unet = components.unet
    sample, timestep = torch.randn(rows, 8, 16, 16), torch.full((rows,), 500.0)
    text = torch.randn(rows, 32, unet.config.cross_attention_dim)
    added = {"text_embeds": torch.randn(rows, 128), "time_ids": torch.full((rows, 6), 128.0)}
    runs = (seconds(lambda: unet(sample, timestep, text, added_cond_kwargs=added)) for _ in range(ROUNDS))
    return min(runs) / rows * 1000


def one_after_another(components: Components, jobs: list[GenerationParams], folder: Path) -> None:
    """What a bot without batching does: a pipeline call for each job."""
    for number, params in enumerate(jobs):
        pipeline = StableDiffusionXLPipeline(
            **{name: getattr(components, name) for name in ("unet", "vae", "text_encoder", "text_encoder_2")},
            tokenizer=components.tokenizer,
            tokenizer_2=components.tokenizer_2,
            scheduler=build(params.scheduler, components.scheduler_config),
            force_zeros_for_empty_prompt=False,
            add_watermarker=False,
        )
        pipeline.set_progress_bar_config(disable=True)
        pictures = pipeline(
            prompt=params.prompt,
            num_inference_steps=params.num_inference_steps,
            guidance_scale=params.guidance_scale,
            num_images_per_prompt=params.num_images,
            width=params.width,
            height=params.height,
            generator=[torch.Generator().manual_seed(params.image_seed(k + 1)) for k in range(params.num_images)],
        ).images
        for k, picture in enumerate(pictures):
            picture.save(folder / f"{number}-{k}.png")


def together(engine: Engine, jobs: list[GenerationParams]) -> None:
    """Through the engine, all admitted at once."""
    for number, params in enumerate(jobs):
        engine.admit(GenerationRequest(job_id=f"{number}", params=params, output_dir=Path("images") / f"{number}"))
    while not engine.idle:
        engine.tick()


def main() -> None:
    """Print both tables."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--steps", type=int, default=12)
    arguments.add_argument("--users", type=int, default=4)
    arguments.add_argument("--threads", type=int, default=os.cpu_count())
    options = arguments.parse_args()
    torch.set_num_threads(options.threads)
    components = load_components(STARTER, torch.device("cpu"), torch.float32)
    print("rows in a call   CPU ms a row")
    for rows in (1, 2, 4, 8, 16, 32):
        print(f"{rows:14} {row_milliseconds(components, rows):10.1f}")
    size = {"width": 128, "height": 128, "num_inference_steps": options.steps, "guidance_scale": 4.0}
    print("\nusers × images   one after another   together   times faster   UNet calls")
    with tempfile.TemporaryDirectory() as folder:
        engine = Engine({"starter": STARTER}, data_dir=Path(folder), device="cpu", load=lambda *_: components)
        for users, images in ((1, 1), (1, 4), (options.users, 1), (options.users, 4)):
            jobs = [
                GenerationParams(prompt="a fox", model="starter", seed=user, num_images=images, **size)
                for user in range(users)
            ]
            pairs = []
            for _ in range(ROUNDS):
                calls = engine.unet_calls
                serial = seconds(lambda jobs=jobs: one_after_another(components, jobs, Path(folder)))  # type: ignore[misc]
                shared = seconds(lambda jobs=jobs: together(engine, jobs))  # type: ignore[misc]
                pairs.append((serial, shared, engine.unet_calls - calls))
            serial, shared = min(pair[0] for pair in pairs), min(pair[1] for pair in pairs)
            print(f"{users:5} × {images} {serial:19.2f} s {shared:8.2f} s {serial / shared:14.2f} {pairs[0][2]:12}")


if __name__ == "__main__":
    main()
