"""What a public reader of picture metadata (sd-parsers) finds in our pictures."""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from sd_parsers import ParserManager
from sd_parsers.data import PromptInfo

# sd-parsers remembers the last picture by its id(), which Python gives to the next one once the first is gone.
_alive: list[Image.Image] = []


def found_in(image: Image.Image) -> PromptInfo:
    """What the reader finds in an opened picture."""
    _alive.append(image)
    found = ParserManager().parse(image)
    assert found is not None
    return found


def by_others(path: Path) -> PromptInfo:
    """What the reader finds in a file."""
    with Image.open(path) as image:
        return found_in(image)
