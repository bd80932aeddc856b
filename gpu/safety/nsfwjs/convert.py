"""Makes model.safetensors of the package nsfwjs from npm: the same bytes under the names of transformers' MobileNetV2.

    npm pack nsfwjs@4.3.0 && tar xzf nsfwjs-4.3.0.tgz
    python -m gpu.safety.nsfwjs.convert package/dist/models/mobilenet_v2

The package holds a Keras model whose tensors are 8 bit each, with a smallest value and a step of their own, in base64
inside two scripts. The numbers stay as they are; only their order of axes changes to torch's.
"""

from __future__ import annotations

import base64
import json
import re
import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

TARGET = Path(__file__).with_name("model.safetensors")

_TENSOR = re.compile(
    r'\{name:"([^"]+)",shape:\[([\d,]+)\],dtype:"float32",quantization:\{min:([^,]+),scale:([^,]+),dtype:"uint8"\}\}'
)
_BASE64 = re.compile(r'"([A-Za-z0-9+/=]+)"')
_LAYERS = {"expand": "expand_1x1", "depthwise": "conv_3x3", "project": "reduce_1x1"}
_PARTS = {
    "kernel": "weight", "depthwise_kernel": "weight", "gamma": "weight", "beta": "bias", "bias": "bias",
    "moving_mean": "running_mean", "moving_variance": "running_var",
}  # fmt: skip


def main() -> None:
    """Read the folder that the command names, and write the file beside this module."""
    folder = Path(sys.argv[1])
    tensors, steps = {}, {}
    specs = _TENSOR.findall((folder / "model.min.js").read_text("ascii"))
    data = _bytes((folder / "group1-shard1of1.min.js").read_text("ascii"))
    for keras, sides, smallest, step in specs:
        shape = [int(side) for side in sides.split(",")]
        count = int(np.prod(shape))
        values, data = np.frombuffer(data[:count], np.uint8).reshape(shape), data[count:]
        name = torch_name(keras)
        tensors[name] = np.ascontiguousarray(_torch_axes(keras, values))
        steps[name] = [float(smallest), float(step)]
    assert not data, "there are bytes that no tensor names"
    save_file(tensors, TARGET, metadata={"steps": json.dumps(steps)})
    print(f"{TARGET}: {len(tensors)} tensors, {TARGET.stat().st_size} bytes")


def torch_name(keras: str) -> str:
    """`block_3_expand_BN/gamma` → `body.layer.2.expand_1x1.normalization.weight`."""
    layer, part = keras.split("/")
    if dense := re.fullmatch(r"dense_(\d)", layer):
        return f"head.{2 * (int(dense[1]) - 1)}.{_PARTS[part]}"
    kind = "normalization" if "bn" in layer.lower() else "convolution"
    if layer in ("Conv1", "bn_Conv1"):
        return f"body.conv_stem.first_conv.{kind}.{_PARTS[part]}"
    if layer in ("Conv_1", "Conv_1_bn"):
        return f"body.conv_1x1.{kind}.{_PARTS[part]}"
    block, _, step = layer.removesuffix("_BN").rpartition("_")
    where = "conv_stem" if block == "expanded_conv" else f"layer.{int(block.removeprefix('block_')) - 1}"
    return f"body.{where}.{_LAYERS[step]}.{kind}.{_PARTS[part]}"


def _torch_axes(keras: str, values: np.ndarray) -> np.ndarray:
    """Keras' [h, w, in, out] to [out, in, h, w], of depthwise ones [h, w, channels, 1] to [channels, 1, h, w]."""
    if keras.endswith("depthwise_kernel"):
        return values.transpose(2, 3, 0, 1)
    if values.ndim == 4:
        return values.transpose(3, 2, 0, 1)
    return values.T


def _bytes(script: str) -> bytes:
    return base64.b64decode(max(_BASE64.findall(script), key=len), validate=True)


if __name__ == "__main__":
    main()
