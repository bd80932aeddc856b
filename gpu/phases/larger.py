"""Larger pictures by a diffusion model: one step of one window in each tick, all windows of a picture step together.

The windows' noise is blended before the scheduler steps (MultiDiffusion, Bar-Tal and others 2023, arXiv 2302.08113), so
that they agree on what is drawn where they meet. A picture that fits one window is drawn as the stock
`StableDiffusionUpscalePipeline` draws it.
"""

from __future__ import annotations

import inspect
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch
from diffusers.utils.torch_utils import randn_tensor
from PIL import Image
from torch import Tensor

from gpu.params import GenerationParams
from gpu.phases.base import Phase, Work
from gpu.phases.draw import DrawState
from gpu.phases.enlarge import EnlargeState, kept, resized
from gpu.preview import to_pixels
from gpu.types import Size
from gpu.upscalers import Box
from gpu.upscalers.windows import crop, lay, shared, weights, windows

if TYPE_CHECKING:
    from gpu.families.sdx4 import SDX4


@dataclass
class LargerState:
    """Latents of whole pictures, and how far their next step has come."""

    key: Hashable
    work: Work
    whole: DrawState
    boxes: Sequence[Box]
    overlap: int
    at: int = 0
    """Which window is next."""
    noise: Tensor | None = None
    """[rows, channels, h, w]: what the windows of this step have predicted so far, blended."""

    @property
    def rows(self) -> int:
        return self.whole.rows

    @property
    def done(self) -> bool:
        return self.whole.done

    def unet_rows(self) -> dict[str, Tensor]:
        """The UNet's arguments for the next window."""
        box, whole = self.boxes[self.at], self.whole
        assert whole.beside is not None
        return replace(whole, latents=crop(whole.latents, box), beside=crop(whole.beside, box)).unet_rows()

    def take(self, noise: Tensor) -> None:
        """Blend what was predicted for the window; after the last one, step."""
        if self.noise is None:
            self.noise = noise.new_zeros(self.rows, *self.whole.latents.shape[1:])
        lay(self.noise, noise, self.boxes[self.at], self.overlap)
        self.at += 1
        if self.at == len(self.boxes):
            self.whole.apply(self.noise)
            self.at, self.noise = 0, None


class DrawLarger(Phase[LargerState]):
    """From the pictures that a job has made to the latents of larger ones."""

    name = "enlarge"

    def __init__(self, family: SDX4, params: GenerationParams) -> None:
        """`params` have the size and number of the pictures, and the settings of the family's model."""
        self._family = family
        self._params = params
        self._boxes = windows((params.width, params.height), family.drawing.side)
        self._overlap = shared(family.drawing.side)
        self.steps = params.calls * len(self._boxes)

    def prepare(self, work: Work) -> LargerState:
        """Noise in the order of the stock pipeline: first that on the small pictures. Raises `NotSupported`."""
        family, params = self._family, self._params
        scheduler = family.scheduler(params)
        generators = [torch.Generator().manual_seed(params.image_seed(k + 1)) for k in range(params.num_images)]
        pixels = torch.cat([to_pixels(image) for image in work.images])
        beside = family.beside(pixels, params.noise_level, generators)
        shape = family.latent_shape(params)
        noise = randn_tensor(shape, generator=generators, device=family.device, dtype=family.dtype)
        conditioning = family.conditioning(params)
        takes_noise = "generator" in inspect.signature(scheduler.step).parameters
        key = ("larger", family.spec.name, self._boxes[0].size, conditioning["encoder_hidden_states"].shape[1])
        whole = DrawState(
            key=key,
            latents=noise * scheduler.init_noise_sigma,
            scheduler=scheduler,
            timesteps=scheduler.timesteps,
            noise_source={"generator": generators} if takes_noise else {},
            guidance_scale=params.guidance_scale,
            conditioning=conditioning,
            beside=beside,
        )
        return LargerState(key, work, whole, self._boxes, self._overlap)

    def predict(self, states: Sequence[LargerState]) -> list[Tensor]:
        """One UNet call for the next window of each state."""
        rows = [state.unet_rows() for state in states]
        together = {name: torch.cat([row[name] for row in rows]) for name in rows[0]}
        return list(self._family.predict(states[0].key, together).split([state.rows for state in states]))

    def advance(self, state: LargerState, prediction: Tensor) -> None:
        """The window's part of the step, and after the last window the step."""
        state.take(prediction)

    def finish(self, state: LargerState) -> Work:
        """The latents of the larger pictures; variations go on from those of the small ones."""
        return replace(kept(state.work), latents=state.whole.latents)


class DecodeLarger(Phase[EnlargeState]):
    """Those latents to pictures, a window in each tick."""

    name = "enlarge"

    def __init__(self, family: SDX4, job_id: str, pictures: int, size: Size, to: Size | None = None) -> None:
        """`size` of the small pictures; `to`: that of the result, None: four times as large."""
        self._family = family
        self._job_id = job_id
        self._size = size
        self._to = to
        self._boxes = windows(size, family.drawing.side)
        self._overlap = shared(family.drawing.side) * family.scale
        self.steps = pictures * len(self._boxes)

    def prepare(self, work: Work) -> EnlargeState:
        """Begin with the first window of the first picture."""
        return EnlargeState.begin(self._job_id, work, self._boxes, self._size, self._family.scale)

    def predict(self, states: Sequence[EnlargeState]) -> list[Image.Image]:
        """The next window of each state."""
        return [self._decoded(state) for state in states]

    def advance(self, state: EnlargeState, prediction: Image.Image) -> None:
        """Blend it over its neighbours."""
        index, box = state.todo.pop()
        large = box.times(self._family.scale)
        fading = weights(large, self._overlap).mul(255).round().to(torch.uint8)
        state.canvases[index].paste(prediction, (large.left, large.top), Image.fromarray(fading.numpy()))

    def finish(self, state: EnlargeState) -> Work:
        """The large pictures, and no latents: other models could do nothing with them."""
        return replace(state.work, images=tuple(resized(canvas, self._to) for canvas in state.canvases), latents=None)

    def _decoded(self, state: EnlargeState) -> Image.Image:
        index, box = state.todo[-1]
        assert state.work.latents is not None
        return self._family.decode(crop(state.work.latents[index : index + 1], box))
