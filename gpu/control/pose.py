"""Where people stand: a stick figure in OpenPose's colours, by the optional package mediapipe 0.10.21.

The package wants older libraries than ours, so it lives in an environment of its own: `[control] pose` names that
environment's Python, and a process of it reads a picture from its standard input and answers with points.
"""

from __future__ import annotations

import importlib.util
import io
import json
import subprocess
import sys
from collections.abc import Sequence

from PIL import Image, ImageDraw

from gpu.control.base import Setting
from gpu.errors import ModelError, NotSupported

TIMEOUT = 120.0
SCRIPT = """
import io, json, sys
import numpy as np
from PIL import Image
from mediapipe.python.solutions.pose import Pose
image = np.array(Image.open(io.BytesIO(sys.stdin.buffer.read())).convert("RGB"))
with Pose(static_image_mode=True, model_complexity=1) as pose:
    found = pose.process(image).pose_landmarks
print("POINTS" + json.dumps([[p.x, p.y, p.visibility] for p in found.landmark] if found else []))
"""
JOINTS = (0, -1, 12, 14, 16, 11, 13, 15, 24, 26, 28, 23, 25, 27, 5, 2, 8, 7)
"""OpenPose's 18 points among mediapipe's 33; the neck is between the shoulders."""
BONES = (
    (1, 2), (1, 5), (2, 3), (3, 4), (5, 6), (6, 7), (1, 8), (8, 9), (9, 10), (1, 11), (11, 12), (12, 13), (1, 0),
    (0, 14), (14, 16), (0, 15), (15, 17),
)  # fmt: skip
VISIBLE = 0.4

Point = tuple[float, float, float]
"""x and y as shares of the sides, and how sure it is, 0…1."""


class Pose:
    """One person as a stick figure on black."""

    def __init__(self, setting: Setting) -> None:
        self._python = setting.makers.pose
        if not self._python and importlib.util.find_spec("mediapipe") is None:
            raise NotSupported("error-control-pose")

    def __call__(self, image: Image.Image) -> Image.Image:
        """A stick figure; black where nobody is seen."""
        return stick_figure(self._points(image), image.size)

    def _points(self, image: Image.Image) -> list[Point]:
        buffer = io.BytesIO()
        image.convert("RGB").save(buffer, "PNG")
        command = [self._python or sys.executable, "-c", SCRIPT]
        try:
            done = subprocess.run(command, input=buffer.getvalue(), capture_output=True, timeout=TIMEOUT, check=True)
            answer = next(line for line in done.stdout.decode().splitlines() if line.startswith("POINTS"))
        except (OSError, subprocess.SubprocessError, StopIteration) as error:
            raise ModelError("error-control-pose") from error
        return [(x, y, sure) for x, y, sure in json.loads(answer.removeprefix("POINTS"))]


def stick_figure(points: Sequence[Point], size: tuple[int, int]) -> Image.Image:
    """The figure that mediapipe's 33 points make."""
    canvas = Image.new("RGB", size)
    if not points:
        return canvas
    neck = tuple((a + b) / 2 for a, b in zip(points[11], points[12], strict=True))
    joints = [neck if index < 0 else points[index] for index in JOINTS]
    draw, thick = ImageDraw.Draw(canvas), max(min(size) // 100, 2)
    for number, (a, b) in enumerate(BONES):
        if min(joints[a][2], joints[b][2]) >= VISIBLE:
            ends = [(joints[end][0] * size[0], joints[end][1] * size[1]) for end in (a, b)]
            draw.line(ends, fill=f"hsl({number * 20}, 100%, 50%)", width=2 * thick)
    for number, (x, y, sure) in enumerate(joints):
        if sure >= VISIBLE:
            draw.circle((x * size[0], y * size[1]), 1.5 * thick, fill=f"hsl({number * 20}, 100%, 50%)")
    return canvas
