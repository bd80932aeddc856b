"""Control images: the kind of `--control` → what makes one of a picture."""

from collections.abc import Callable, Mapping

from PIL import Image

from gpu.control.base import Preprocessor, Setting
from gpu.control.networks import Depth, Normal, Segments
from gpu.control.plain import AsItIs, Canny, Scribble
from gpu.control.pose import Pose
from gpu.control.softedge import SoftEdge
from gpu.controls import Control

__all__ = ["PREPROCESSORS", "Preprocessors", "Setting"]

PREPROCESSORS: Mapping[str, Callable[[Setting], Preprocessor]] = {
    "canny": Canny, "softedge": SoftEdge, "depth": Depth, "normal": Normal, "seg": Segments, "pose": Pose,
    "scribble": Scribble, "tile": AsItIs,
}  # fmt: skip


class Preprocessors:
    """Those that were asked for, made once."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._made: dict[str, Preprocessor] = {}

    def __call__(self, control: Control, image: Image.Image) -> Image.Image:
        """The control image of a picture; one that is ready stays as it is. Raises `NotSupported`, `ModelError`."""
        if control.ready:
            return image.convert("RGB")
        if control.kind not in self._made:
            self._made[control.kind] = PREPROCESSORS[control.kind](self._setting)
        return self._made[control.kind](image)
