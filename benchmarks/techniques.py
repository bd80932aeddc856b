"""What an image costs by each technique on the starter, and what OpenVINO is worth.

    python -m benchmarks.techniques [--steps 8] [--rounds 2]

Engine and stock pipeline draw the same in turns within one run, where a stock pipeline can draw it: the inpainting one
takes four or nine channels, and the starter has eight. Seconds are CPU seconds of all threads, the best round counts.
"""



from __future__ import annotations

import argparse
import functools
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # threads that spin steal the cores from each other

import torch
from diffusers import StableDiffusionXLImg2ImgPipeline

from benchmarks.engine import seconds
from gpu.loras import LoraFolder
from gpu.openvino_nets import accelerate
from gpu.types import InputImage, InputRole, Task
from tests.gpu.bench import Bench, request, stock_pipeline
from tests.gpu.conftest import load_starter
from tests.gpu.pictures import half_mask, photo

SIDE = 128
LORAS = Path(__file__).parents[1] / "loras"
IMAGE, MASK = Path("inputs/image.png"), Path("inputs/mask.png")


def techniques(steps: int) -> dict[str, dict[str, Any]]:
    """Name → what its request wishes."""
    image = InputImage(role=InputRole.IMAGE, path=IMAGE)
    masked = (image, InputImage(role=InputRole.MASK, path=MASK))
    wishes: dict[str, dict[str, Any]] = {
        "text to image": {},
        "image to image": {"inputs": (image,), "strength": 0.6},
        "inpainting": {"inputs": masked, "strength": 1.0},
        "outpainting": {"inputs": masked, "strength": 1.0, "task": Task.OUTPAINT},
        "seamless tile": {"tile": True},
        "LoRA": {"lora": "flat-lime:0.8"},
        "highres fix ×1.5": {"hires": 1.5},
        "Real-ESRGAN ×2 (video)": {"upscaler": "video"},
        "variation": {"task": Task.VARY, "strength": 0.6, "start_latents": Path("images/first/1.latents.safetensors")},
        "DPM++ 2M": {"scheduler": "DPM++ 2M"},
    }
    return {name: {"num_inference_steps": steps, **wish} for name, wish in wishes.items()}


def stock_call(components: Any, wish: dict[str, Any]) -> Callable[[], object] | None:
    """The same by a stock pipeline, where there is one."""
    if wish.keys() & {"task", "tile", "hires", "upscaler"} or len(wish.get("inputs", ())) > 1:
        return None
    kind = {"cls": StableDiffusionXLImg2ImgPipeline} if "inputs" in wish else {}
    pipeline = stock_pipeline(components, wish.get("scheduler", "Euler"), **kind)
    given = {"image": photo((SIDE, SIDE)), "strength": wish["strength"]} if kind else {"width": SIDE, "height": SIDE}

    def draw() -> None:
        if "lora" in wish:
            pipeline.load_lora_weights(str(LORAS), weight_name="flat-lime.safetensors", adapter_name="lime")
            pipeline.set_adapters("lime", 0.8)
        pipeline("a red apple", num_inference_steps=wish["num_inference_steps"], guidance_scale=4.0, **given)
        if "lora" in wish:
            pipeline.unload_lora_weights()

    return draw


def compare(rounds: int, steps: int, folder: Path) -> None:
    """A line for each technique."""
    components, apart = load_starter(), load_starter()  # LoRAs must not meet in one model
    bench = Bench(folder, {"starter": components}, loras=LoraFolder(LORAS))
    (folder / "inputs").mkdir(parents=True)
    photo((SIDE, SIDE)).save(folder / IMAGE)
    half_mask((SIDE, SIDE)).save(folder / MASK)
    bench.run(request("first", "starter"))
    print(f"{'technique':24} {'engine s':>9} {'stock s':>9} {'engine / stock':>15}")
    for name, wish in techniques(steps).items():
        stock, ours, theirs = stock_call(apart, wish), [], []
        for _ in range(rounds + 1):  # the first round loads and chooses kernels
            job = request(f"{len(bench.events)}", "starter", **wish)
            ours.append(seconds(lambda job=job: bench.run(job)))  # type: ignore[misc]
            bench.result(job.job_id)
            theirs += [seconds(stock)] if stock else []
        mine, other = min(ours[1:]), min(theirs[1:], default=0.0)
        ends = f"{other:9.2f} {mine / other:15.2f}" if stock else f"{'–':>9} {'–':>15}"
        print(f"{name:24} {mine:9.2f} {ends}", flush=True)


@torch.no_grad()
def openvino(rounds: int, folder: Path) -> None:
    """The UNet's call by torch and by OpenVINO, in turns."""
    eager, fast = load_starter().unet, load_starter()
    accelerate(fast.unet, fast.vae, folder)
    print(f"\n{'rows in a call':14} {'eager ms':>9} {'OpenVINO ms':>12} {'times faster':>13} {'difference':>11}")
    for rows in (1, 4, 16):
        generator = torch.Generator().manual_seed(rows)
        sample = torch.randn(rows, 8, 16, 16, generator=generator)
        text = torch.randn(rows, 77, eager.config.cross_attention_dim, generator=generator)
        pooled = eager.config.projection_class_embeddings_input_dim - 6 * eager.config.addition_time_embed_dim
        more = {"text_embeds": torch.randn(rows, pooled, generator=generator), "time_ids": torch.full((rows, 6), 128.0)}
        given = {"encoder_hidden_states": text, "added_cond_kwargs": more, "return_dict": False}
        calls = [functools.partial(unet, sample, torch.full((rows,), 500.0), **given) for unet in (eager, fast.unet)]
        apart = float((calls[0]()[0] - calls[1]()[0]).abs().max())
        pairs = [[seconds(call) for call in calls] for _ in range(3 * rounds)]
        slow, quick = (1000 * min(times) for times in zip(*pairs, strict=True))
        print(f"{rows:14} {slow:9.1f} {quick:12.1f} {slow / quick:13.2f} {apart:11.1e}", flush=True)


def main() -> None:
    """Print both tables."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--steps", type=int, default=8)
    arguments.add_argument("--rounds", type=int, default=2)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        compare(options.rounds, options.steps, Path(folder) / "engine")
        try:
            openvino(options.rounds, Path(folder) / "openvino")
        except ImportError:
            print("\nOpenVINO is not installed: pip install -r requirements-openvino.txt")


if __name__ == "__main__":
    main()
