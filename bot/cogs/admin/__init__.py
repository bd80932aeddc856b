"""/admin: everything that moderators, administrators and operators do. A file for each group of commands.

Discord hides the commands from whoever lacks Manage Messages; `needs` checks every one of them again in code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.cogs.admin.audit import AuditCommands
from bot.cogs.admin.desk import DeskCommands
from bot.cogs.admin.limits import LimitCommands, WeightCommands
from bot.cogs.admin.members import MemberCommands
from bot.cogs.admin.models import ModelCommands
from bot.cogs.admin.policy import PolicyCommands
from bot.cogs.admin.queue import QueueCommands
from bot.cogs.admin.settings import SettingCommands
from bot.cogs.admin.state import StateCommands
from bot.cogs.admin.words import WordCommands
from bot.cogs.admin.worker import WorkerCommands
from bot.text import DEFAULT_LOCALE, sentence

if TYPE_CHECKING:
    from bot.app import EaselBot

GROUPS = (AuditCommands, LimitCommands, ModelCommands, QueueCommands, WordCommands, WorkerCommands)
"""Each is a group of its own: `/admin queue list`."""
FLAT = (DeskCommands, MemberCommands, PolicyCommands, SettingCommands, StateCommands, WeightCommands)
"""Their commands stand alone: `/admin ban`."""


def admin_group(bot: EaselBot) -> app_commands.Group:
    """The command with everything below it."""
    admin = app_commands.Group(
        name="admin", description="…", guild_only=True,
        default_permissions=discord.Permissions(manage_messages=True),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False),
    )  # fmt: skip
    for kind in FLAT:
        for command in kind(bot).commands:
            admin.add_command(command)
    for group in GROUPS:
        admin.add_command(group(bot))
    for below in admin.walk_commands():
        below.description = sentence(DEFAULT_LOCALE, "-".join(below.qualified_name.split()))
    return admin
