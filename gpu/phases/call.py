"""A whole diffusers pipeline as a phase: its call runs in a thread of its own, which moves only while it has the turn.

At every step the pipeline calls back and hands the turn over, so that at any moment either the engine or one pipeline
runs, never both: the rule of one thread for all model work holds, and a call can be left at any step.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from threading import Semaphore, Thread
from typing import Any

from PIL import Image
from torch import Tensor

from gpu.params import GenerationParams
from gpu.phases.base import Phase, Work

OnStep = Callable[..., dict[str, Any]]
"""diffusers' `callback_on_step_end`."""


class _Left(BaseException):
    """Nobody waits for this call any more. Not an `Exception`: pipelines must not catch it."""


class Steps:
    """A call that stands still between its steps."""

    def __init__(self, call: Callable[[OnStep], list[Image.Image]], count: int) -> None:
        """`call` draws with the callback that it is given; `count` is the number of its steps."""
        self.latents: Tensor | None = None
        """[n, …] after the last step that was done."""
        self.images: list[Image.Image] | None = None
        """The pictures, once it is over."""
        self._call = call
        self._last = count - 1
        self._left = False
        self._error: BaseException | None = None
        self._mine, self._theirs = Semaphore(0), Semaphore(0)
        self._thread = Thread(target=self._run, name="pipeline", daemon=True)

    def step(self) -> None:
        """Do the next step; after the last one, the rest of the call too. Raises what the pipeline raises."""
        if self._error is None:
            self._give_turn()
        if self._error is not None:
            raise self._error

    def leave(self) -> None:
        """End it where it stands."""
        self._left = True
        if self._thread.is_alive():
            self._give_turn()

    def _give_turn(self) -> None:
        if self._thread.ident is None:
            self._thread.start()
        self._theirs.release()
        self._mine.acquire()

    def _run(self) -> None:
        self._theirs.acquire()
        try:
            self.images = self._call(self._on_step)
        except _Left:
            pass
        except BaseException as error:
            self._error = error
        finally:
            self._mine.release()

    def _on_step(self, pipeline: Any, index: int, timestep: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        self.latents = tensors["latents"]
        if index < self._last:
            self._mine.release()
            self._theirs.acquire()
        if self._left:
            raise _Left
        return {}


@dataclass
class CallState:
    """Where a pipeline's call stands. Its key is its own: no two calls share anything."""

    key: Hashable
    rows: int
    steps: Steps

    @property
    def done(self) -> bool:
        return self.steps.images is not None


class Call(Phase[CallState]):
    """Draw with a pipeline of diffusers, one step in each tick; the last tick decodes too."""

    name = "draw"

    def __init__(self, job_id: str, params: GenerationParams, call: Callable[[OnStep], list[Image.Image]]) -> None:
        self._job_id = job_id
        self._params = params
        self._call = call
        self.steps = params.num_inference_steps

    def prepare(self, work: Work) -> CallState:
        """Nothing runs yet."""
        return CallState(("call", self._job_id), self._params.num_images, Steps(self._call, self.steps))

    def predict(self, states: Sequence[CallState]) -> list[None]:
        """The next step of each. It moves the state at once; tried again after a failure, it fails the same way."""
        for state in states:
            state.steps.step()
        return [None] * len(states)

    def advance(self, state: CallState, prediction: None) -> None:
        """It has moved on already."""

    def finish(self, state: CallState) -> Work:
        """The pictures and their latents."""
        return Work(latents=state.steps.latents, images=tuple(state.steps.images or ()))

    def drop(self, state: CallState) -> None:
        """Leave the call where it stands."""
        state.steps.leave()
