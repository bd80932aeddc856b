"""Forms with a line in them. What was written is read from what Discord sends, not from the form, which does not
outlive a restart: its custom id says what it is for, `easel:form:<kind>:<job>:<index>[:<region>]`, or
`easel:form:image`, whose picture is a link in the form.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal

import discord

from bot.attachments import read_attachment
from bot.errors import Refusal
from bot.remaking import REGIONS
from bot.requester import Requester
from bot.text import sentence
from bot.views.base import JOB_ID, PREFIX
from storage.models import Job

if TYPE_CHECKING:
    from bot.app import EaselBot

Kind = Literal["remix", "seed", "zoom", "region", "mask", "words"]
MOST = 4000
"""Characters of a text field."""
LONGEST_LINK = 1000
IMAGE_FORM = f"{PREFIX}:form:image"
FORM = re.compile(rf"^{PREFIX}:form:(?P<kind>[a-z]+):(?P<job>{JOB_ID}):(?P<index>[0-4])(:(?P<region>[a-z0-9]+))?$")


class Form(discord.ui.Modal):
    """Fields, each with a label and a word of help."""

    def _add(self, id: str, component: discord.ui.Item[Any], locale: str) -> None:
        more = sentence(locale, f"{id}-more")
        self.add_item(discord.ui.Label(text=sentence(locale, id), description=more, component=component))


class ImageForm(Form):
    """A line for a picture of a message. Only this interaction may see the message, so the form itself keeps the link.
    """

    def __init__(self, link: str, locale: str) -> None:
        super().__init__(title=sentence(locale, "menu-image"), custom_id=IMAGE_FORM)
        picture: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id="picture", default=link[:LONGEST_LINK], max_length=LONGEST_LINK
        )
        self._add("form-picture", picture, locale)
        text: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id="line", style=discord.TextStyle.paragraph, max_length=MOST
        )
        self._add("form-image", text, locale)


class LineForm(Form):
    """A line to be changed, and where it is about a mask, the file or the words that say where."""

    def __init__(self, kind: Kind, job_id: str, index: int, line: str, locale: str, region: str = "") -> None:
        custom_id = f"{PREFIX}:form:{kind}:{job_id}:{index}" + (f":{region}" if region else "")
        super().__init__(title=sentence(locale, f"form-{kind}"), custom_id=custom_id)
        if kind == "mask":
            upload: discord.ui.FileUpload[Any] = discord.ui.FileUpload(custom_id="mask", min_values=1, max_values=1)
            self._add("form-mask-file", upload, locale)
        if kind == "words":
            self._add("form-words-phrase", discord.ui.TextInput(custom_id="phrase", max_length=200), locale)
        long = discord.TextStyle.paragraph
        text: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id="line", style=long, default=line[:MOST], max_length=MOST
        )
        self._add("form-line", text, locale)


async def prefilled(
    kind: Kind, bot: EaselBot, job_id: str, index: int, interaction: discord.Interaction[Any], region: str = ""
) -> LineForm:
    """The form with the job's own line; with the seed of the picture where that is the point."""
    job = await bot.studio.job(job_id)
    line = bot.studio.line_for(job.text)
    if kind == "seed":
        line = f"{line} --seed {job.request.params.image_seed(max(index, 1))}"
    return LineForm(kind, job_id, index, line, str(interaction.locale), region)


async def sent(interaction: discord.Interaction[Any], bot: EaselBot) -> None:
    """A form of ours was sent: make its job, and show that its button was used."""
    data: Any = interaction.data or {}
    custom_id = str(data.get("custom_id", ""))
    fields = [row.get("component", row) for row in data.get("components", ())]
    values = {str(one.get("custom_id")): one.get("value") or one.get("values") or "" for one in fields}
    if custom_id == IMAGE_FORM:
        line = _of_picture(str(values.get("picture", "")), str(values.get("line", "")))
        await bot.delivery.answer(interaction, lambda who: bot.studio.imagine(who, line))
        return
    found = FORM.match(custom_id)
    if not found or found["kind"] not in MAKERS:
        return
    make, action = MAKERS[found["kind"]]
    filled = Filled(found["job"], int(found["index"]), values, found["region"] or "", interaction)
    await bot.delivery.answer(interaction, lambda who: make(bot, who, filled))
    name = "r" if found["kind"] == "remix" and not filled.index else action
    suffix = f":{filled.index}" if filled.index else ""
    await bot.delivery.mark_used(filled.job_id, f"{PREFIX}:{name}:{filled.job_id}{suffix}")


def _of_picture(link: str, line: str) -> str:
    """The line with the picture before it. Raises `Refusal` where the link was deleted, or is none any more."""
    if "://" not in link or len(link.split()) != 1:
        raise Refusal("error-form-picture")
    return f"{link[:LONGEST_LINK]} {line[:MOST]}"


class Filled:
    """What stands in a form that was sent."""

    def __init__(
        self,
        job_id: str,
        index: int,
        values: Mapping[str, Any],
        region: str,
        interaction: discord.Interaction[Any],
    ) -> None:
        self.job_id = job_id
        self.index = index
        self.region = REGIONS.get(region, "")
        self._values = values
        self._interaction = interaction

    @property
    def line(self) -> str:
        """The line as it was changed."""
        return str(self._values.get("line", ""))[:MOST]

    async def mask(self) -> bytes:
        """The file that was sent. Raises `InputError`, `Refusal`."""
        data: Any = self._interaction.data or {}
        files = data.get("resolved", {}).get("attachments", {})
        wanted = next(iter(self._values.get("mask") or ()), "")
        if wanted not in files:
            raise Refusal("error-inpaint-nothing")
        return await read_attachment(discord.Attachment(data=files[wanted], state=self._interaction._state))


async def _remix(bot: EaselBot, who: Requester, filled: Filled) -> Job:
    return await bot.studio.remaking.remix(who, filled.job_id, filled.index, filled.line)


async def _seed(bot: EaselBot, who: Requester, filled: Filled) -> Job:
    return await bot.studio.imagine(who, filled.line)


async def _zoom(bot: EaselBot, who: Requester, filled: Filled) -> Job:
    return await bot.studio.remaking.zoom(who, filled.job_id, filled.index, filled.line)


async def _region(bot: EaselBot, who: Requester, filled: Filled) -> Job:
    return await bot.studio.remaking.inpaint(who, filled.job_id, filled.index, filled.line, region=filled.region)


async def _mask(bot: EaselBot, who: Requester, filled: Filled) -> Job:
    mask = await filled.mask()
    return await bot.studio.remaking.inpaint(who, filled.job_id, filled.index, filled.line, mask=mask)


Maker = Callable[["EaselBot", Requester, Filled], Awaitable[Job]]

MAKERS: dict[str, tuple[Maker, str]] = {
    "remix": (_remix, "rx"), "seed": (_seed, "ss"), "zoom": (_zoom, "zc"), "region": (_region, "vr"),
    "mask": (_mask, "vr"),
}  # fmt: skip
"""What a form makes, and the button that is coloured by it."""
