"""What every model family provides, the parts that it is made of, and what all UNet families share.

A family knows one loaded model: how to turn a request into phases, text into UNet arguments, latents into pictures.
It knows no files, no queue and no other job.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import torch
from diffusers.models.embeddings import get_timestep_embedding
from PIL import Image
from torch import Tensor

from gpu.abilities import require_family
from gpu.adapters import Adapters
from gpu.backend import ModelCapabilities
from gpu.control.nets import ControlNets
from gpu.controls import read_controls
from gpu.device import free_memory, ran_out_of_memory
from gpu.embeddings import EmbeddingFolder
from gpu.errors import NotSupported
from gpu.gallery import Gallery
from gpu.inversion import Inversion
from gpu.ip_adapters import IPAdapters
from gpu.loras import LoraFolder, read_loras
from gpu.measure import measure
from gpu.params import GenerationParams
from gpu.phases import Decode, Draw, Encode, Encoded, EncodeMade, Phase, Restore, Save, See, Work
from gpu.preview import binary, sketch, to_images, to_pixels
from gpu.references import KINDS, read_references
from gpu.schedulers import build
from gpu.types import GenerationRequest, InputRole, ModelSpec, Task

CALL_PIXELS = 8 * 128 * 128
"""Latent pixels of one UNet call at most: 8 rows of 1024 × 1024, where larger calls are hardly faster any more.

Not measured: the rows of a call decide which kernels run, and the same request must give the same bytes tomorrow.
"""


@dataclass(frozen=True)
class Components:
    """The loaded parts of a model, on their device, in evaluation mode.

    `scheduler_config` is the model's original one: every sampler is built from it, never from another sampler.
    Of text encoders and tokenizers, those are None that a family does not have.
    """

    unet: Any
    """diffusers' `UNet2DConditionModel`."""
    vae: Any
    """diffusers' `AutoencoderKL`, or `gpu.autoencoder.PatchAutoencoder`."""
    scheduler_config: Mapping[str, Any]
    text_encoder: Any = None
    tokenizer: Any = None
    text_encoder_2: Any = None
    tokenizer_2: Any = None
    force_zeros_for_empty_prompt: bool = False
    """As in the pipeline's `model_index.json`: no negative prompt means zeros, not the encoded empty text."""
    low_res_scheduler_config: Mapping[str, Any] = field(default_factory=dict)
    """For models that draw on a small picture: the noise schedule of what is laid on it."""
    device: torch.device | None = None
    """Where they work, if that is not where they rest."""


class Plan(NamedTuple):
    """How a request is drawn."""

    work: Work
    """What the first phase begins on."""
    phases: list[Phase[Any]]


class Family(Protocol):
    """A loaded model, as the engine sees it."""

    spec: ModelSpec
    unet_calls: int

    @property
    def grown(self) -> int:
        """Bytes that were loaded for requests since it was made."""
        ...

    def plan(self, request: GenerationRequest, gallery: Gallery) -> Plan:
        """The phases of a request, of which the last one saves. Raises `NotSupported`."""
        ...

    def redraw(self, request: GenerationRequest, strength: float) -> list[Phase[Any]]:
        """From the pictures that a job has made to the same ones with that share drawn anew, at the request's size."""
        ...

    def measure(self, gallery: Gallery, clock: Callable[[], float]) -> ModelCapabilities:
        """What it can do on this device, by trying."""
        ...


class UNetFamily(ABC):
    """A latent diffusion model with a UNet."""

    def __init__(
        self,
        spec: ModelSpec,
        components: Components,
        loras: LoraFolder | None = None,
        embeddings: EmbeddingFolder | None = None,
    ) -> None:
        """`loras`, `embeddings`: those that requests may name."""
        self.spec = spec
        self.components = components
        self.adapters = Adapters(spec, components, loras or LoraFolder(None))
        self.ip_adapters = IPAdapters(spec, components)
        self.inversion = Inversion(spec, self._encoders(components), embeddings or EmbeddingFolder(None))
        self.device: torch.device = components.device or components.unet.device
        self.dtype: torch.dtype = components.unet.dtype
        self.nets = ControlNets(spec, self.device, self.dtype, components.vae.config.latent_channels)
        self.unet_calls = 0
        """How often the UNet ran for jobs."""
        self._fits: dict[Hashable, int] = {}
        self.tiny: Any = None
        """An `AutoencoderTiny` for the same latents, for previews."""
        self.tiny_decodes = False
        """Whether it makes the finished pictures too."""
        self._vae = components.vae
        self._reduction = 2 ** (len(self._vae.config.block_out_channels) - 1)

    @staticmethod
    def _encoders(components: Components) -> list[tuple[Any, Any]]:
        """The tokenizers and text encoders that it has, side by side."""
        pairs = [
            (components.tokenizer, components.text_encoder),
            (components.tokenizer_2, components.text_encoder_2),
        ]
        return [pair for pair in pairs if pair[1] is not None]

    @abstractmethod
    def conditioning(self, params: GenerationParams) -> dict[str, Tensor]:
        """The UNet's arguments beside sample and timestep, per row; with guidance, first the unwanted sides."""

    @abstractmethod
    def unet(self, rows: Mapping[str, Tensor]) -> Tensor:
        """One UNet call: noise [rows, channels, h, w] for arguments whose first dimension is rows."""

    def plan(self, request: GenerationRequest, gallery: Gallery) -> Plan:
        """Text to image, image to image, inpainting, or variations of stored latents. Raises `NotSupported`."""
        require_family(self.spec, (image.role for image in request.inputs))
        self.adapters.check(read_loras(request.params.lora))
        self.inversion.check(request.params.prompt, request.params.negative_prompt)
        self.nets.load(read_controls(request.params.control))
        work, phases = self._plan(request, gallery)
        return Plan(work, [*self._see(request, gallery), *phases])

    def _plan(self, request: GenerationRequest, gallery: Gallery) -> Plan:
        if request.task is Task.VARY and request.start_latents is not None:
            start = Work(start=Encoded(gallery.latents(request.start_latents)))
            return Plan(start, [Draw(self, request.params, request.strength), *self._finish(request, gallery)])
        if request.task in (Task.IMAGINE, Task.OUTPAINT):
            return Plan(Work(), self._from_pictures(request, gallery))
        raise NotSupported("error-task", task=str(request.task), model=self.spec.name)

    def _see(self, request: GenerationRequest, gallery: Gallery) -> list[Phase[Any]]:
        """The pictures beside the words are looked at. Raises `NotSupported`, `ModelError`."""
        if not any(request.of_role(role) for role in KINDS):
            return []
        todo = [(reference, gallery.input(image)) for reference, image in read_references(request)]
        self.ip_adapters.load(reference.kind for reference, _ in todo)
        return [See(self, request.job_id, todo)]

    def redraw(self, request: GenerationRequest, strength: float) -> list[Phase[Any]]:
        """Image to image on every picture; no mask, no second picture. Raises `NotSupported`."""
        if self.inpaints:
            raise NotSupported("error-redraw", model=self.spec.name)
        whole = request.params.model_copy(update={"stop": 100})  # `stop` is of the first pass
        decode = Decode(self, request.job_id, tile=request.params.tile)
        return [EncodeMade(self, request.job_id), Draw(self, whole, strength), decode]

    def _from_pictures(self, request: GenerationRequest, gallery: Gallery) -> list[Phase[Any]]:
        """Drawn on the picture that was sent along, if there is one, and where its mask is white."""
        params = request.params
        beside = [image for image in request.inputs if image.role not in KINDS]
        inputs = {image.role: gallery.input(image) for image in beside if image.role is not InputRole.CONTROL}
        picture, mask = inputs.get(InputRole.IMAGE), inputs.get(InputRole.MASK)
        if picture is None:
            nothing = [Encode(self, request.job_id, *self._nothing(params))] if self.inpaints else []
            return [*nothing, Draw(self, params), *self._finish(request, gallery)]
        self._require_size(params, picture, mask)
        white = binary(mask) if mask else self._nothing(params)[1] if self.inpaints else None
        small = None if white is None else white[..., :: self._reduction, :: self._reduction]
        return [
            Encode(self, request.job_id, picture, white if self.inpaints else None),
            Draw(self, params, params.strength, small),
            *self._finish(request, gallery, Restore(request.job_id, picture, mask) if mask else None),
        ]

    def _finish(self, request: GenerationRequest, gallery: Gallery, restore: Restore | None = None) -> list[Phase[Any]]:
        restored = [restore] if restore else []
        return [Decode(self, request.job_id, tile=request.params.tile), *restored, Save(gallery, request)]

    @staticmethod
    def _nothing(params: GenerationParams) -> tuple[Image.Image, Tensor]:
        """For an inpainting UNet that draws without a mask: a picture of which all is redrawn."""
        size = (params.width, params.height)
        return Image.new("RGB", size), torch.ones(1, 1, *reversed(size))

    def _require_size(self, params: GenerationParams, *images: Image.Image | None) -> None:
        """The studio cuts pictures to size; what another front end sends may be of any."""
        if any(image and image.size != (params.width, params.height) for image in images):
            raise NotSupported("error-size", width=params.width, height=params.height, multiple=self.spec.multiple)

    def measure(self, gallery: Gallery, clock: Callable[[], float]) -> ModelCapabilities:
        """What it can do on this device, by trying."""
        return measure(self, gallery, clock)

    @property
    def grown(self) -> int:
        """Bytes of the ControlNets and IP-Adapters that requests have asked for."""
        return self.nets.size + self.ip_adapters.size

    @property
    def inpaints(self) -> bool:
        """Whether the UNet was trained for inpainting: it takes a mask and the masked picture beside the latents."""
        return bool(self.components.unet.config.in_channels == 2 * self._vae.config.latent_channels + 1)

    def scheduler(self, params: GenerationParams) -> Any:
        """A scheduler of its own for one job, with its timesteps. Raises `NotSupported` for steps it cannot do."""
        scheduler = build(params.scheduler, self.components.scheduler_config)
        try:
            scheduler.set_timesteps(params.num_inference_steps, device=self.device)
        except ValueError as error:  # LCM has at most the steps that it was distilled from
            raise NotSupported("error-steps", sampler=params.scheduler, steps=params.num_inference_steps) from error
        return scheduler

    def latent_shape(self, params: GenerationParams) -> tuple[int, int, int, int]:
        """[images, channels, h, w]. Raises `NotSupported` for a size between the autoencoder's patches."""
        if params.width % self._reduction or params.height % self._reduction:
            raise NotSupported("error-size", width=params.width, height=params.height, multiple=self.spec.multiple)
        channels = self._vae.config.latent_channels
        return params.num_images, channels, params.height // self._reduction, params.width // self._reduction

    def guided(self, params: GenerationParams) -> bool:
        """Whether each image takes two rows. Distilled UNets take the guidance scale as a number instead."""
        return params.guidance_scale > 1 and self.components.unet.config.time_cond_proj_dim is None

    def guidance_embedding(self, params: GenerationParams) -> dict[str, Tensor]:
        """The argument by which a distilled UNet hears the guidance scale; empty for others."""
        width = self.components.unet.config.time_cond_proj_dim
        if width is None:
            return {}
        scales = torch.full((params.num_images,), (params.guidance_scale - 1) * 1000.0)
        embedding = get_timestep_embedding(scales, width, downscale_freq_shift=1)
        return {"timestep_cond": embedding.to(device=self.device, dtype=self.dtype)}

    def max_rows(self, key: Hashable, latent_pixels: int) -> int:
        """Rows of one call for states of `key`: a fixed number per size, lower only where memory has run out."""
        return self._fits.get(key, max(CALL_PIXELS // latent_pixels, 1))

    @torch.no_grad()
    def predict(self, key: Hashable, rows: Mapping[str, Tensor]) -> Tensor:
        """The UNet over any number of rows, in calls of `max_rows`.

        A call that runs out of memory halves that and tries again, down to single rows; the lesson is kept.
        """
        count = len(rows["sample"])
        limit = min(self.max_rows(key, rows["sample"][0, 0].numel()), count)
        try:
            return torch.cat([self._call(rows, start, limit) for start in range(0, count, limit)])
        except Exception as error:
            if limit == 1 or not ran_out_of_memory(error):
                raise
        self._fits[key] = (limit + 1) // 2
        free_memory(self.device)
        return self.predict(key, rows)

    @torch.no_grad()
    def encode(self, image: Image.Image, kept: Tensor | None = None) -> Encoded:
        """A picture to latents; `kept` [1, 1, h, w] in pixels is 0 where it is hidden from the encoder."""
        pixels = to_pixels(image) if kept is None else to_pixels(image) * kept
        code = self._vae.encode(pixels.to(device=self.device, dtype=self._vae.dtype))
        found = getattr(code, "latent_dist", None)
        mean, std = (code.latents, None) if found is None else (found.mean, found.std)
        offset, scale = self._latent_scale(mean)
        return Encoded((mean - offset) * scale, None if std is None else std * scale)

    @torch.no_grad()
    def decode(self, latents: Tensor) -> Image.Image:
        """Latents [1, channels, h, w] to a picture."""
        if self.tiny_decodes:
            return self._tiny_pictures(latents)[0]
        latents = latents.to(self._vae.dtype)
        offset, scale = self._latent_scale(latents)
        return to_images(self._vae.decode(latents / scale + offset, return_dict=False)[0])[0]

    def preview(self, latents: Tensor) -> list[Image.Image]:
        """Unfinished latents [n, channels, h, w] to pictures: by the tiny autoencoder, or almost for free."""
        return self._tiny_pictures(latents) if self.tiny else self.sketch(latents)

    @torch.no_grad()
    def _tiny_pictures(self, latents: Tensor) -> list[Image.Image]:
        found = self.tiny.decode(latents.to(self.tiny.dtype) / self.tiny.config.scaling_factor, return_dict=False)[0]
        return to_images(found)

    @torch.no_grad()
    def sketch(self, latents: Tensor) -> list[Image.Image]:
        """Latents [n, channels, h, w] to rough pictures, almost for free."""
        return sketch(latents, self._vae)

    def _latent_scale(self, like: Tensor) -> tuple[Tensor | float, Tensor | float]:
        """The UNet's latents are the autoencoder's own minus the first, times the second."""
        config = self._vae.config
        mean, std = getattr(config, "latents_mean", None), getattr(config, "latents_std", None)
        if mean is None or std is None:
            return 0.0, config.scaling_factor
        mean, std = (like.new_tensor(numbers).view(1, -1, 1, 1) for numbers in (mean, std))
        return mean, config.scaling_factor / std

    def _call(self, rows: Mapping[str, Tensor], start: int, count: int) -> Tensor:
        self.unet_calls += 1
        return self.unet({name: row[start : start + count] for name, row in rows.items()})
