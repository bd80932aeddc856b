"""A UNet and a decoder that run by OpenVINO on a CPU wherever nothing is added to them.

Each is converted at its first plain call and kept on the disk, so that later starts only read it. A call with LoRAs,
control nets, edges that meet, or a size that the net has to stretch runs in torch as before. The numbers differ by
about 1e-5.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from diffusers.models.attention_processor import IPAdapterAttnProcessor2_0
from peft.tuners.tuners_utils import BaseTunerLayer
from torch import Tensor, nn

log = logging.getLogger(__name__)

KNOWN = {"return_dict", "encoder_hidden_states", "timestep_cond", "added_cond_kwargs"}
"""Arguments of a plain UNet call."""


def accelerate(unet: nn.Module, vae: nn.Module, folder: Path) -> None:
    """Let both run by OpenVINO where they can; conversions are kept below `folder`."""
    unet.forward = PlainUNet(unet, folder)
    if isinstance(decoder := getattr(vae, "decoder", None), nn.Module):
        decoder.forward = PlainDecoder(decoder, folder)


class Converted:
    """A module as OpenVINO knows it, for calls with tensors of these names."""

    def __init__(self, module: nn.Module, folder: Path, call: Callable[..., Tensor]) -> None:
        self._module = module
        self._folder = folder
        self._call = call
        self._compiled: dict[tuple[str, ...], Any] = {}

    def __call__(self, tensors: Mapping[str, Tensor]) -> Tensor:
        """Run it, after converting it if need be."""
        names = tuple(tensors)
        if names not in self._compiled:
            self._compiled[names] = self._compile(tensors)
        found = self._compiled[names]([tensor.contiguous().numpy() for tensor in tensors.values()])
        return torch.from_numpy(found[0].copy())

    def _compile(self, tensors: Mapping[str, Tensor]) -> Any:
        openvino = _library()
        core = openvino.Core()
        settings = {
            "INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": torch.get_num_threads(), "NUM_STREAMS": 1,
            "ENABLE_CPU_PINNING": False,
        }  # fmt: skip
        kept = self._folder / fingerprint(self._module, f"{openvino.__version__} {' '.join(tensors)}")
        if not (kept / "net.xml").exists():
            self._convert(openvino, tensors, kept)
        return core.compile_model(core.read_model(kept / "net.xml"), "CPU", settings)

    def _convert(self, openvino: Any, tensors: Mapping[str, Tensor], kept: Path) -> None:
        log.info("converting a %s for OpenVINO", type(self._module).__name__)
        kept.parent.mkdir(parents=True, exist_ok=True)
        examples = tuple(tensor.repeat(2, *[1] * (tensor.dim() - 1)) for tensor in tensors.values())
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a trace warns of every size that it sees
            model = openvino.convert_model(_Flat(self._module, self._call, tuple(tensors)), example_input=examples)
        draft = Path(tempfile.mkdtemp(dir=kept.parent))
        openvino.save_model(model, draft / "net.xml", compress_to_fp16=False)
        try:
            os.replace(draft, kept)
        except OSError:  # another worker was quicker
            shutil.rmtree(draft)


class _Flat(nn.Module):
    """A module whose tensors come one after the other, as a trace wants them."""

    def __init__(self, module: nn.Module, call: Callable[..., Tensor], names: tuple[str, ...]) -> None:
        super().__init__()
        self.module = module
        self._call = call
        self._names = names

    def forward(self, *tensors: Tensor) -> Tensor:
        return self._call(**dict(zip(self._names, tensors, strict=True)))


class PlainUNet:
    """In place of a UNet's `forward`."""

    def __init__(self, unet: Any, folder: Path) -> None:
        self._unet = unet
        self._eager = unet.forward
        self._stretch = 2 ** int(unet.num_upsamplers)
        self._converted = Converted(unet, folder, self._flat)

    def __call__(self, sample: Tensor, timestep: Tensor, **given: Any) -> Any:
        """As diffusers' `UNet2DConditionModel`."""
        if given.keys() - KNOWN or given.get("return_dict", True) or not self._plain(sample):
            return self._eager(sample, timestep, **given)
        tensors = {"sample": sample, "timestep": timestep, **(given.get("added_cond_kwargs") or {})}
        tensors |= {name: given[name] for name in KNOWN if isinstance(given.get(name), Tensor)}
        return (self._converted(dict(sorted(tensors.items()))),)

    def _plain(self, sample: Tensor) -> bool:
        fits = sample.shape[-1] % self._stretch == 0 and sample.shape[-2] % self._stretch == 0
        return fits and sample.dtype is torch.float32 and is_plain(self._unet)

    def _flat(self, sample: Tensor, timestep: Tensor, **tensors: Tensor) -> Tensor:
        added = {name: tensors.pop(name) for name in ("text_embeds", "time_ids") if name in tensors}
        return self._eager(sample, timestep, added_cond_kwargs=added or None, return_dict=False, **tensors)[0]


class PlainDecoder:
    """In place of the `forward` of an `AutoencoderKL`'s decoder."""

    def __init__(self, decoder: Any, folder: Path) -> None:
        self._decoder = decoder
        self._eager = decoder.forward
        self._converted = Converted(decoder, folder, lambda sample: self._eager(sample))

    def __call__(self, sample: Tensor, latent_embeds: Tensor | None = None) -> Tensor:
        """As diffusers' `Decoder`."""
        if latent_embeds is not None or sample.dtype is not torch.float32 or not is_plain(self._decoder):
            return self._eager(sample, latent_embeds)
        return self._converted({"sample": sample})


def is_plain(module: nn.Module) -> bool:
    """Whether it is what was converted: no LoRA and no picture counts, and no convolution goes on at the other side."""
    return not any(
        isinstance(part, IPAdapterAttnProcessor2_0)
        or (isinstance(part, BaseTunerLayer) and not part.disable_adapters and part.active_adapters)
        or getattr(part, "padding_mode", "zeros") == "circular"
        for part in module.modules()
    )


def fingerprint(module: nn.Module, more: str) -> str:
    """A name for these weights: their shapes and sums. LoRAs beside them do not count."""
    found = hashlib.sha256(f"{more} {sorted(getattr(module, 'config', {}).items())}".encode())
    for name, tensor in module.state_dict().items():
        if "lora_" not in name:
            found.update(f"{tuple(tensor.shape)} {tensor.double().sum().item()!r}".encode())
    return found.hexdigest()[:32]


def _library() -> Any:
    """OpenVINO, without the part of it that would tell its maker what is converted."""
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino

    return openvino
