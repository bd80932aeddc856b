"""Image checks: what a finished picture shows, in numbers. Which numbers are too high is the request's policy.

Checks run in the worker only; each imports its own libraries when it is made. Knows nothing of who asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gpu.errors import ModelError
from gpu.safety.base import Ensemble, ImageCheck, Setup, refused
from gpu.types import CheckerSource

__all__ = ["IMAGE_CHECKS", "ImageCheck", "Setup", "make", "refused"]


def _open_nsfw(setup: Setup) -> ImageCheck:
    from gpu.safety.open_nsfw import OpenNsfw

    return OpenNsfw()


def _nsfwjs(setup: Setup) -> ImageCheck:
    from gpu.safety.nsfwjs.check import NsfwJs

    return NsfwJs(setup.device)


def _stable_diffusion(setup: Setup) -> ImageCheck:
    from gpu.safety.stable_diffusion import StableDiffusionChecker

    return StableDiffusionChecker(_source("stable_diffusion", setup), setup.device, setup.on_progress)


IMAGE_CHECKS: dict[str, Callable[[Setup], ImageCheck]] = {
    "open_nsfw": _open_nsfw,
    "nsfwjs": _nsfwjs,
    "stable_diffusion": _stable_diffusion,
}
"""`[safety] image_check` of config.toml → what makes it. README.md beside this file says how to add one."""


def make(names: Sequence[str], setup: Setup) -> ImageCheck | None:
    """The named checks as one; None for no name. Raises `ModelError` for a name that is none."""
    for name in names:
        if name not in IMAGE_CHECKS:
            raise ModelError("error-image-check-unknown", check=name, known=", ".join(IMAGE_CHECKS))
    return Ensemble({name: IMAGE_CHECKS[name](setup) for name in names}) if names else None


def _source(name: str, setup: Setup) -> CheckerSource:
    """Where the weights of a check are. Raises `ModelError` where the operator named none."""
    source = setup.sources.get(name, CheckerSource())
    if not source.source:
        raise ModelError("error-image-check-source", check=name)
    return source
