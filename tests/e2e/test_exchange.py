"""/export, and pictures dropped into /info."""

from __future__ import annotations

import io
import json
from pathlib import Path

from PIL import Image

from gpu.comfyui import workflow
from gpu.params import GenerationParams
from gpu.types import GenerationRequest

from .conftest import World


def file(data: bytes, name: str = "picture.png") -> tuple[str, bytes]:
    return name, data


async def test_export_sends_a_file_for_the_other_program(world: World) -> None:
    grid = await world.imagine("a red fox", seed=5)
    job = await world.job_of(grid)
    result = await world.alice.slash(world.channel, "export", job=job.id, format="comfyui", index=2)
    (sent,) = result.response.attachments
    assert sent.filename == f"easel-{job.id}.json"
    graph = json.loads(await sent.read())
    assert graph["3"]["inputs"]["seed"] == 6
    assert graph["6"]["inputs"]["text"] == "a red fox"
    assert "ComfyUI" in result.response.content
    hidden = await world.bob.slash(world.channel, "export", job="nosuchjob")
    assert "I know no job" in hidden.response.content


async def test_a_dropped_picture_gives_its_line_and_a_button_that_runs_it(world: World) -> None:
    grid = await world.imagine("a red fox", seed=5, n=1)
    single = await world.alice.slash(world.channel, "info", picture=file(await grid.attachments[0].read()))
    assert single.ephemeral
    assert "Drawn by Easel" in single.response.content
    assert "a red fox" in single.response.embeds[0].description
    assert "--seed 5" in single.response.embeds[0].description
    again = await world.alice.click(single.response, label="Draw with these")
    picture = await world.pictures(again.response.id)
    assert (await world.job_of(picture)).request.params.seed == 5


async def test_pictures_of_others_and_files_that_are_none(world: World) -> None:
    params = GenerationParams(prompt="a @everyone lake", model="`elsewhere`", seed=3)
    graph = workflow(GenerationRequest(job_id="x", params=params, output_dir=Path("images")), "elsewhere.safetensors")
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x0110] = "prompt:" + json.dumps(graph)
    Image.new("RGB", (8, 8)).save(buffer, "WEBP", exif=exif)
    theirs = await world.alice.slash(world.channel, "info", picture=file(buffer.getvalue(), "1.webp"))
    assert "Drawn by ComfyUI" in theirs.response.content
    assert "--seed 3" in theirs.response.embeds[0].description
    broken = await world.alice.slash(world.channel, "info", picture=file(b"GIF89a nothing"))
    assert "cannot read that file" in broken.response.content
    nothing = await world.alice.slash(world.channel, "info")
    assert "say which" in nothing.response.content
