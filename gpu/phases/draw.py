"""Denoising: the phase that most of the time is spent in."""

from __future__ import annotations

import inspect
import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from diffusers.utils.torch_utils import randn_tensor
from PIL import Image
from torch import Tensor

from gpu import spread
from gpu.control.nets import Guide, guides
from gpu.controls import read_controls
from gpu.errors import NotSupported
from gpu.loras import read_loras
from gpu.params import GenerationParams
from gpu.phases.base import Encoded, Phase, Seen, Work
from gpu.references import Reference
from gpu.seamless import seamless

if TYPE_CHECKING:
    from gpu.families.base import UNetFamily

SEEN = "seen_"
"""How the UNet arguments of pictures begin; a number follows."""
MOST_STEPS = 50
"""To which a few steps are raised at most; LCM models were distilled from as many."""


@dataclass(frozen=True)
class Ground:
    """What stays of a picture while the rest of it is redrawn: put back after every step, as noisy as the rest."""

    latents: Tensor
    """[n, channels, h, w], finished."""
    noise: Tensor
    mask: Tensor
    """[1, 1, h, w]: 1 is redrawn."""

    def under(self, latents: Tensor, scheduler: Any, timestep: Tensor | None) -> Tensor:
        """The latents with the ground around them; `timestep` is the next one, None after the last."""
        ground = self.latents
        if timestep is not None:
            ground = scheduler.add_noise(ground, self.noise, timestep[None])
        return (1 - self.mask) * ground + self.mask * latents


@dataclass
class DrawState:
    """Latents on their way from noise to picture."""

    key: Hashable
    latents: Tensor
    """[n, channels, h, w]"""
    scheduler: Any
    timesteps: Tensor
    noise_source: Mapping[str, Any]
    """The generators, for schedulers that add noise at every step; one for each image, as in stock pipelines."""
    guidance_scale: float | Tensor
    """One for all images, or [n, 1, 1, 1]."""
    conditioning: Mapping[str, Tensor]
    """The UNet's further arguments. Rows are images; with guidance, all unwanted sides, then all wanted ones."""
    ground: Ground | None = None
    """For a mask with a UNet that knows of none."""
    beside: Tensor | None = None
    """[n, 1 + channels, h, w]: mask and masked picture, for an inpainting UNet."""
    guides: tuple[Guide, ...] = ()
    """What ControlNets follow."""
    controls: tuple[Image.Image, ...] = ()
    """Passed on: see `Work.controls`."""
    seen: tuple[Seen, ...] = ()
    """Passed on: see `Work.seen`."""
    first: Tensor | None = None
    """Passed on: see `Work.first`."""
    stopped: bool = False
    """It ends before the noise does: what is shown is the scheduler's guess of the picture."""
    step: int = 0
    denoised: Tensor | None = None
    """The scheduler's guess of the finished latents."""

    @property
    def rows(self) -> int:
        return len(self.conditioning["encoder_hidden_states"])

    @property
    def done(self) -> bool:
        return self.step >= len(self.timesteps)

    def unet_rows(self) -> dict[str, Tensor]:
        """The UNet's arguments for the next step; the first dimension of each is rows."""
        timestep = self.timesteps[self.step]
        latents = torch.cat([self.latents] * (self.rows // len(self.latents)))
        sample = self.scheduler.scale_model_input(latents, timestep)
        if self.beside is not None:
            sample = torch.cat([sample, torch.cat([self.beside] * (self.rows // len(self.beside)))], dim=1)
        guided = {
            name: row
            for index, guide in enumerate(self.guides)
            for name, row in guide.rows(index, self.rows, self.step, len(self.timesteps)).items()
        }
        return {"sample": sample, "timestep": timestep.float().expand(self.rows), **self.conditioning, **guided}

    def apply(self, noise: Tensor) -> None:
        """Take the UNet's rows: guide, then let the scheduler step."""
        if self.rows > len(self.latents):
            unwanted, wanted = noise.chunk(2)
            noise = unwanted + self.guidance_scale * (wanted - unwanted)
        output = self.scheduler.step(noise, self.timesteps[self.step], self.latents, **self.noise_source)
        self.latents = output.prev_sample.to(self.latents.dtype)
        self.denoised = _denoised(self.scheduler, output)
        self.step += 1
        if self.ground:
            following = None if self.done else self.timesteps[self.step]
            self.latents = self.ground.under(self.latents, self.scheduler, following).to(self.latents.dtype)


class Draw(Phase[DrawState]):
    """Denoise with a UNet: from noise, or from a picture mixed with noise; all of it, or where a mask is white.

    The latents equal the stock diffusers pipeline's: the same noise in the same order, the same timesteps.
    """

    name = "draw"

    def __init__(
        self, family: UNetFamily, params: GenerationParams, strength: float = 1.0, mask: Tensor | None = None
    ) -> None:
        """`strength`: share of the steps that is drawn anew, 0 (none) … 1 (all, and the start does not matter).

        `mask` [1, 1, h, w] in latent pixels, 1 where it is redrawn.
        """
        self._family = family
        self._params = params.model_copy(update={"num_inference_steps": enough_steps(params, strength)})
        self._skipped = skipped_steps(self._params.num_inference_steps, strength)
        self._mask = mask
        left = self._params.num_inference_steps - self._skipped
        every = self._params.model_copy(update={"num_inference_steps": left, "stop": 100}).calls if left else 0
        until = max(self._params.calls - self._skipped * self._params.order, 1)
        self.steps = min(every, until)
        self._stopped = self.steps < every

    def prepare(self, work: Work) -> DrawState:
        """Raises `NotSupported` for a start of another size, or steps that the scheduler cannot do."""
        family, params = self._family, self._params
        shape = family.latent_shape(params)
        scheduler = family.scheduler(params)
        timesteps = self._remaining(scheduler)
        generators = [torch.Generator().manual_seed(params.image_seed(k + 1)) for k in range(params.num_images)]
        start = self._start(work.start, shape, generators)
        drawn = randn_tensor(shape, generator=generators, device=family.device, dtype=family.dtype)
        noise = spread.noise(drawn, params)
        conditioning, guidance = spread.conditioning(family, params)
        conditioning |= seen_rows(work.seen, params.num_images, family.guided(params))
        following = guides(read_controls(params.control), work.controls, (params.width, params.height), noise)
        takes_noise = "generator" in inspect.signature(scheduler.step).parameters
        return DrawState(
            key=(self._key(shape, conditioning, following), references(work.seen)),
            latents=self._noisy(start, noise, scheduler, timesteps),
            scheduler=scheduler,
            timesteps=timesteps,
            noise_source={"generator": generators} if takes_noise else {},
            guidance_scale=guidance,
            conditioning=conditioning,
            ground=self._ground(start, noise, work.start, generators),
            beside=self._beside(work.masked, noise, generators),
            guides=following,
            controls=work.controls,
            seen=work.seen,
            first=work.first,
            stopped=self._stopped,
        )  # fmt: skip

    def predict(self, states: Sequence[DrawState]) -> list[Tensor]:
        """One UNet call for all rows of all states."""
        self._family.adapters.use(read_loras(self._params.lora))  # those of all states: the key holds them
        self._family.ip_adapters.use(references(states[0].seen))
        rows = [state.unet_rows() for state in states]
        together = {name: torch.cat([row[name] for row in rows]) for name in rows[0]}
        with seamless(self._family.components.unet, on=self._params.tile):
            noise = self._family.predict(states[0].key, together)
        return list(noise.split([state.rows for state in states]))

    def advance(self, state: DrawState, prediction: Tensor) -> None:
        """The scheduler's step."""
        state.apply(prediction)

    def finish(self, state: DrawState) -> Work:
        """The final latents; of a drawing that was stopped, what the scheduler believes they would have been."""
        latents = state.denoised if state.stopped and state.denoised is not None else state.latents
        latents = latents.to(state.latents.dtype)
        return Work(latents=latents, first=state.first, controls=state.controls, seen=state.seen)

    def sketches(self, state: DrawState) -> list[Image.Image]:
        """What the scheduler believes the pictures will be."""
        return [] if state.denoised is None else self._family.preview(state.denoised)

    def _key(
        self, shape: tuple[int, ...], conditioning: Mapping[str, Tensor], following: Sequence[Guide] = ()
    ) -> Hashable:
        """Everything that is not per row."""
        params, length = self._params, conditioning["encoder_hidden_states"].shape[1]
        nets = tuple(guide.control.kind for guide in following)
        return (self._family.spec.name, *shape[1:], length, read_loras(params.lora), params.tile, nets)

    def _remaining(self, scheduler: Any) -> Tensor:
        """The timesteps that are drawn, counted as img2img counts them, until `stop`."""
        first = self._skipped * scheduler.order
        if hasattr(scheduler, "set_begin_index"):
            scheduler.set_begin_index(first)
        return scheduler.timesteps[first : first + self.steps]

    def _start(
        self, given: Encoded | None, shape: tuple[int, ...], generators: Sequence[torch.Generator]
    ) -> Tensor | None:
        """The latents to start from, where they matter: stock draws them before the noise, or not at all."""
        if given is None or not (self._skipped or self._grounded):
            return None
        if given.mean.shape[1:] != shape[1:]:
            raise NotSupported("error-latents-shape", model=self._params.model)
        return given.sample(generators).to(device=self._family.device, dtype=self._family.dtype)

    def _noisy(self, start: Tensor | None, noise: Tensor, scheduler: Any, timesteps: Tensor) -> Tensor:
        if start is None or not self._skipped:
            return noise * scheduler.init_noise_sigma
        return scheduler.add_noise(start, noise, timesteps[:1].repeat(len(noise))) if len(timesteps) else start

    @property
    def _grounded(self) -> bool:
        return self._mask is not None and not self._family.inpaints

    def _ground(
        self, start: Tensor | None, noise: Tensor, given: Encoded | None, generators: Sequence[torch.Generator]
    ) -> Ground | None:
        if self._mask is None or start is None or given is None or not self._grounded:
            return None
        given.sample(generators)  # stock encodes the masked picture too, for nothing; samplers draw from what is left
        return Ground(start, noise, self._mask.to(noise))

    def _beside(self, masked: Encoded | None, noise: Tensor, generators: Sequence[torch.Generator]) -> Tensor | None:
        """What an inpainting UNet sees; without a picture it redraws everything of nothing."""
        if not self._family.inpaints:
            return None
        picture = torch.zeros_like(noise) if masked is None else masked.sample(generators).to(noise)
        mask = torch.ones_like(noise[:1, :1]) if self._mask is None else self._mask.to(noise)
        return torch.cat([mask.expand(len(noise), -1, -1, -1), picture], dim=1)


def enough_steps(params: GenerationParams, strength: float) -> int:
    """Steps of which the share that is drawn makes at least one: few-step models have too few for a low strength."""
    if strength <= 0:
        return params.num_inference_steps
    return max(params.num_inference_steps, min(math.ceil(1 / strength), MOST_STEPS))


def references(seen: Sequence[Seen]) -> tuple[Reference, ...]:
    """What the UNet must be made to listen to."""
    return tuple(one.reference for one in seen)


def seen_rows(seen: Sequence[Seen], images: int, guided: bool) -> dict[str, Tensor]:
    """A UNet argument for each picture, [rows, 1, …]: with guidance, first the unwanted sides."""
    sides = [(one.unwanted, one.wanted) if guided else (one.wanted,) for one in seen]
    return {
        f"{SEEN}{number}": torch.cat([side[None].expand(images, *side.shape) for side in both])
        for number, both in enumerate(sides)
    }


def skipped_steps(steps: int, strength: float) -> int:
    """Steps that img2img leaves out. A strength above 0 keeps at least one, however few there are."""
    drawn = min(max(int(steps * strength), 1), steps) if strength > 0 else 0
    return steps - drawn


def _denoised(scheduler: Any, output: Any) -> Tensor:
    """Single-step schedulers say what they think the picture will be (TCD: with a little noise); others remember it."""
    for name in ("denoised", "pred_original_sample", "pred_noised_sample"):
        if (guess := getattr(output, name, None)) is not None:
            return guess
    return scheduler.model_outputs[-1]
