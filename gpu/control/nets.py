"""ControlNets: networks beside a UNet that look at a control image and nudge every block of it.

All rows of a call have the same nets; how much each counts now is a number per row, so that jobs with other weights,
or at other steps, share the call and stay exact. Knows no request and no picture file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from diffusers import ControlNetModel
from PIL import Image
from torch import Tensor

from gpu.canvas import cut
from gpu.controls import Control
from gpu.errors import ModelError, NotSupported
from gpu.hub import HubCache
from gpu.types import ModelSpec, NetSpec

PREFIX = "control"
IMAGE, SCALE = "image", "scale"


@dataclass(frozen=True)
class Guide:
    """A control image as the nets take it."""

    control: Control
    pixels: Tensor
    """[1, 3, h, w] in 0…1."""

    def rows(self, index: int, count: int, step: int, steps: int) -> dict[str, Tensor]:
        """Arguments for `count` rows of one call: the image, and how much it counts in this step."""
        scale = self.pixels.new_full((count, 1, 1, 1), self.control.keep(step, steps))
        name = f"{PREFIX}/{index}/{self.control.kind}"
        return {f"{name}/{IMAGE}": self.pixels.expand(count, -1, -1, -1), f"{name}/{SCALE}": scale}


def guides(
    controls: Sequence[Control], images: Sequence[Image.Image], size: tuple[int, int], like: Tensor
) -> tuple[Guide, ...]:
    """Each control with its image at the size that is drawn, on the device and of the type of `like`."""
    return tuple(
        Guide(control, _pixels(cut(image, size)).to(like)) for control, image in zip(controls, images, strict=False)
    )


def _pixels(image: Image.Image) -> Tensor:
    numbers = torch.from_numpy(np.array(image.convert("RGB"), dtype=np.float32) / 255)
    return numbers.permute(2, 0, 1)[None]


class ControlNets:
    """The nets of one model, loaded when they are first asked for."""

    def __init__(self, spec: ModelSpec, device: torch.device, dtype: torch.dtype, channels: int) -> None:
        """`channels` of the latents: an inpainting UNet takes more, its nets do not."""
        self._spec = spec
        self._device = device
        self._dtype = dtype
        self._channels = channels
        self._loaded: dict[str, Any] = {}

    @property
    def size(self) -> int:
        """Bytes of those that are loaded."""
        tensors = [t for net in self._loaded.values() for t in net.parameters()]
        return sum(t.numel() * t.element_size() for t in tensors)

    def load(self, controls: Sequence[Control]) -> None:
        """Have the nets of these. Raises `NotSupported` where the model has none, `ModelError`."""
        for control in controls:
            if control.kind in self._loaded:
                continue
            if control.kind not in self._spec.controlnets:
                known = ", ".join(self._spec.controlnets) or "–"
                raise NotSupported("error-control-net", model=self._spec.name, kind=control.kind, known=known)
            self._loaded[control.kind] = self._load(self._spec.controlnets[control.kind])

    def residuals(self, rows: Mapping[str, Tensor]) -> dict[str, Any]:
        """The UNet's arguments that the control images of these rows make; none where there are none."""
        down: list[Tensor] = []
        middle: Tensor | None = None
        for name in (name for name in rows if name.startswith(PREFIX) and name.endswith(SCALE)):
            if not rows[name].any():
                continue
            downs, mid = self._call(name.split("/")[2], rows, name.removesuffix(SCALE))
            down = downs if middle is None else [old + new for old, new in zip(down, downs, strict=True)]
            middle = mid if middle is None else middle + mid
        if middle is None:
            return {}
        return {"down_block_additional_residuals": tuple(down), "mid_block_additional_residual": middle}

    def _call(self, kind: str, rows: Mapping[str, Tensor], name: str) -> tuple[list[Tensor], Tensor]:
        added = {key: rows[key] for key in ("text_embeds", "time_ids") if key in rows}
        down, middle = self._loaded[kind](
            rows["sample"][:, : self._channels],
            rows["timestep"],
            encoder_hidden_states=rows["encoder_hidden_states"],
            controlnet_cond=rows[name + IMAGE],
            conditioning_scale=rows[name + SCALE],
            added_cond_kwargs=added or None,
            return_dict=False,
        )
        return list(down), middle

    def _load(self, spec: NetSpec) -> Any:
        folder, choice = HubCache.here().net(spec, lambda done, total: None)
        try:
            net, info = ControlNetModel.from_pretrained(
                folder, variant=choice.variant or None, dtype=self._dtype, use_safetensors=True,
                local_files_only=True, output_loading_info=True,
            )  # fmt: skip
        except (OSError, ValueError, RuntimeError, KeyError, TypeError) as error:
            raise ModelError(source=spec.source, problem=str(error).strip().splitlines()[0][:300]) from error
        if lost := sorted(info["missing_keys"]):
            raise ModelError("error-model-weights", file=str(folder), count=len(lost), example=str(lost[0]))
        return net.to(self._device).eval().requires_grad_(False)
