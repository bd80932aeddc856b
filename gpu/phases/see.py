"""Pictures are looked at before the drawing begins: one in each tick."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PIL import Image

from gpu.phases.base import Phase, Seen, Work
from gpu.phases.images import ImagesState
from gpu.references import Reference

if TYPE_CHECKING:
    from gpu.families.base import UNetFamily


class See(Phase[ImagesState]):
    """From pictures to what a UNet listens to."""

    name = "see"

    def __init__(self, family: UNetFamily, job_id: str, todo: Sequence[tuple[Reference, Image.Image]]) -> None:
        self._family = family
        self._job_id = job_id
        self._todo = todo

    def prepare(self, work: Work) -> ImagesState:
        """Begin with the first one."""
        return ImagesState(("images", self._job_id), work, len(self._todo))

    def predict(self, states: Sequence[ImagesState]) -> list[Seen]:
        """The next one."""
        return [self._family.ip_adapters.see(*self._todo[len(state.made)]) for state in states]

    def advance(self, state: ImagesState, prediction: Seen) -> None:
        """Keep it."""
        state.made.append(prediction)

    def finish(self, state: ImagesState) -> Work:
        """Beside what was there."""
        return replace(state.work, seen=tuple(state.made))
