"""IP-Adapters of one loaded model: read when a request asks for one, then switched between slices.

diffusers reads the file and makes the modules; here they are kept apart from the UNet, and `use` puts in those that
count from now on. Several pictures are as many adapters with scales of their own, sharing their weights. With none,
the UNet has its own attention back and is exactly what it was. Knows no request.

Method: Ye et al. 2023, "IP-Adapter"; the blocks that hear a style: Wang et al. 2024, "InstantStyle", whose authors
publish those of SDXL in the paper and those of SD 1.5 in `infer_style_sd15.py`, and call the latter experimental.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from diffusers.models.attention_processor import IPAdapterAttnProcessor2_0
from diffusers.models.embeddings import ImageProjection, MultiIPAdapterImageProjection
from PIL import Image
from safetensors.torch import load_file
from torch import Tensor, nn
from transformers import CLIPVisionModelWithProjection

from gpu.adapters import lora_pipeline
from gpu.canvas import opaque
from gpu.errors import ModelError, NotSupported
from gpu.hub import HubCache
from gpu.phases.base import Seen
from gpu.phases.draw import SEEN
from gpu.references import Reference
from gpu.sources import AdapterFiles
from gpu.types import AdapterKind, ModelSpec

if TYPE_CHECKING:
    from gpu.families.base import Components

CACHED_PICTURES = 256
"""Pictures that are remembered as a UNet listens to them: 10 kB to 1.3 MB each in half precision."""

STYLE_BLOCKS: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "sdxl": {"up": {"block_0": [0.0, 1.0, 0.0]}},
    "sd15": {"up": {"block_1": 1.0}},
}
"""Family → the blocks that decide about style and not about content: the second transformer of SDXL's first up block,
and the deepest up block of SD 1.5 that has any."""


@dataclass(frozen=True)
class Loaded:
    """One adapter and the encoder that sees for it, on the device."""

    processors: Mapping[str, IPAdapterAttnProcessor2_0]
    """Name of a cross-attention → its part."""
    projection: nn.Module
    eyes: Any
    """diffusers' pipeline with the encoder, for its way of preparing and encoding a picture."""

    @property
    def modules(self) -> list[nn.Module]:
        """Everything with weights."""
        return [*self.processors.values(), self.projection, self.eyes.image_encoder]


class IPAdapters:
    """Those of one model. `use` before every call of its UNet."""

    def __init__(self, spec: ModelSpec, components: Components, hub: HubCache | None = None) -> None:
        self.encoded = 0
        """How many pictures went through an encoder, rather than coming from the cache."""
        self._spec = spec
        self._components = components
        self._unet = components.unet
        self._device: torch.device = components.device or components.unet.device
        self._hub = hub or HubCache.from_environment()
        self._files: dict[AdapterKind, AdapterFiles] = {}
        self._loaded: dict[AdapterFiles, Loaded] = {}
        self._seen: OrderedDict[tuple[AdapterFiles, str], tuple[Tensor, Tensor]] = OrderedDict()
        self._active: tuple[Reference, ...] = ()
        self._own: dict[str, Any] = {}
        """The UNet's own attention."""

    @property
    def size(self) -> int:
        """Bytes of those that are loaded; encoders and weights that are shared count once."""
        modules = [module for loaded in self._loaded.values() for module in loaded.modules]
        tensors = {id(t): t for module in modules for t in (*module.parameters(), *module.buffers())}
        return sum(tensor.numel() * tensor.element_size() for tensor in tensors.values())

    def load(self, kinds: Iterable[AdapterKind]) -> None:
        """Read those that are not there yet. Raises `NotSupported` for one that is not configured, `ModelError`."""
        for kind in kinds:
            self._of(kind)

    def see(self, reference: Reference, image: Image.Image) -> Seen:
        """What the UNet will listen to; a picture is encoded once."""
        files, loaded = self._of(reference.kind)
        key = files, hashlib.sha256(repr((image.mode, image.size)).encode() + image.tobytes()).hexdigest()
        if key not in self._seen:
            self._seen[key] = self._encode(loaded, image)
        self._seen.move_to_end(key)
        while len(self._seen) > CACHED_PICTURES:
            self._seen.popitem(last=False)
        wanted, unwanted = (side.to(self._device) for side in self._seen[key])
        return Seen(reference, wanted, unwanted)

    def use(self, references: Sequence[Reference]) -> None:
        """From now on the UNet listens to as many pictures, with these scales."""
        references = tuple(references)
        if references == self._active:
            return
        self._own = self._own or dict(self._unet.attn_processors)
        parts = [self._of(reference.kind)[1] for reference in references]
        self._active = references
        if not parts:
            self._put_in(self._own, None)
            return
        joined = {name: _joined([part.processors[name] for part in parts]) for name in parts[0].processors}
        self._put_in(self._own | joined, MultiIPAdapterImageProjection([part.projection for part in parts]))
        try:
            parts[0].eyes.set_ip_adapter_scale([self._scale(reference) for reference in references])
        except (ValueError, TypeError, KeyError) as error:
            self.use(())
            raise ModelError("error-adapter-blocks", model=self._spec.name) from error

    def arguments(self, rows: Mapping[str, Tensor]) -> dict[str, list[Tensor]]:
        """What goes into the UNet's `added_cond_kwargs`; nothing where it listens to no picture."""
        seen = [rows[f"{SEEN}{number}"] for number in range(len(self._active))]
        return {"image_embeds": seen} if seen else {}

    def _scale(self, reference: Reference) -> Any:
        """A number for the whole UNet, or one for each of the blocks that listen."""
        spec = self._spec.ip_adapters[reference.kind]
        style = STYLE_BLOCKS.get(self._spec.family, {}) if reference.kind == "style" else {}
        return _times(spec.blocks or self._there(style) or 1.0, spec.scale * reference.scale)

    def _there(self, blocks: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
        """Those of the blocks that this UNet has: distilled ones lack some, or some of a block's transformers."""
        sides = {"down": self._unet.down_blocks, "up": self._unet.up_blocks}
        found: dict[str, dict[str, Any]] = {}
        for side, wanted in blocks.items():
            deep = {f"block_{number}": block for number, block in enumerate(sides[side])}
            here = {name: _fitting(scales, deep[name]) for name, scales in wanted.items() if _attends(deep.get(name))}
            found |= {side: here} if here else {}
        return found

    def _of(self, kind: AdapterKind) -> tuple[AdapterFiles, Loaded]:
        if kind not in self._spec.ip_adapters:
            raise NotSupported(f"error-adapter-{kind}", model=self._spec.name)
        if kind not in self._files:
            self._files[kind] = self._hub.ip_adapter(self._spec.ip_adapters[kind], lambda done, total: None)
        files = self._files[kind]
        if files not in self._loaded:
            self._loaded[files] = self._read(files)
        return files, self._loaded[files]

    def _read(self, files: AdapterFiles) -> Loaded:
        """diffusers puts the modules into the UNet; they are taken out again at once."""
        self.use(())
        self._own = self._own or dict(self._unet.attn_processors)
        eyes = lora_pipeline(self._components)
        try:
            eyes.register_modules(image_encoder=self._encoder(files))
            eyes.load_ip_adapter(_tensors(files), subfolder="", weight_name="", image_encoder_folder=None)
            made, (projection,) = self._unet.attn_processors, self._unet.encoder_hid_proj.image_projection_layers
        except (KeyError, ValueError, RuntimeError, TypeError, AttributeError, OSError) as error:
            raise ModelError("error-adapter-file", file=files.weights.name, model=self._spec.name) from error
        finally:
            self._put_in(self._own, None)
        processors = {name: one for name, one in made.items() if isinstance(one, IPAdapterAttnProcessor2_0)}
        loaded = Loaded(processors, projection, eyes)
        for module in loaded.modules:
            module.to(device=self._device, dtype=self._unet.dtype).eval().requires_grad_(False)
        return loaded

    def _encoder(self, files: AdapterFiles) -> Any:
        """Adapters of one encoder share it."""
        for other, loaded in self._loaded.items():
            if other.encoder == files.encoder:
                return loaded.eyes.image_encoder
        return CLIPVisionModelWithProjection.from_pretrained(
            files.encoder, variant=files.variant or None, dtype=self._unet.dtype, use_safetensors=True,
            local_files_only=True,
        ).to(self._device)  # fmt: skip

    def _put_in(self, processors: Mapping[str, Any], projection: nn.Module | None) -> None:
        self._unet.encoder_hid_proj = None  # one that hears parts of pictures has attention of its own
        self._unet.set_attn_processor(dict(processors))
        self._unet.encoder_hid_proj = projection
        self._unet.config.encoder_hid_dim_type = "ip_image_proj" if projection is not None else None

    @torch.no_grad()
    def _encode(self, loaded: Loaded, image: Image.Image) -> tuple[Tensor, Tensor]:
        """With the picture and with none, each [1, width] or [1, tokens, width], in main memory."""
        self.encoded += 1
        whole = not isinstance(loaded.projection, ImageProjection)
        wanted, unwanted = loaded.eyes.encode_image(opaque(image), self._device, 1, whole)
        return wanted.cpu(), unwanted.cpu()


def _joined(parts: Sequence[IPAdapterAttnProcessor2_0]) -> IPAdapterAttnProcessor2_0:
    """One processor that listens to several pictures, with the weights of the others."""
    first, tokens = parts[0], [part.num_tokens[0] for part in parts]
    with torch.device("meta"):  # its own weights are thrown away
        joined = IPAdapterAttnProcessor2_0(first.hidden_size, first.cross_attention_dim, tokens)
    joined.to_k_ip = nn.ModuleList([part.to_k_ip[0] for part in parts])
    joined.to_v_ip = nn.ModuleList([part.to_v_ip[0] for part in parts])
    return joined


def _tensors(files: AdapterFiles) -> dict[str, dict[str, Tensor]]:
    """As diffusers takes them."""
    found: dict[str, dict[str, Tensor]] = {"image_proj": {}, "ip_adapter": {}}
    for name, tensor in load_file(files.weights).items():
        part, _, rest = name.partition(".")
        found.setdefault(part, {})[rest] = tensor
    return {part: found[part] for part in ("image_proj", "ip_adapter")}


def _attends(block: Any) -> bool:
    return hasattr(block, "attentions")


def _fitting(scales: Any, block: Any) -> Any:
    """One for each of the block's transformers; where there are not as many, all of the block listens."""
    return max(scales) if isinstance(scales, list) and len(scales) != len(block.attentions) else scales


def _times(blocks: Any, scale: float) -> Any:
    """Every number in nested lists and dicts, times the scale."""
    if isinstance(blocks, dict):
        return {name: _times(value, scale) for name, value in blocks.items()}
    return [_times(value, scale) for value in blocks] if isinstance(blocks, list) else blocks * scale
