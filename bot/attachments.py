"""Pictures that members attach to a command. Only what Discord itself says is attached is fetched, never a link."""

from __future__ import annotations

from collections.abc import Mapping

import discord

from bot.inputs import NewInput
from gpu.errors import InputError
from gpu.inputs import MAX_BYTES
from gpu.types import InputRole

ROLES = {
    "image": InputRole.IMAGE,
    "mask": InputRole.MASK,
    "control_image": InputRole.CONTROL,
    "style_image": InputRole.STYLE,
    "style_image_2": InputRole.STYLE,
    "character_image": InputRole.CHARACTER,
    "character_image_2": InputRole.CHARACTER,
}
"""The options of /imagine that take a file."""


async def received(options: Mapping[str, object]) -> list[NewInput]:
    """What is attached to the options of a command. Raises `InputError` for what is too large or no picture."""
    attached = [(role, options.get(name)) for name, role in ROLES.items()]
    files = [(role, file) for role, file in attached if isinstance(file, discord.Attachment)]
    return [NewInput(role, await read_attachment(file)) for role, file in files]


async def read_attachment(file: discord.Attachment) -> bytes:
    """Its bytes. Raises `InputError` for what is too large, no picture, or gone."""
    if file.size > MAX_BYTES:
        raise InputError("error-input-bytes", size=round(file.size / 2**20), limit=MAX_BYTES // 2**20)
    if file.content_type and not file.content_type.startswith("image/"):
        raise InputError("error-input-type", found=file.content_type.partition(";")[0])
    try:
        return await file.read()
    except discord.HTTPException as error:
        raise InputError("error-input-gone") from error
