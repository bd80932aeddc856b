"""`python -m tests.wire.redirected URL …`: the product's own main, with discord.py pointed at a loopback server.

Two constants of discord.py are all that differs from a run against Discord.
"""

from __future__ import annotations

import runpy
import sys

import discord.gateway
import discord.http
import yarl


def redirect(base: str) -> None:
    """Send REST calls and the gateway of this process to the server at `base`."""
    discord.http.Route.BASE = f"{base}/api/v10"
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(base.replace("http", "ws", 1) + "/gateway")


if __name__ == "__main__":
    redirect(sys.argv.pop(1))
    runpy.run_module("bot", run_name="__main__", alter_sys=True)
