"""Pictures made ready to be drawn on: cut to size, masked, or laid on a larger canvas. Pillow only; knows no model.

A mask is grey (mode L) and of the picture's size: white is redrawn, black is kept.
"""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

Size = tuple[int, int]
Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels; right and bottom are outside."""

GROUND = (128, 128, 128)
"""What shows through where a picture is transparent and is not redrawn."""
PARTS = {
    "left": (0.0, 0.0, 0.5, 1.0),
    "right": (0.5, 0.0, 1.0, 1.0),
    "top": (0.0, 0.0, 1.0, 0.5),
    "bottom": (0.0, 0.5, 1.0, 1.0),
    "center": (0.25, 0.25, 0.75, 0.75),
}
"""Named rectangles, as shares of width and height."""
TRANSPARENT = "transparent"
OUTSIDE = "outside:"
PAN_SHARE = 0.5
"""How far a pan goes, as a share of the side."""
MAX_GROWTH = 2.0
"""The largest area of a panned or squared picture, in areas that the model was made for."""
GRID = 8
"""Borders between old and new lie between the patches of autoencoders."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A canvas and where the old picture lies on it; what does not fit is cut off."""

    size: Size
    box: Box
    """Of the whole old picture, at the scale that it has on the canvas; may stick out."""


def cut(image: Image.Image, size: Size) -> Image.Image:
    """The middle of a picture, as large as it fills `size`; the same pixels where it has that size already."""
    return image.copy() if image.size == size else ImageOps.fit(image, size, Image.Resampling.LANCZOS)


def opaque(image: Image.Image) -> Image.Image:
    """RGB; the colours under transparent pixels are kept where there are any to see."""
    if image.mode != "RGBA":
        return image.convert("RGB")
    ground = Image.new("RGBA", image.size, (*GROUND, 255))
    return Image.alpha_composite(ground, image).convert("RGB")


def region(text: str, image: Image.Image) -> Image.Image | None:
    """The mask that words describe: `right`, `0.5,0,1,1`, `outside:center`, `transparent`; None if they do not."""
    words = text.strip().lower().replace(" ", "")
    if words == TRANSPARENT:
        return ImageChops.invert(image.getchannel("A")) if image.mode == "RGBA" else None
    outside = words.startswith(OUTSIDE)
    shares = PARTS.get(words.removeprefix(OUTSIDE)) or _shares(words.removeprefix(OUTSIDE))
    if shares is None:
        return None
    mask = Image.new("L", image.size, 255 if outside else 0)
    left, top, right, bottom = (
        round(share * side) for share, side in zip(shares, (*image.size, *image.size), strict=True)
    )
    if right <= left or bottom <= top:
        return None
    ImageDraw.Draw(mask).rectangle((left, top, right - 1, bottom - 1), fill=0 if outside else 255)
    return mask


def _shares(words: str) -> tuple[float, ...] | None:
    try:
        shares = tuple(float(part) for part in words.split(","))
    except ValueError:
        return None
    return shares if len(shares) == 4 and all(0 <= share <= 1 for share in shares) else None


# --- Larger canvases --------------------------------------------------------------------------------------------------


def zoomed(size: Size, factor: float) -> Frame:
    """The picture at 1/`factor` in the middle of a canvas of its own size."""
    return _centred(size, (_on_grid(size[0] / factor), _on_grid(size[1] / factor)))


def panned(size: Size, direction: str, *, pixels: int, multiple: int) -> Frame:
    """A canvas that goes on to one side by half the picture; where it would grow too large, the far side is cut off."""
    width, height = size
    across = direction in ("left", "right")
    side, other = (width, height) if across else (height, width)
    step = max(round(side * PAN_SHARE / multiple), 1) * multiple
    limit = max(int(MAX_GROWTH * pixels / other) // multiple * multiple, side)
    longer = min(side + step, limit)
    start = step if direction in ("left", "up") else longer - step - side
    if across:
        return Frame((longer, height), (start, 0, start + width, height))
    return Frame((width, longer), (0, start, width, start + height))


def squared(size: Size, *, pixels: int, multiple: int) -> Frame:
    """A square canvas around the picture, which is scaled down only where the square would be too large."""
    side = min(max(size), int((MAX_GROWTH * pixels) ** 0.5) // multiple * multiple)
    scale = side / max(size)
    return _centred((side, side), size if scale == 1 else (_on_grid(size[0] * scale), _on_grid(size[1] * scale)))


def _on_grid(length: float) -> int:
    return max(round(length / GRID), 1) * GRID


def _centred(size: Size, old: Size) -> Frame:
    left, top = ((whole - part) // 2 // GRID * GRID for whole, part in zip(size, old, strict=True))
    return Frame(size, (left, top, left + old[0], top + old[1]))


def lay(image: Image.Image, frame: Frame) -> tuple[Image.Image, Image.Image]:
    """The canvas with the old picture on it, its edges drawn out to the borders, and the mask of what is new."""
    left, top, right, bottom = frame.box
    old = cut(image, (right - left, bottom - top))
    width, height = frame.size
    stretched = _drawn_out(old, frame)
    canvas = stretched.filter(ImageFilter.GaussianBlur(max(width, height) / 64))
    canvas.paste(old, (left, top))
    mask = Image.new("L", frame.size, 255)
    mask.paste(0, (max(left, 0), max(top, 0), min(right, width), min(bottom, height)))
    return canvas, mask


def _drawn_out(old: Image.Image, frame: Frame) -> Image.Image:
    """The old picture with its outermost rows and columns repeated up to the borders of the canvas."""
    left, top, right, bottom = frame.box
    width, height = frame.size
    wide = Image.new("RGB", (width, old.height))
    wide.paste(old, (left, 0))
    if left > 0:
        wide.paste(old.crop((0, 0, 1, old.height)).resize((left, old.height)), (0, 0))
    if right < width:
        edge = old.crop((old.width - 1, 0, old.width, old.height))
        wide.paste(edge.resize((width - right, old.height)), (right, 0))
    canvas = Image.new("RGB", frame.size)
    canvas.paste(wide, (0, top))
    if top > 0:
        canvas.paste(wide.crop((0, 0, width, 1)).resize((width, top)), (0, 0))
    if bottom < height:
        edge = wide.crop((0, wide.height - 1, width, wide.height))
        canvas.paste(edge.resize((width, height - bottom)), (0, bottom))
    return canvas
