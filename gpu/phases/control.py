"""Control images are made before the drawing begins: one in each tick."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PIL import Image

from gpu.controls import Control
from gpu.phases.base import Phase, Work
from gpu.phases.images import ImagesState

Make = Callable[[Control, Image.Image], Image.Image]


class MakeControls(Phase[ImagesState]):
    """From pictures to what a ControlNet follows."""

    name = "control"

    def __init__(self, job_id: str, make: Make, todo: Sequence[tuple[Control, Image.Image]], *, shown: bool) -> None:
        """`shown`: the control images are the pictures of the job."""
        self._job_id = job_id
        self._make = make
        self._todo = todo
        self._shown = shown

    def prepare(self, work: Work) -> ImagesState:
        """Begin with the first one."""
        return ImagesState(("images", self._job_id), work, len(self._todo))

    def predict(self, states: Sequence[ImagesState]) -> list[Image.Image]:
        """The next one. Raises `NotSupported` when something must be installed first."""
        return [self._make(*self._todo[len(state.made)]) for state in states]

    def advance(self, state: ImagesState, prediction: Image.Image) -> None:
        """Keep it."""
        state.made.append(prediction)

    def finish(self, state: ImagesState) -> Work:
        """Beside what was there."""
        made = tuple(state.made)
        return replace(state.work, images=made) if self._shown else replace(state.work, controls=made)
