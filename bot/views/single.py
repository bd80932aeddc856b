"""The buttons under a picture that stands alone: larger, varied, from farther away, and how it goes on to each side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import discord

from bot.enlarging import Wish
from bot.views.base import JobButton, MakingButton, template
from bot.views.forms import LineForm, prefilled
from gpu.params import Pan

if TYPE_CHECKING:
    from bot.app import EaselBot
    from bot.requester import Requester
    from storage.models import Job

Interaction = discord.Interaction[Any]
ANY = "[1-4]"


class SubtleButton(MakingButton, template=template("us", index=ANY)):
    """Enlarge one picture."""

    action, label = "us", "button-upscale-subtle"
    creative = False

    async def make(self, bot: EaselBot, who: Requester) -> Job:
        wish = Wish(bot.config.upscale.upscaler, self.creative)
        return await bot.studio.upscale(who, self.job_id, self.index, wish)


class CreativeButton(SubtleButton, template=template("uc", index=ANY)):
    """Enlarge one picture, and draw details into it."""

    action, label = "uc", "button-upscale-creative"
    creative = True


class VarySubtleButton(MakingButton, template=template("vs", index=ANY)):
    """Draw variations near one picture."""

    action, label = "vs", "button-vary-subtle"
    strong = False

    async def make(self, bot: EaselBot, who: Requester) -> Job:
        return await bot.studio.vary(who, self.job_id, self.index, strong=self.strong)


class VaryStrongButton(VarySubtleButton, template=template("vg", index=ANY)):
    """Draw variations that go far from it."""

    action, label = "vg", "button-vary-strong"
    strong = True


class ZoomButton(MakingButton, template=template("z", index=ANY)):
    """Draw what is around it, from twice as far."""

    action, label = "z", "button-zoom"
    factor: ClassVar[float] = 2.0

    async def make(self, bot: EaselBot, who: Requester) -> Job:
        return await bot.studio.zoom(who, self.job_id, self.index, self.factor)


class ZoomLessButton(ZoomButton, template=template("zl", index=ANY)):
    """The same from one and a half times as far."""

    action, label = "zl", "button-zoom-less"
    factor = 1.5


class CustomZoomButton(JobButton, template=template("zc", index=ANY)):
    """The same with a line that says how far, and perhaps what is around it."""

    action, label = "zc", "button-zoom-custom"
    once = False

    async def press(self, interaction: Interaction, bot: EaselBot) -> None:
        line = bot.studio.line_for((await bot.studio.job(self.job_id)).text, {"zoom": 1.8})
        await interaction.response.send_modal(LineForm("zoom", self.job_id, self.index, line, str(interaction.locale)))


class SquareButton(MakingButton, template=template("sq", index=ANY)):
    """Draw what makes it a square."""

    action, label = "sq", "button-square"

    async def make(self, bot: EaselBot, who: Requester) -> Job:
        return await bot.studio.square(who, self.job_id, self.index)


class PanButton(MakingButton, template=r"(?!)"):
    """Draw how it goes on to one side."""

    direction: ClassVar[Pan]

    async def make(self, bot: EaselBot, who: Requester) -> Job:
        return await bot.studio.pan(who, self.job_id, self.index, self.direction)


class PanLeftButton(PanButton, template=template("pl", index=ANY)):
    """To the left."""

    action, emoji, direction = "pl", "⬅️", "left"


class PanRightButton(PanButton, template=template("pr", index=ANY)):
    """To the right."""

    action, emoji, direction = "pr", "➡️", "right"


class PanUpButton(PanButton, template=template("pu", index=ANY)):
    """Upwards."""

    action, emoji, direction = "pu", "⬆️", "up"


class PanDownButton(PanButton, template=template("pd", index=ANY)):
    """Downwards."""

    action, emoji, direction = "pd", "⬇️", "down"


class RemixButton(JobButton, template=template("rx", index=ANY)):
    """Draw it anew from a line that is changed first."""

    action, label, emoji = "rx", "button-remix", "🎛️"
    once = False

    async def press(self, interaction: Interaction, bot: EaselBot) -> None:
        await bot.studio.image(self.job_id, self.index)
        await interaction.response.send_modal(await prefilled("remix", bot, self.job_id, self.index, interaction))


class SameSeedButton(JobButton, template=template("ss", index=ANY)):
    """Draw a changed line from the same noise."""

    action, label = "ss", "button-same-seed"
    once = False

    async def press(self, interaction: Interaction, bot: EaselBot) -> None:
        await interaction.response.send_modal(await prefilled("seed", bot, self.job_id, self.index, interaction))


SINGLE: list[type[JobButton]] = [
    SubtleButton, CreativeButton, VarySubtleButton, VaryStrongButton, ZoomButton, ZoomLessButton, CustomZoomButton,
    SquareButton, PanLeftButton, PanRightButton, PanUpButton, PanDownButton, RemixButton, SameSeedButton,
]  # fmt: skip
