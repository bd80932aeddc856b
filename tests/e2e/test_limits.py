"""Everything fits Discord's limits, with the longest and the nastiest that a member can write."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.cogs.help import pages
from bot.report import explain
from bot.views.forms import Kind, LineForm
from bot.views.grid import BUTTONS, ended_view, pictures_view, waiting_view
from bot.views.message import alt_text, ended, pictures, running, waiting
from bot.views.post import Post
from bot.views.region import region_view
from bot.views.run import LINE_LIMIT, line_embeds, line_of
from gpu.errors import BackendError
from gpu.params import MAX_SEED, GenerationParams
from gpu.types import GenerationRequest, Progress, Task
from storage.models import Job, JobState, Place

from .conftest import World

LONGEST_ID = "z" * 16
LINES = [
    "word " * 1199 + "end",
    "*_~`|>#[](){}\\" * 428,
    "@everyone " * 599,
    "<@123456789012345678>" * 285,
    "🦊" * 5999,
    "a" * 6000,
    "x\n" * 3000,
]


def job(line: str, state: JobState = JobState.DONE, **fields: Any) -> Job:
    params = GenerationParams(prompt=line, seed=MAX_SEED, num_inference_steps=150, width=1536, model="m" * 40)
    task = fields.pop("task", Task.IMAGINE)
    request = GenerationRequest(job_id=LONGEST_ID, task=task, params=params, output_dir="images")  # type: ignore[arg-type]
    ids = {name: 2**63 - 1 for name in ("user_id", "guild_id", "channel_id", "message_id")}
    return Job(id=LONGEST_ID, request=request, text=line, estimate=1.0, state=state, **ids | fields)  # type: ignore[arg-type]


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[:8])
@pytest.mark.parametrize("task", Task)
async def test_the_content_fits_and_keeps_what_matters(line: str, task: Task) -> None:
    parent = job("a fox")
    child = job(line, task=task, parent_id=parent.id, parent_index=4)
    progress = Progress(job_id=child.id, step=149, steps=150, seconds_left=10**6)
    posts: list[Post] = [
        waiting(child, parent, Place(ahead=99, seconds=10**6), now=2e9),
        running(child, parent, progress, now=2e9),
        pictures(child, parent, 4, ()),
        ended(child, parent, "why " * 1000),
    ]
    for post in posts:
        assert len(post.content) <= 2000
        assert "@everyone" not in post.content
        assert set(re.findall(r"<@!?\d+>", post.content)) == {f"<@{child.user_id}>"}
        assert post.content.count("\n") <= 2
    assert len(posts[2].content) > 500, "no more is cut off than must be"
    assert "job " + LONGEST_ID in posts[2].content
    assert 0 < len(alt_text(child, 4)) <= 1024


def test_nobody_but_the_owner_is_notified() -> None:
    mentions = Post(content="", owner_id=5).sending()["allowed_mentions"].to_dict()
    assert mentions == {"parse": [], "users": [5]}


async def test_custom_ids_and_rows_fit() -> None:
    one = pictures_view(LONGEST_ID, "en", 1, square=False)
    grid, parts = pictures_view(LONGEST_ID, "en", 4), region_view(LONGEST_ID, 4, "en")
    for view in (waiting_view(LONGEST_ID, "en"), grid, one, parts, ended_view(LONGEST_ID)):
        rows = view.to_components()
        assert len(rows) <= 5
        assert all(len(row["components"]) <= 5 for row in rows)
        ids = [button["custom_id"] for row in rows for button in row["components"]]  # type: ignore[typeddict-item]
        assert len(set(ids)) == len(ids)
        assert all(len(custom_id) <= 100 for custom_id in ids)
    assert len({kind.action for kind in BUTTONS}) == len(BUTTONS)


@pytest.mark.parametrize("kind", ["remix", "seed", "zoom", "region", "mask", "words"])
async def test_forms_fit(kind: Kind) -> None:
    form = LineForm(kind, LONGEST_ID, 4, "x" * 6000, "en", region="center").to_dict()
    assert 1 <= len(form["title"]) <= 45
    assert len(form["custom_id"]) <= 100
    assert 1 <= len(form["components"]) <= 5
    for row in form["components"]:
        assert len(row["label"]) <= 45
        assert len(row["description"]) <= 100
        assert len(row["component"].get("value", "")) <= 4000


@pytest.mark.parametrize("line", [*LINES, "```\n```", " a ", "a" * LINE_LIMIT], ids=lambda line: line[:8])
def test_a_corrected_line_is_read_back_as_it_was(line: str) -> None:
    line = line[:LINE_LIMIT]

    class Message:
        embeds = line_embeds(line)

    assert line_of(Message()) == line  # type: ignore[arg-type]
    assert all(len(embed.description or "") <= 4096 for embed in Message.embeds)
    assert sum(len(embed) for embed in Message.embeds) <= 6000


def test_a_report_fits() -> None:
    assert len(explain(BackendError("error-job-not-found", job="x" * 6000), "en")) <= 2000


def test_help_is_cut_into_pages() -> None:
    found = pages([f"line {number} " + "x" * 200 for number in range(60)])
    assert all(0 < len(page) <= 4096 for page in found)
    assert "".join(found).count("line ") == 60


async def test_the_commands_fit(world: World) -> None:
    commands = [command.to_dict(world.bot.tree) for command in world.bot.tree.get_commands()]
    assert len(commands) <= 100
    for command in commands:
        assert 1 <= len(command["name"]) <= 32
        if command["type"] != 1:  # an app in the menu of a message is its name
            continue
        assert 1 <= len(command["description"]) <= 100
        options = command.get("options", [])
        assert len(options) <= 25
        for option in options:
            assert 1 <= len(option["name"]) <= 32
            assert 2 <= len(option["description"]) <= 100, option["name"]
            assert len(option.get("choices", [])) <= 25
        assert _characters(command) <= 8000


def _characters(node: dict[str, Any]) -> int:
    """Names, descriptions and values of a command, as Discord counts them."""
    own = sum(len(str(node.get(key, ""))) for key in ("name", "description", "value"))
    return own + sum(_characters(child) for key in ("options", "choices") for child in node.get(key, []))
