"""What a picture says about itself: the parameters that drew it, and that a machine drew it.

PNG: text `parameters` as AUTOMATIC1111 writes it, text `easel` (JSON, the whole request), XMP. WebP and JPEG: the same
parameters in EXIF UserComment, and XMP, which names the model and the job. `read` gives the parameters back, also from
other programs' pictures (A1111, ComfyUI); `mark` says which picture of ours it claims to be.
Knows Pillow only.
"""

from __future__ import annotations

import contextlib
import io
import json
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal
from xml.sax.saxutils import quoteattr

import pydantic_core
from PIL import ExifTags, Image, PngImagePlugin

from gpu import comfyui
from gpu.controls import read_controls, spell_controls
from gpu.errors import PictureUnreadable
from gpu.files import write_whole
from gpu.foreign_controls import UNIT, read_units, unit
from gpu.params import NO_UPSCALER, GenerationParams
from gpu.types import GenerationRequest, Record

NOTICE = "AI-generated image"

XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"'
    "{facts}/></rdf:RDF></x:xmpmeta>"
)
"""The IPTC's own words for "made by a trained model": what search engines and social networks look for.

`AISystemUsed` is of the IPTC Photo Metadata Standard 2025.1.
"""

PNG_LEVEL = 6
MAX_TEXT = 64 * 1024
"""Characters of a text chunk that is still looked at; Easel's own have a few thousand."""
MAX_GRAPH = 1024 * 1024
"""The same for the graphs that ComfyUI writes."""
MAX_EXIF_TEXT = 30_000
"""EXIF holds 64 KiB, and UserComment takes two bytes or more for a character."""
MAX_FILE = 64 * 1024 * 1024
MAX_SIDE = 16_384
NO_NETS: Mapping[str, str] = {}

_UNICODE = b"UNICODE\0"
_IDENTIFIER = re.compile(rb'dc:identifier="easel:([a-z0-9]{1,16}):(\d)"')
_NEGATIVE = "Negative prompt:"
_SETTING = re.compile(r'\s*(\w[\w \-/]*):\s*("(?:\\.|[^\\"])*"|[^,]*)(?:,|$)')


class ReadBack(Record):
    """What was found in a picture. It is a stranger's claim: nothing in it is a path, and prompts are unchecked."""

    source: Literal["easel", "a1111", "comfyui"]
    params: GenerationParams
    """For the whole job; what the picture does not say, or says illegally, has the default."""
    seed: int
    """Of this very picture."""
    index: int = 1
    job_id: str = ""
    other: dict[str, str] = {}
    """Settings that Easel has no parameter for."""


class Mark(Record):
    """Which picture of ours a file says it is. It is a stranger's claim, too."""

    job_id: str
    index: int
    """1…n, or 0: all pictures of the job on one sheet."""


# Writing


def parameters(params: GenerationParams, index: int = 1, nets: Mapping[str, str] = NO_NETS) -> str:
    """The text that Stable Diffusion programs have agreed on, for image `index` (1…n).

    `nets`: kind of a control image → the file of its ControlNet; where it is not known, the kind stands for it.
    """
    units = {f"ControlNet {n}": unit(c, nets.get(c.kind, c.kind)) for n, c in enumerate(read_controls(params.control))}
    settings = {
        "Steps": params.num_inference_steps,
        "Sampler": params.scheduler,
        "CFG scale": f"{params.guidance_scale:g}",
        "Seed": params.image_seed(index),
        "Size": f"{params.width}x{params.height}",
        "Hires upscale": f"{params.hires:g}" if params.hires > 1 else "",
        "Hires upscaler": _enlarged_by(params),
        "Model": re.sub(r"[\s,:\"]+", " ", params.model).strip(),
        **units,
        "Version": "Easel",
    }
    lines = [_plain(params.prompt)]
    if params.negative_prompt:
        lines.append(f"{_NEGATIVE} {_plain(params.negative_prompt)}")
    return "\n".join([*lines, ", ".join(f"{key}: {value}" for key, value in settings.items() if value != "")])


def parameters_of(request: GenerationRequest, index: int = 1) -> str:
    """The same for a request; a picture that a paid API drew says nothing of steps, sampler and seed: it had none."""
    text = parameters(request.params, index)
    if not request.api_quality:
        return text
    prompts, _, settings = text.rpartition("\n")
    return f"{prompts}\n{settings[settings.index('Size: ') :]}"


def _enlarged_by(params: GenerationParams) -> str:
    if params.upscaler != NO_UPSCALER:
        return params.upscaler
    return "Latent" if params.hires > 1 and params.hires_by == "latent" else ""


def _plain(text: str) -> str:
    # Readers cut at this label wherever it stands: a no-break space keeps a prompt that contains it in one piece.
    return text.replace("\0", "\ufffd").replace(_NEGATIVE, _NEGATIVE.replace(" ", "\u00a0"))


def xmp(request: GenerationRequest | None = None, index: int = 1) -> str:
    """That a machine made it; of a job also the model, and which picture it is (0: the sheet of all)."""
    if request is None:
        return XMP.format(facts="")
    system = quoteattr(f"Easel, {_printable(request.params.model)}")
    return XMP.format(facts=f' Iptc4xmpExt:AISystemUsed={system} dc:identifier="easel:{request.job_id}:{index}"')


def _printable(text: str) -> str:
    return "".join(character for character in text if character.isprintable())


def png_info(text: str, request: GenerationRequest | None = None, index: int = 1) -> PngImagePlugin.PngInfo:
    """The text chunks for `Image.save(…, pnginfo=…)`."""
    info = PngImagePlugin.PngInfo()
    info.add_text("parameters", text)
    if request is not None:
        facts = {**request.model_dump(mode="json"), "index": index, "generator": "Easel", "notice": NOTICE}
        info.add_text("easel", json.dumps(facts))
    info.add_text("Source", NOTICE)
    info.add_text("Software", "Easel")
    info.add_itxt("XML:com.adobe.xmp", xmp(request, index))
    return info


def exif(text: str) -> bytes:
    """The EXIF block for `Image.save(…, exif=…)` of WebP and JPEG; a text too long for EXIF loses the prompt's end."""
    if len(text) > MAX_EXIF_TEXT:
        *_, settings = text.rpartition("\n")
        text = f"{text[: MAX_EXIF_TEXT - len(settings)]}…\n{settings}"
    block = Image.Exif()
    block[ExifTags.Base.ImageDescription] = NOTICE
    block[ExifTags.Base.Software] = "Easel"
    # UTF-16, big end first, is what the readers of A1111's pictures expect, whatever the byte order of the block.
    block.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = _UNICODE + text.encode("utf-16-be")
    return block.tobytes()


def save_png(image: Image.Image, path: Path, request: GenerationRequest, index: int) -> None:
    """Write image `index` of a job, whole or not at all; the same pixels and request give the same bytes.

    Raises `OSError`.
    """
    buffer = io.BytesIO()
    info = png_info(parameters_of(request, index), request, index)
    image.save(buffer, "PNG", pnginfo=info, compress_level=PNG_LEVEL)
    write_whole(path, buffer.getvalue())


# Reading


def read(picture: Path | bytes) -> ReadBack:
    """The parameters in a picture of Easel, of an A1111-like program or of ComfyUI. Raises `PictureUnreadable`."""
    texts = _texts(picture)
    readback = _read_easel(texts.get("easel", "")) or _read_a1111(texts.get("parameters", ""))
    if found := readback or _read_comfyui(texts.get("prompt", "")) or _read_comfyui(texts.get("workflow", "")):
        return found
    raise PictureUnreadable("error-picture-no-parameters")


def mark(picture: Path | bytes) -> Mark | None:
    """Which picture of ours it says it is, in XMP or as older ones did. Raises `PictureUnreadable`."""
    with _opened(picture) as image:
        packet = image.info.get("xmp", b"")
    if isinstance(packet, bytes) and (found := _IDENTIFIER.search(packet[:MAX_TEXT])):
        return Mark(job_id=found[1].decode(), index=int(found[2]))
    older = _read_easel(_texts(picture).get("easel", ""))
    return Mark(job_id=older.job_id, index=older.index) if older and older.job_id else None


@contextlib.contextmanager
def _opened(picture: Path | bytes) -> Iterator[Image.Image]:
    """Its header; no pixels are decoded. Raises `PictureUnreadable`, also for what is done with it inside."""
    try:
        size = len(picture) if isinstance(picture, bytes) else picture.stat().st_size
        if size > MAX_FILE:
            raise PictureUnreadable
        file = io.BytesIO(picture) if isinstance(picture, bytes) else picture
        with Image.open(file, formats=("PNG", "JPEG", "WEBP")) as image:
            yield image
    except PictureUnreadable:
        raise
    except Exception as error:  # hostile files make Pillow's parsers raise whatever they run into
        raise PictureUnreadable from error


def _texts(picture: Path | bytes) -> dict[str, str]:
    """The text chunks, or what EXIF has of them."""
    with _opened(picture) as image:
        found = {str(key): text for key, text in image.info.items()} if image.format == "PNG" else _exif_texts(image)
    limits = {"prompt": MAX_GRAPH, "workflow": MAX_GRAPH}
    return {
        key: text for key, text in found.items() if isinstance(text, str) and len(text) <= limits.get(key, MAX_TEXT)
    }


def _exif_texts(image: Image.Image) -> dict[str, str]:
    """The UserComment as `parameters`, and ComfyUI's graphs, which it writes as `prompt:…` under any tag."""
    written = [text for text in image.getexif().values() if isinstance(text, str)]
    graphs = {name: text for name, colon, text in (text.partition(":") for text in written) if colon}
    return {name: graphs[name] for name in ("prompt", "workflow") if name in graphs} | {
        "parameters": _user_comment(image)
    }


def _user_comment(image: Image.Image) -> str:
    comment = image.getexif().get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.UserComment, b"")
    if not isinstance(comment, bytes) or not comment.startswith(_UNICODE):
        return ""
    text = comment.removeprefix(_UNICODE)
    # "Steps" in the wrong byte order is Chinese: the order with more ASCII is the right one.
    orders = (text.decode(order, "replace") for order in ("utf-16-be", "utf-16-le"))
    return max(orders, key=lambda decoded: sum(character < "\x80" for character in decoded))


def _read_easel(text: str) -> ReadBack | None:
    try:
        stored = pydantic_core.from_json(text)
    except ValueError:
        return None
    if not isinstance(stored, dict) or not isinstance(stored.get("params"), dict):
        return None
    params = GenerationParams.load(_sane(stored["params"]))
    index = stored.get("index")
    index = index if index in (1, 2, 3, 4) else 1
    job_id = str(stored.get("job_id", ""))
    return ReadBack(
        source="easel",
        params=params,
        seed=params.image_seed(index),
        index=index,
        job_id=job_id if re.fullmatch(r"[A-Za-z0-9]{1,16}", job_id) else "",
    )


def _read_a1111(text: str) -> ReadBack | None:
    lines = text.split("\n")
    for at in range(len(lines) - 1, -1, -1):
        settings = {key.strip(): value.strip().strip('"') for key, value in _SETTING.findall(lines[at])}
        if len(settings.keys() & {"Steps", "Sampler", "CFG scale", "Seed", "Size"}) >= 3:
            break
    else:
        return None
    prompt, _, negative = "\n".join(lines[:at]).partition(_NEGATIVE)
    prompts = {"prompt": prompt.strip(), "negative_prompt": negative.strip()}
    params = GenerationParams.load(_sane(_known(settings) | prompts))
    return ReadBack(source="a1111", params=params, seed=params.seed, other=settings)


def _read_comfyui(text: str) -> ReadBack | None:
    try:
        found = comfyui.parameters(pydantic_core.from_json(text))
    except (ValueError, RecursionError):
        return None
    if found is None:
        return None
    params = GenerationParams.load(_sane({"num_images": 1, **found}))
    return ReadBack(source="comfyui", params=params, seed=params.seed)


def _known(settings: dict[str, str]) -> dict[str, Any]:
    """A1111's settings under our names; takes those it knows out of `settings`."""
    known: dict[str, Any] = {"num_images": 1}
    names = {"Steps": "num_inference_steps", "CFG scale": "guidance_scale", "Seed": "seed", "Model": "model"}
    known |= {names[key]: settings.pop(key) for key in names.keys() & settings.keys()}
    if size := re.fullmatch(r"(\d{1,5})x(\d{1,5})", settings.get("Size", "")):
        del settings["Size"]
        known["width"], known["height"] = (int(side) for side in size.groups())
    known["control"] = spell_controls(tuple(read_units(settings)))
    for name in [name for name in settings if UNIT.fullmatch(name)]:
        del settings[name]
    schedule = settings.pop("Schedule type", "")
    known["scheduler"] = settings.pop("Sampler", "")
    if schedule == "Karras" and not known["scheduler"].endswith("Karras"):
        known["scheduler"] += " Karras"
    return known


def _sane(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Drop sizes that no one should compute with, and let the aspect ratio follow where only a size is known."""
    width, height = stored.get("width"), stored.get("height")
    if not all(isinstance(side, int) and 8 <= side <= MAX_SIDE for side in (width, height)):
        return {key: value for key, value in stored.items() if key not in ("width", "height")}
    assert isinstance(width, int)
    assert isinstance(height, int)
    common = math.gcd(width, height)
    return {"aspect_ratio": f"{width // common}:{height // common}", **stored}
