"""Control images that need no network: Canny's outlines, a drawing, the colours of a picture, or nothing at all."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageOps

from gpu.control.base import Setting
from gpu.errors import NotSupported

LOW, HIGH = 100, 200
"""Thresholds of the gradient, as ControlNet's own examples have them."""
BRIGHT = 128


class Canny:
    """White outlines on black, one pixel wide (Canny 1986, by OpenCV)."""

    def __init__(self, setting: Setting) -> None:
        try:
            import cv2
        except ImportError as error:
            raise NotSupported("error-control-package", kind="canny", package="opencv-python-headless") from error
        self._cv2 = cv2

    def __call__(self, image: Image.Image) -> Image.Image:
        """Outlines."""
        edges = self._cv2.Canny(np.array(image.convert("RGB")), LOW, HIGH)
        return Image.fromarray(edges).convert("RGB")


class Scribble:
    """A drawing as white lines on black: one on white paper is turned round."""

    def __init__(self, setting: Setting) -> None:
        pass

    def __call__(self, image: Image.Image) -> Image.Image:
        """Lines."""
        grey = image.convert("L")
        mean = float(np.asarray(grey).mean())
        grey = ImageOps.autocontrast(ImageOps.invert(grey) if mean > BRIGHT else grey)
        return grey.point(lambda value: 255 if value >= BRIGHT else 0).convert("RGB")


class AsItIs:
    """The picture itself: for tile nets, and for control images that are ready."""

    def __init__(self, setting: Setting) -> None:
        pass

    def __call__(self, image: Image.Image) -> Image.Image:
        """The same pixels."""
        return image.convert("RGB")
