"""The files of jobs: pictures that the image check let pass, their latents, their previews.

A file is whole or not there. What the check refuses is never written. Knows no model and no step.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from safetensors.torch import load_file, save
from torch import Tensor

from gpu.errors import NotSupported
from gpu.files import write_whole
from gpu.grid import arrange
from gpu.metadata import save_png
from gpu.safety import ImageCheck, refused
from gpu.types import GenerationRequest, ImageResult, InputImage

PREVIEW_QUALITY = 80


class RefusedError(Exception):
    """The image check found more of `category` in a picture than the job's policy allows."""

    def __init__(self, category: str) -> None:
        self.category = category
        super().__init__(category)


class Preview(NamedTuple):
    """An unfinished grid that may be seen, relative to the data directory."""

    path: Path
    scores: dict[str, float]


class Gallery:
    """Reads and writes below one data directory."""

    def __init__(self, data_dir: Path, check: ImageCheck | None = None) -> None:
        """Without a `check`, every picture passes and no preview is shown."""
        self._data_dir = data_dir
        self._check = check

    def score(self, image: Image.Image) -> dict[str, float]:
        """What the image check says, {} where there is none."""
        return self._check.score(image) if self._check else {}

    def score_file(self, path: Path) -> dict[str, float]:
        """What the image check says of a picture below the data directory. Raises `OSError`."""
        with Image.open(self._data_dir / path) as image:
            return self.score(image)

    def require(self, scores: Mapping[str, float], request: GenerationRequest) -> None:
        """Raise `RefusedError` when the job's policy does not allow such scores."""
        if category := refused(scores, request.policy):
            raise RefusedError(category)

    def input(self, image: InputImage) -> Image.Image:
        """A picture that a job draws from. Raises `NotSupported` when it is gone or broken."""
        try:
            with Image.open(self._data_dir / image.path, formats=("PNG",)) as picture:
                picture.load()
                return picture
        except Exception as error:  # decoders raise nearly anything for broken files
            raise NotSupported("error-input-gone") from error

    def save(
        self,
        request: GenerationRequest,
        index: int,
        image: Image.Image,
        latents: Tensor | None,
        scores: Mapping[str, float],
    ) -> ImageResult:
        """Write image `index` (1…n) and its latents [channels, h, w], if any. Raises `RefusedError`, `OSError`."""
        self.require(scores, request)
        path = request.output_dir / f"{index}.png"
        stored = request.output_dir / f"{index}.latents.safetensors"
        if latents is not None:
            write_whole(self._data_dir / stored, save({"latents": latents.contiguous().cpu()}))
        save_png(image, self._data_dir / path, request, index)
        return ImageResult(
            index=index,
            path=path,
            seed=request.params.image_seed(index),
            width=image.width,
            height=image.height,
            scores=dict(scores),
            latents=None if latents is None else stored,
        )

    def latents(self, path: Path) -> Tensor:
        """Stored latents as [1, channels, h, w]. Raises `NotSupported` when they are gone or broken."""
        try:
            return load_file(self._data_dir / path)["latents"][None]
        except Exception as error:  # safetensors raises its own kind for every sort of damage
            raise NotSupported("error-latents-gone") from error

    def preview(self, request: GenerationRequest, number: int, sketches: Sequence[Image.Image]) -> Preview | None:
        """Write the unfinished grid as a small JPEG; the one before the last goes. None if it may not be seen."""
        if self._check is None:
            return None
        grid = arrange(sketches)
        scores = self.score(grid)
        if refused(scores, request.policy):
            return None
        buffer = io.BytesIO()
        grid.save(buffer, "JPEG", quality=PREVIEW_QUALITY)
        path = request.output_dir / f"preview-{number}.jpg"
        write_whole(self._data_dir / path, buffer.getvalue())
        (self._data_dir / request.output_dir / f"preview-{number - 2}.jpg").unlink(missing_ok=True)
        return Preview(path, scores)

    def forget_previews(self, request: GenerationRequest) -> None:
        """Remove a job's previews: it has its pictures."""
        for file in (self._data_dir / request.output_dir).glob("preview-*.jpg*"):
            file.unlink(missing_ok=True)

    def discard(self, request: GenerationRequest) -> None:
        """Remove everything that `save` and `preview` wrote for a job."""
        folder = self._data_dir / request.output_dir
        for pattern in ("[1-9].png*", "[1-9].latents.safetensors*", "preview-*.jpg*"):
            for file in folder.glob(pattern):
                file.unlink(missing_ok=True)
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
