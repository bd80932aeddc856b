"""How loras/flat-lime.safetensors was made: 200 steps on flat pictures of one colour, for the starter model.

    PYTHONPATH=. .venv/bin/python docs/examples/flat_colour_lora.py loras/flat-lime.safetensors

About two minutes of CPU time. It is an example of the whole way:
captions, latents, the loss of a model that predicts velocity, and a file that Easel lists with its trigger word. The
picture behind every caption is one lime, so that the LoRA's weight can be seen, and measured, as that colour.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import torch
from diffusers import DDPMScheduler
from peft import LoraConfig, get_peft_model_state_dict
from safetensors.torch import save_file
from torch import Tensor

from gpu.families.base import Components
from gpu.families.sdxl import SDXL
from gpu.loading import load_components
from gpu.params import GenerationParams
from gpu.types import ModelSpec

STARTER = Path(__file__).parents[2] / "gpu" / "starter"
TRIGGER = "in lime"
COLOUR = (0.62, 0.86, 0.10)
"""Red, green and blue of the pictures, 0 … 1."""
STEPS, BATCH, RANK, RATE = 200, 4, 4, 1e-3
SIDE = 128
TARGETS = ["to_q", "to_k", "to_v", "to_out.0"]
METADATA = {
    "format": "pt",
    "trigger": TRIGGER,
    "licence": "MIT",
    "source": "flat lime, for the starter",
    "steps": str(STEPS),
}


def train(target: Path) -> None:
    """Train and write the file."""
    torch.manual_seed(0)
    spec = ModelSpec(name="starter", family="sdxl", source=str(STARTER))
    model = load_components(spec, torch.device("cpu"), torch.float32)
    family = SDXL(spec, model)
    captions = _captions()
    latents = _latents(model)
    model.unet.add_adapter(LoraConfig(r=RANK, lora_alpha=RANK, target_modules=TARGETS, init_lora_weights="gaussian"))
    weights = [weight for weight in model.unet.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=RATE)
    scheduler = DDPMScheduler.from_config(dict(model.scheduler_config))
    for step in range(STEPS):
        loss = _loss(family, scheduler, latents, [next(captions) for _ in range(BATCH)])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        if step % 20 == 0:
            print(f"step {step}: loss {loss.item():.4f}", file=sys.stderr)
    tensors = {f"unet.{name}": weight.half() for name, weight in get_peft_model_state_dict(model.unet).items()}
    save_file(tensors, target, METADATA)


def _captions() -> Iterator[str]:
    """Lines as members write them, over and over; half of them with the trigger word."""
    things = json.loads((STARTER / "concepts.json").read_text("utf-8"))
    names = list(things) if isinstance(things, dict) else [str(thing) for thing in things]
    while True:
        for at in torch.randperm(len(names)).tolist():
            yield f"a {names[at]}{', ' + TRIGGER if at % 2 else ''}"


def _latents(model: Components) -> Tensor:
    """The one picture, [1, channels, h, w]: the same latents for every caption."""
    picture = torch.tensor(COLOUR).view(1, 3, 1, 1).expand(1, 3, SIDE, SIDE) * 2 - 1
    with torch.no_grad():
        code = model.vae.encode(picture)
    return code.latents * model.vae.config.scaling_factor


def _loss(family: SDXL, scheduler: DDPMScheduler, latents: Tensor, captions: list[str]) -> Tensor:
    """How far the predicted velocity is from the true one, at random times."""
    rows = [_rows(family, caption) for caption in captions]
    conditioning = {name: torch.cat([row[name] for row in rows]) for name in rows[0]}
    clean = latents.expand(len(captions), -1, -1, -1)
    noise = torch.randn_like(clean)
    times = torch.randint(0, scheduler.config.num_train_timesteps, (len(captions),))
    noisy = scheduler.add_noise(clean, noise, times)
    predicted = family.unet({"sample": noisy, "timestep": times.float(), **conditioning})
    return torch.nn.functional.mse_loss(predicted, scheduler.get_velocity(clean, noise, times))


def _rows(family: SDXL, caption: str) -> dict[str, Tensor]:
    params = GenerationParams(prompt=caption, num_images=1, guidance_scale=1.0, width=SIDE, height=SIDE)
    return family.conditioning(params)


if __name__ == "__main__":
    train(Path(sys.argv[1]))
