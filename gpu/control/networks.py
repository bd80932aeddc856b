"""Depth, normals and segments, by networks that the operator names in `[control]` of config.toml.

Each is a folder or a hub repository in the layout of transformers; only safetensors are read, and no code of a
repository is run. Normals are made of the depth.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from PIL import Image
from transformers import AutoImageProcessor, AutoModelForDepthEstimation, AutoModelForSemanticSegmentation

from gpu.control.base import Setting
from gpu.errors import ModelError, NotSupported
from gpu.hub import HubCache

STEEPNESS = 6.0
"""How much a change of depth tilts a normal; depth is in 0…1 over the picture, lengths in shorter sides."""
METRIC = ("glpn", "zoedepth", "depth_pro")
"""Kinds of transformers' depth models that say how many metres away a point is; others say how near it is."""
ADE20K = """
787878 b47878 06e6e6 503232 04c803 787850 8c8c8c cc05ff e6e6e6 04fa07 e005ff ebff07 96053d 787846 08ff33 ff0652 8fff8c
ccff04 ff3307 cc4603 0066c8 3de6fa ff0633 0b66ff ff0747 ff09e0 0907e6 dcdcdc ff095c 7009ff 08ffd6 07ffe0 ffb806 0aff47
ff290a 07ffff e0ff08 6608ff ff3d06 ffc207 ff7a08 00ff14 ff0829 ff0599 0633ff eb0cff a09614 00a3ff 8c8c8c fa0a0f 14ff00
1fff00 ff1f00 ffe000 99ff00 0000ff ff4700 00ebff 00adff 1f00ff 0bc8c8 ff5200 00fff5 003dff 00ff70 00ff85 ff0000 ffa300
ff6600 c2ff00 008fff 33ff00 0052ff 00ff29 00ffad 0a00ff adff00 00ff99 ff5c00 ff00ff ff00f5 ff0066 ffad00 ff0014 ffb8b8
001fff 00ff3d 0047ff ff00cc 00ffc2 00ff52 000aff 0070ff 3300ff 00c2ff 007aff 00ffa3 ff9900 00ff0a ff7000 8fff00 5200ff
a3ff00 ffeb00 08b8aa 8500ff 00ff5c b800ff ff001f 00b8ff 00d6ff ff0070 5cff00 00e0ff 70e0ff 46b8a0 a300ff 9900ff 47ff00
ff00a3 ffcc00 ff008f 00ffeb 85ff00 ff00eb f500ff ff007a fff500 0abed4 d6ff00 00ccff 1400ff ffff00 0099ff 0029ff 00ffcc
2900ff 29ff00 ad00ff 00f5ff 4700ff 7a00ff 00ffb8 005cff b8ff00 0085ff ffd600 19c2c2 66ff00 5c00ff
"""
"""The colours of ADE20K's 150 classes in their order, as OpenMMLab has them: what ControlNets of segments know."""
PALETTE = np.array([list(bytes.fromhex(colour)) for colour in ADE20K.split()], dtype=np.uint8)


class Depth:
    """Near is white, far is black."""

    def __init__(self, setting: Setting) -> None:
        self._net = _Net(AutoModelForDepthEstimation, "depth", setting)
        config = self._net.model.config
        self._metric = config.model_type in METRIC or getattr(config, "depth_estimation_type", "") == "metric"

    def __call__(self, image: Image.Image) -> Image.Image:
        """Depth, stretched to the whole range."""
        return Image.fromarray((self.numbers(image) * 255).round().astype("uint8")).convert("RGB")

    def numbers(self, image: Image.Image) -> np.ndarray[Any, Any]:
        """[h, w] in 0 (far) … 1 (near)."""
        net = self._net
        found = net.processor.post_process_depth_estimation(net(image), target_sizes=[(image.height, image.width)])
        depth = found[0]["predicted_depth"].squeeze().float()
        near = 1 / depth.clamp(min=1e-3) if self._metric else depth
        low, high = near.min(), near.max()
        return ((near - low) / (high - low).clamp(min=1e-6)).cpu().numpy()


class Normal:
    """Which way a surface looks: red to the right, green up, blue towards the viewer."""

    def __init__(self, setting: Setting) -> None:
        self._depth = Depth(setting)

    def __call__(self, image: Image.Image) -> Image.Image:
        """Normals."""
        return normals(self._depth.numbers(image))


class Segments:
    """One flat colour for everything of a kind."""

    def __init__(self, setting: Setting) -> None:
        self._net = _Net(AutoModelForSemanticSegmentation, "seg", setting)
        if (classes := self._net.model.config.num_labels) != len(PALETTE):
            raise ModelError("error-control-classes", count=classes, wanted=len(PALETTE))

    def __call__(self, image: Image.Image) -> Image.Image:
        """ADE20K's colours."""
        sides, net = [(image.height, image.width)], self._net
        labels = net.processor.post_process_semantic_segmentation(net(image), target_sizes=sides)[0]
        return Image.fromarray(PALETTE[labels.cpu().numpy()])


def normals(depth: np.ndarray[Any, Any]) -> Image.Image:
    """The normal map of a depth map [h, w] in 0 (far) … 1 (near)."""
    down, right = np.gradient(depth * STEEPNESS * min(depth.shape) / 10)
    vectors = np.stack([-right, down, np.ones_like(depth)], axis=-1)
    vectors /= np.linalg.norm(vectors, axis=-1, keepdims=True)
    return Image.fromarray(((vectors + 1) * 127.5).round().astype("uint8"))


class _Net:
    """A network of transformers and what prepares pictures for it."""

    def __init__(self, cls: Any, kind: str, setting: Setting) -> None:
        """Raises `NotSupported` where the operator has named none, `ModelError`."""
        if (spec := setting.makers.net(kind)) is None:
            raise NotSupported("error-control-folder", kind=kind)
        folder, choice = HubCache.here().net(spec, lambda done, total: None)
        try:
            self.processor = AutoImageProcessor.from_pretrained(folder, local_files_only=True, backend="pil")
            self.model, info = cls.from_pretrained(
                folder, variant=choice.variant or None, use_safetensors=True, local_files_only=True,
                output_loading_info=True,
            )  # fmt: skip
        except (OSError, ValueError, KeyError, ImportError, RuntimeError) as error:
            problem = next(iter(str(error).strip().splitlines()), type(error).__name__)
            raise ModelError(source=spec.source, problem=problem[:300]) from error
        if lost := sorted(info["missing_keys"]):
            raise ModelError("error-model-weights", file=folder.name, count=len(lost), example=str(lost[0]))
        self.model.to(setting.device).eval()

    @torch.inference_mode()
    def __call__(self, image: Image.Image) -> Any:
        """What the model says of a picture."""
        return self.model(**self.processor(images=image.convert("RGB"), return_tensors="pt").to(self.model.device))
