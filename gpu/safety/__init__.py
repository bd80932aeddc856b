"""Image checks: what a finished picture shows, in numbers. Which numbers are too high is the request's policy.

Checks run in the worker only; each imports its own libraries when it is made. Knows nothing of who asked.
"""

from __future__ import annotations

from collections.abc import Callable

from gpu.safety.base import ImageCheck, refused

__all__ = ["IMAGE_CHECKS", "ImageCheck", "refused"]


def _open_nsfw() -> ImageCheck:
    from gpu.safety.open_nsfw import OpenNsfw

    return OpenNsfw()


IMAGE_CHECKS: dict[str, Callable[[], ImageCheck]] = {"open_nsfw": _open_nsfw}
"""`[safety] image_check` of config.toml → what makes it. README.md beside this file says how to add one."""
