"""README and documents keep up with the code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main
from discord import app_commands

from bot import docs
from bot.cli import app
from bot.cogs.blend import BlendCog
from bot.cogs.control import ControlCog
from bot.cogs.help import HelpCog
from bot.cogs.history import HistoryCog
from bot.cogs.imagine import ImagineCog
from bot.cogs.info import InfoCog
from bot.cogs.lines import LinesCog
from bot.cogs.loras import LorasCog
from bot.cogs.models import ModelsCog
from bot.cogs.pictures import PicturesCog
from bot.cogs.privacy import PrivacyCog
from bot.cogs.prompting import PromptCog
from bot.cogs.queue import QueueCog
from bot.cogs.settings import SettingsCog
from bot.cogs.sweep import SweepCog
from bot.cogs.upscale import UpscaleCog
from bot.cogs.verify import VerifyCog
from bot.config import DEFAULT_PATH, PROJECT, load_config
from gpu.families import FAMILIES
from gpu.layouts import LAYOUTS
from gpu.params import TABLE
from gpu.safety import IMAGE_CHECKS

README = (PROJECT / "README.md").read_text("utf-8")
DOCUMENTS = sorted([PROJECT / "README.md", *(PROJECT / "docs").rglob("*.md")])
COGS = (
    BlendCog, ControlCog, HelpCog, HistoryCog, ImagineCog, InfoCog, LinesCog, LorasCog, ModelsCog, PicturesCog,
    PrivacyCog, PromptCog, QueueCog, SettingsCog, SweepCog, UpscaleCog,
    VerifyCog,
)  # fmt: skip


def targets() -> Iterator[str]:
    """The make targets that people call."""
    makefile = (PROJECT / "Makefile").read_text("utf-8")
    return (match[1] for match in re.finditer(r"^([a-z-]+):.*##", makefile, re.MULTILINE))


def test_flag_table_is_the_one_that_the_code_makes() -> None:
    assert docs.update(README) == README, "run: make docs"
    for row in TABLE:
        assert f"`{row.flag}`" in README


def test_every_slash_command_is_explained() -> None:
    cogs = list((PROJECT / "bot" / "cogs").glob("*.py"))
    assert len(cogs) == len(COGS) + 6, "add the new cog to COGS"  # __init__ and five without a command
    for cog in COGS:
        commands = [member for member in vars(cog).values() if isinstance(member, app_commands.Command)]
        assert commands
        for command in commands:
            assert f"/{command.qualified_name}" in README


def test_every_terminal_command_and_make_target_is_explained() -> None:
    everything = "\n".join(path.read_text("utf-8") for path in DOCUMENTS)
    for name in typer.main.get_command(app).commands:  # type: ignore[attr-defined]
        assert re.search(rf"(python -m bot|make) {name}\b", everything), name
    contributing = PROJECT / "CONTRIBUTING.md"
    everything += contributing.read_text("utf-8") if contributing.exists() else ""
    for target in targets():
        if target != "help":
            assert f"make {target}" in everything, target


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_files_that_documents_name_exist(path: Path) -> None:
    text = path.read_text("utf-8")
    links = [link.partition("#")[0] for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", text)]
    named = re.findall(r"`((?:bot|gpu|storage|tests|docs|benchmarks)/[\w./-]+?\.\w+)`", text)
    missing = [link for link in links if link and not (path.parent / link).exists()]
    missing += [name for name in named if not (PROJECT / name).exists()]
    assert not missing


def test_examples_of_configuration_in_the_documents_are_valid(tmp_path: Path) -> None:
    texts = [path.read_text("utf-8") for path in DOCUMENTS]
    examples = [example for text in texts for example in re.findall(r"```toml\n(.*?)```", text, re.DOTALL)]
    assert examples
    for number, example in enumerate(examples):
        file = tmp_path / f"{number}.toml"
        shipped = DEFAULT_PATH.read_text("utf-8")
        for section in re.findall(r"^\[([\w.-]+)\]", example, re.MULTILINE):  # it stands in for the shipped one
            shipped = re.sub(rf"^\[{re.escape(section)}\](.*\n)((?!\[).*\n)*", "", shipped, flags=re.MULTILINE)
        file.write_text(shipped + "\n" + example if "[" in example else example + "\n" + shipped, "utf-8")
        load_config(file)


def test_registries_agree() -> None:
    assert set(LAYOUTS) == set(FAMILIES)
    assert set(load_config().safety.image_check) <= set(IMAGE_CHECKS)


def test_every_admin_command_is_explained_to_moderators() -> None:
    document = (PROJECT / "docs" / "moderation.md").read_text("utf-8")
    files = [path for path in (PROJECT / "bot" / "cogs" / "admin").glob("*.py") if path.stem not in ("base", "deeds")]
    assert len(files) == 12
    text = (PROJECT / "bot" / "text" / "en" / "admin.ftl").read_text("utf-8")
    described = text.split("\n\n")[1]  # the first block: a line for each command and group
    names = re.findall(r"^admin-(?:[a-z]+-)?([a-z]+) = ", described, re.MULTILINE)
    assert len(names) > 30
    assert not [name for name in names if not re.search(rf"\b{name}\b", document)]
