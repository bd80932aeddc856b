"""Pictures by link in Discord: in lines, forms and sweeps; what is refused; and that the job needs no link again."""

from __future__ import annotations

import pytest
from aiohttp import web
from PIL import Image

from bot.config import Config
from gpu.types import AdapterSpec, InputRole
from tests.bot.cdnserver import CDN, Cdn
from tests.gpu.pictures import photo, png

from .conftest import World
from .test_security import said
from .test_sweeps import asked, cells

IMAGE, PROMPT, STYLE, FIGURE = InputRole.IMAGE, InputRole.PROMPT, InputRole.STYLE, InputRole.CHARACTER
PHOTO = png(photo((300, 200)))
GREEN, RED = (png(Image.new("RGB", (90, 60), colour)) for colour in ((0, 255, 0), (255, 0, 0)))


@pytest.fixture
def config(config: Config) -> Config:
    """`starter` draws on pictures; `hearing` is the same model with adapters for everything."""
    adapter = AdapterSpec(source="h94/IP-Adapter", weight_name="ip-adapter_sdxl.safetensors")
    hearing = config.models["starter"].model_copy(
        update={"name": "hearing", "ip_adapters": dict.fromkeys(("image", "style", "character"), adapter)}
    )
    return config.model_copy(update={"models": {**config.models, "hearing": hearing}})


async def inputs(world: World, message: object) -> list[tuple[InputRole, float]]:
    job = await world.job_of(message)  # type: ignore[arg-type]
    return [(given.role, given.weight) for given in job.request.inputs]


async def test_a_linked_picture_is_drawn_from_and_stays_with_the_job(world: World, cdn: Cdn) -> None:
    link = cdn.link("fox.png", PHOTO)
    grid = await world.imagine(f"<{link}> a fox in the snow --iw 2 --n 1 --steps 2")
    job = await world.job_of(grid)
    assert (job.text, job.request.params.prompt) == ("a fox in the snow --steps 2 --n 1 --iw 2", "a fox in the snow")
    assert "cdn.discordapp.com" not in job.request.model_dump_json()
    assert await inputs(world, grid) == [(IMAGE, 1)]
    assert "--iw 2 became --strength" in grid.content
    with Image.open(world.runtime.files.absolute(job.request.inputs[0].path)) as kept:
        assert kept.size == (152, 104), "its own shape"
    cdn.files.clear()
    await world.restart()
    again = await world.click(world.bob, grid, "🔄")
    assert await inputs(world, await world.pictures(again.response.id)) == [(IMAGE, 1)]
    assert len(cdn.asked) == 1, "fetched once"


async def test_styles_characters_and_weights(world: World, cdn: Cdn) -> None:
    fox, green, red = cdn.link("fox.png", PHOTO), cdn.link("green.png", GREEN), cdn.link("red.webp", RED)
    line = f"{fox}::2 {red} a fox --sref {green}::3 {red} --sw 50 --cref {red} --model hearing --n 1 --steps 2"
    grid = await world.imagine(line)
    expected = [(PROMPT, 2), (PROMPT, 1), (STYLE, 3), (STYLE, 1), (FIGURE, 1)]
    assert await inputs(world, grid) == expected
    assert (await world.job_of(grid)).request.params.style_weight == 50
    again = await world.click(world.bob, grid, "🔄")
    assert await inputs(world, await world.pictures(again.response.id)) == expected
    mixed = await world.imagine(f"a fox --sref {red}::2 --model hearing --n 1 --steps 2", style_image=("g.png", GREEN))
    assert await inputs(world, mixed) == [(STYLE, 1), (STYLE, 2)]


async def test_a_link_alone_draws_what_its_picture_says(world: World, cdn: Cdn) -> None:
    """Without words, the parameters that the picture carries are drawn, as with an attached one."""
    grid = await world.imagine("a red fox --seed 7 --n 1 --steps 2")
    carried = cdn.link("own.png", await grid.attachments[0].read())
    again = await world.imagine(carried)
    assert (await world.job_of(again)).request.params.prompt == "a red fox"


async def test_a_remixed_line_may_have_links(world: World, cdn: Cdn) -> None:
    grid = await world.imagine("a fox --model hearing --n 1 --steps 2")
    form = await world.click(world.alice, grid, "Remix")
    link, red = cdn.link("fox.png", PHOTO), cdn.link("red.png", RED)
    sent = await world.alice.submit_modal(form, {"line": f"{link} a fox --sref {red} --model hearing --n 1 --steps 2"})
    assert await inputs(world, await world.pictures(sent.response.id)) == [(PROMPT, 1), (STYLE, 1)]
    form = await world.click(world.alice, grid, "Remix")
    line = f"{link} a fox --ar 3:2 --model hearing --n 1 --steps 2"
    sent = await world.alice.submit_modal(form, {"line": line})
    assert set(await inputs(world, await world.pictures(sent.response.id))) == {(IMAGE, 1), (PROMPT, 1)}
    form = await world.click(world.alice, grid, "Remix")
    sent = await world.alice.submit_modal(form, {"line": f"{link} a fox --ar 3:2 --model starter --n 1 --steps 2"})
    assert "no image adapter" in said(sent)


async def test_every_cell_of_a_sweep_has_the_picture(world: World, cdn: Cdn) -> None:
    link = cdn.link("fox.png", PHOTO)
    question = await asked(world, "sweep", prompt=f"{link} a fox --steps 1", x="cfg 3, 5")
    cdn.files.clear()
    await world.alice.click(question.response, label="Draw them")
    jobs = await cells(world)
    assert [[given.role for given in job.request.inputs] for job in jobs] == [[IMAGE]] * 2


async def test_refusals_say_what_to_do(world: World, cdn: Cdn) -> None:
    good = cdn.link("fox.png", PHOTO)
    cdn.files["page.png"] = b"<html><body>no picture</body></html>"
    cdn.files["moved.png"] = web.Response(status=302, headers={"Location": "http://127.0.0.1/x.png"})
    for prompt, words in (
        (f"{CDN}/old.png?ex=1&is=1&hm=1 a fox", "the link has expired"),
        (f"{CDN}/page.png a fox", "HTML"),
        (f"{CDN}/moved.png a fox", "did not give me the picture"),
        ("https://i.imgur.com/x.png a fox", "attach it to the command"),
        (f"a fox --no {good}", "--no takes no link"),
        (f"{{{good}, a}} fox", "between braces"),
        (f"{good}::2 a fox", "this one is drawn on"),
        (f"{good} {good} a fox", "one picture only"),
        (f"{good} " * 9 + "a fox", "more than 8 pictures"),
        (f"a fox --oref {good}", "--oref"),
        (f"a fox --sref {good}", "no style adapter"),
    ):
        result = await world.alice.slash(world.channel, "imagine", prompt=prompt)
        assert result.ephemeral, prompt
        assert words in said(result), said(result)
    assert await world.jobs(world.alice) == []
    assert not list((world.runtime.files.root / "inputs").glob("*"))
    for name, value in (("suffix", {"new_value": f"--sref {good}"}), ("option set", {"name": "x", "value": good})):
        assert "Links expire" in said(await world.alice.slash(world.channel, f"prefer {name}", **value)), name


async def test_a_corrected_line_keeps_its_links(world: World, cdn: Cdn) -> None:
    link, red = cdn.link("fox.png", PHOTO), cdn.link("red.png", RED)
    line = f"{link} a fox --stesp 2 --sref {red}::2 --model hearing --n 1"
    result = await world.alice.slash(world.channel, "imagine", prompt=line)
    assert f"{link} a fox" in str(result.response.embeds[0].description)
    run = await world.alice.click(result.response, label="Run this line")
    grid = await world.pictures(run.response.id)
    assert await inputs(world, grid) == [(PROMPT, 1), (STYLE, 2)]


async def test_what_is_linked_is_no_word_for_the_check(world: World, cdn: Cdn) -> None:
    """A name of a file is not drawn, and not judged; the words are."""
    link = cdn.link("nude_child.png", PHOTO)
    assert await world.imagine(f"{link} a fox --n 1 --steps 1")
    refused = await world.alice.slash(world.channel, "imagine", prompt=f"{link} a nude child --n 1")
    assert refused.ephemeral
