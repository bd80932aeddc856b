"""Pictures for tests, and requests that draw from them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFilter

from gpu.types import GenerationRequest, InputImage, InputRole
from tests.gpu.bench import SIDE, Bench, request


def photo(size: tuple[int, int] = (64, 64), mode: str = "RGB") -> Image.Image:
    """Something with colours, edges and no symmetry."""
    width, height = size
    ramp = Image.linear_gradient("L").resize(size)
    image = Image.merge("RGB", (ramp, ramp.rotate(90).resize(size), Image.new("L", size, 90)))
    draw = ImageDraw.Draw(image)
    draw.ellipse((width * 0.1, height * 0.2, width * 0.6, height * 0.7), fill=(230, 60, 40))
    draw.rectangle((width * 0.65, height * 0.5, width * 0.9, height * 0.95), fill=(20, 90, 200))
    return image.filter(ImageFilter.GaussianBlur(1)).convert(mode)


def half_mask(size: tuple[int, int] = (64, 64)) -> Image.Image:
    """The right half is redrawn."""
    mask = Image.new("L", size, 0)
    mask.paste(255, (size[0] // 2, 0, *size))
    return mask


def png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def from_pictures(
    bench: Bench, job_id: str, image: Image.Image, mask: Image.Image | None = None, model: str = "tiny", **wishes: Any
) -> GenerationRequest:
    """A request whose pictures lie where the studio would put them."""
    folder = Path("inputs") / job_id.replace("/", "-")
    (bench.folder / folder).mkdir(parents=True, exist_ok=True)
    inputs = []
    for role, picture in ((InputRole.IMAGE, image), (InputRole.MASK, mask)):
        if picture is not None:
            path = folder / f"{len(inputs) + 1}.png"
            (bench.folder / path).write_bytes(png(picture))
            inputs.append(InputImage(role=role, path=path))
    size = {"width": image.width, "height": image.height} if image.width % 8 == 0 else {"width": SIDE[model]}
    return request(job_id, model, inputs=tuple(inputs), **size | wishes)


def controlled(bench: Bench, job: GenerationRequest, *pictures: Image.Image) -> GenerationRequest:
    """The same job with control images."""
    folder = Path("inputs") / job.job_id
    (bench.folder / folder).mkdir(parents=True, exist_ok=True)
    inputs = []
    for number, picture in enumerate(pictures, 11):
        (bench.folder / folder / f"{number}.png").write_bytes(png(picture))
        inputs.append(InputImage(role=InputRole.CONTROL, path=folder / f"{number}.png"))
    return job.model_copy(update={"inputs": (*job.inputs, *inputs)})


def result(bench: Bench, job_id: str, index: int = 1) -> Image.Image:
    """A picture that the engine wrote."""
    with Image.open(bench.folder / bench.result(job_id).images[index - 1].path) as image:
        return image.convert("RGB")
