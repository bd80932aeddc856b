"""Image checks: what a finished picture shows, in numbers. Which numbers are too high is the request's policy.

Checks run in the worker only; each imports its own libraries when it is made. Knows nothing of who asked.
"""

from __future__ import annotations

from collections.abc import Callable

from gpu.errors import ModelError
from gpu.safety.base import ImageCheck, Setup, Together, refused

__all__ = ["IMAGE_CHECKS", "ImageCheck", "Setup", "make", "refused"]

OFF = "off"


def _open_nsfw(setup: Setup) -> ImageCheck:
    from gpu.safety.open_nsfw import OpenNsfw

    return OpenNsfw()


def _stable_diffusion(setup: Setup) -> ImageCheck:
    from gpu.safety.stable_diffusion import StableDiffusionChecker

    return StableDiffusionChecker(setup.source, setup.device, setup.on_progress)


IMAGE_CHECKS: dict[str, Callable[[Setup], ImageCheck]] = {
    "open_nsfw": _open_nsfw,
    "stable_diffusion": _stable_diffusion,
}
"""`[safety] image_check` of config.toml → what makes it. README.md beside this file says how to add one."""


def make(names: str, setup: Setup) -> ImageCheck | None:
    """The checks that a comma list names, as one; None for `off`. Raises `ModelError` for a name that is none."""
    if names.strip() == OFF:
        return None
    wanted = [name.strip() for name in names.split(",")]
    for name in wanted:
        if name not in IMAGE_CHECKS:
            raise ModelError("error-image-check-unknown", check=name, known=", ".join(IMAGE_CHECKS))
    checks = [IMAGE_CHECKS[name](setup) for name in dict.fromkeys(wanted)]
    return checks[0] if len(checks) == 1 else Together(checks)
