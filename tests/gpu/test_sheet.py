"""Contact sheets: where the pictures are, what stands beside them, and what a font cannot write."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from gpu.sheet import MOST_TILE, SIDE, Labels, Tile, contact_sheet, drawable, png

COLOURS = ["#ff0000", "#00ff00", "#0000ff", "#ffff00", "#ff00ff"]


@pytest.fixture
def tiles(tmp_path: Path) -> list[Tile]:
    paths = [tmp_path / f"{number}.png" for number in range(len(COLOURS))]
    for path, colour in zip(paths, COLOURS, strict=True):
        Image.new("RGB", (256, 256), colour).save(path)
    return [Tile((path,)) for path in paths]


def centres(sheet: Image.Image, colour: str) -> tuple[float, float]:
    """The middle of the area of a colour."""
    wanted = tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))
    places = [(x, y) for y in range(0, sheet.height, 8) for x in range(0, sheet.width, 8)]
    found = [place for place in places if sheet.getpixel(place) == wanted]
    assert found, colour
    return sum(x for x, _ in found) / len(found), sum(y for _, y in found) / len(found)


def test_pictures_stand_row_by_row_and_an_empty_cell_says_why(tiles: list[Tile]) -> None:
    columns, rows = Labels("cfg", ("3", "5", "7")), Labels("sampler", ("Euler", "DDIM"))
    sheet = contact_sheet("a fox", columns, rows, [*tiles, Tile(words="blocked")])
    at = [centres(sheet, colour) for colour in COLOURS]
    assert at[0][0] < at[1][0] < at[2][0]
    assert at[0][1] == at[1][1] == at[2][1] < at[3][1] == at[4][1]
    assert at[0][0] == at[3][0]
    empty = sheet.crop((int(at[2][0]) - 100, int(at[4][1]) - 100, int(at[2][0]) + 100, int(at[4][1]) + 100))
    assert len(empty.getcolors(256 * 256) or ()) > 2, "words stand in it"
    labels = sheet.crop((0, int(at[3][1]) - 40, int(at[3][0]) - 140, int(at[3][1]) + 40)).convert("L")
    assert labels.getextrema()[0] < 60, "the row has its label"


def test_one_axis_and_one_cell(tiles: list[Tile]) -> None:
    row = contact_sheet("", Labels("cfg", ("3", "5")), Labels(), tiles[:2])
    assert row.width > 2 * 256
    assert contact_sheet("", Labels("cfg", ("3",)), Labels(), [Tile(words="failed")]).height > 100


def test_grids_of_other_shapes_fit_and_the_largest_sheet_is_bounded(tmp_path: Path) -> None:
    paths = []
    for number, size in enumerate([(1024, 512), (64, 64)]):
        paths.append(tmp_path / f"{number}.png")
        Image.new("RGB", size, COLOURS[number]).save(paths[-1])
    tiles = [Tile((paths[0],)), Tile((paths[1],)), Tile((paths[1],) * 4)]
    sheet = contact_sheet("a", Labels("cfg", ("1", "2", "3")), Labels(), tiles)
    assert sheet.width < 3 * MOST_TILE + 100
    many = contact_sheet("word " * 2000, Labels("cfg", tuple(map(str, range(40)))), Labels(), [Tile(words="x")] * 40)
    assert many.width < 2 * SIDE


def test_letters_that_the_font_lacks(tiles: list[Tile]) -> None:
    assert drawable("DPM++ 2M, #3 (x)")
    assert not drawable("猫")
    sheet = contact_sheet("café 猫", Labels("prompt", ("猫", "café")), Labels(), tiles[:2])
    named = contact_sheet("", Labels("prompt", ("#1", "cafe")), Labels(), tiles[:2])
    assert Labels("prompt", ("猫",)).values == ("猫",)
    assert sheet.width == named.width
    assert sheet.height > named.height, "most of the title can be written"
    assert contact_sheet("猫猫猫", Labels("prompt", ("#1", "cafe")), Labels(), tiles[:2]).size == named.size
    with Image.open(_file(sheet)) as read:
        assert "parameters" in read.info


def _file(sheet: Image.Image) -> object:
    import io

    return io.BytesIO(png(sheet))
