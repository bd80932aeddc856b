"""The use cases: imagine, vary, upscale, re-roll, cancel, delete. Knows no Discord, no SQL and no model library.

A cog, a button, a reaction and the command line call the same methods. Each refuses with a typed error or returns the
job that it made; what happens to a job afterwards the dispatcher tells its listeners.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any

from bot import controlling, enlarging, exchange
from bot.assistant import Ask, Assistant
from bot.blending import blended, wordless
from bot.config import Config
from bot.defaults import Defaults
from bot.describing import Describer, Score
from bot.dispatcher import Dispatcher
from bot.errors import NotYours, PictureGone, PromptError, Refusal
from bot.guard import Guard
from bot.inputs import ALONE, Inherited, NewInput, prepare, read
from bot.intake import Intake, Order
from bot.linking import Linking
from bot.preferences import Preferences
from bot.prompt.embedded import embedded
from bot.prompt.hints import remarks
from bot.prompt.limits import fit
from bot.prompt.models import parse_line, unused
from bot.prompt.parser import ParsedPrompt, format_line
from bot.prompt.permutations import Permutations, literal
from bot.prompt.resolve import resolve
from bot.prompt.styles import Styles
from bot.prompt.taste import without_effect
from bot.referring import HEARD
from bot.remaking import Remaking
from bot.requester import Requester
from bot.sweeping import Sweeps
from gpu.backend import Capabilities
from gpu.embeddings import EmbeddingFolder
from gpu.loras import LoraFolder, read_loras
from gpu.params import MAX_SEED, GenerationParams, Pan
from gpu.references import KINDS
from gpu.types import InputRole, ModelSpec, Note, Task
from storage.images import ImageFiles
from storage.jobs import JobStore
from storage.marks import MarkStore
from storage.models import Job, JobState, Place, StoredImage
from storage.preferences import PreferenceStore
from storage.queue import Queue
from storage.sweeps import SweepStore


class Studio:
    """All that a member can ask for."""

    def __init__(
        self,
        *,
        config: Config,
        queue: Queue,
        jobs: JobStore,
        sweeps: SweepStore,
        marks: MarkStore,
        files: ImageFiles,
        dispatcher: Dispatcher,
        styles: Styles,
        guard: Guard,
        new_job_id: Callable[[], str],
        random_seed: Callable[[], int],
        ask: Ask,
        score: Score,
        fetch: Callable[[str], Awaitable[bytes]],
        preferences: PreferenceStore,
    ) -> None:
        self.config = config
        self.styles = styles
        self.guard = guard
        self.marks = marks
        self.loras = LoraFolder(config.loras.folder)
        self.embeddings = EmbeddingFolder(config.embeddings.folder)
        self.intake = Intake(
            config=config, queue=queue, files=files, dispatcher=dispatcher, guard=guard, new_job_id=new_job_id
        )
        self.sweeps = Sweeps(
            self, store=sweeps, queue=queue, jobs=jobs, files=files, dispatcher=dispatcher,
            new_job_id=new_job_id, random_seed=random_seed,
        )  # fmt: skip
        self.defaults = Defaults(preferences, self.parse, guard.switches, config)
        self.preferences = Preferences(preferences, self.parse, self.defaults, config.versions)
        self.assistant = Assistant(config, ask)
        self.describer = Describer(
            self.assistant, parse=self.parse, jobs=jobs, files=files, new_id=new_job_id, guard=guard, score=score
        )
        self.remaking = Remaking(self, files, config, random_seed)
        self.linking = Linking(fetch, self.parse)
        self._queue = queue
        self._jobs = jobs
        self._files = files
        self._dispatcher = dispatcher
        self._new_job_id = new_job_id
        self._random_seed = random_seed

    # --- New pictures ---------------------------------------------------------------------------------------------

    async def imagine(
        self,
        requester: Requester,
        text: str,
        *,
        options: Mapping[str, object] | None = None,
        inputs: Sequence[NewInput] = (),
    ) -> Job:
        """Queue a line such as `a red fox --ar 3:2`; `options` are the typed slash options, `inputs` pictures.

        Links in it become pictures too. Without words, the parameters that the picture carries are drawn. A line that
        stands for several jobs raises `Confirmation`: the question is kept, and `sweeps.confirm` draws them. Raises
        `PromptError`, `PromptBlocked`, `InputError`, `NotSupported`, `QueueFull`, `Paused`, and `Refusal` for too many
        jobs, and for a link that is not fetched.
        """
        await asyncio.to_thread(self.loras.refresh)
        async with self.linking.without(text, inputs) as (text, inputs):
            text, given, inputs = await asyncio.to_thread(self._of_picture, text, options or {}, inputs)
            text, given = await self.preferences.prepared(requester, text, given)
            lines = self.sweeps.lines(text, given)
            if len(lines) > 1:
                raise await self.sweeps.ask(requester, text, lines, inputs=inputs)
            order = await self.order(Permutations(text).line(0), given, inputs)
        return await self.intake.enqueue(
            requester, order.task, order.params, text=order.text, extra=order.extra, inputs=order.inputs
        )

    async def order(self, text: str, options: Mapping[str, object], inputs: Sequence[NewInput]) -> Order:
        """What one line asks for; braces in it are words. Raises like `imagine`, but for the queue."""
        parsed = self.parse(text, options)
        spec = self.spec_of(parsed)
        seed = parsed.chosen.get("seed", self._random_seed())
        spoken, translated = await self.assistant.spoken(parsed, spec)
        params, corrected = fit(self._resolve(spoken, spec, seed), spec, parsed.chosen)
        prepared = await asyncio.to_thread(lambda: prepare(params, read(inputs), parsed.chosen, spec))
        notes = (*(Note(id=id, facts=facts) for id, facts in parsed.notes), *translated, *corrected, *prepared.notes)
        notes += unused(parsed.chosen, spec) + without_effect(parsed.chosen, prepared.params, spec)
        await asyncio.to_thread(self.embeddings.refresh)
        notes += embedded(prepared.params, self.embeddings.files, spec)
        notes += remarks(prepared.params, self.config.specs, spec)
        line = literal(format_line(parsed.prompt, parsed.chosen))
        return Order(task=Task.IMAGINE, params=prepared.params, text=line, extra={"notes": notes}, inputs=prepared)

    async def blend(self, requester: Requester, sent: Sequence[bytes], ratio: str) -> Job:
        """Merge two to five pictures, in a shape such as 2:3. The member's suffix and defaults go with them.

        Raises `InputError` and what the queue raises.
        """
        text, options = await self.preferences.prepared(requester, "", {"aspect_ratio": ratio}, wordless=True)
        extra = wordless(text, options, self.parse)
        spec, seed = self.spec_of(extra), self._random_seed()
        order = await asyncio.to_thread(blended, sent, extra, spec=spec, styles=self.styles, seed=seed)
        return await self.intake.enqueue(
            requester, order.task, order.params, text=order.text, extra=order.extra, inputs=order.inputs
        )

    async def reroll(self, requester: Requester, job_id: str) -> Job:
        """Draw the same line, from the same pictures, with a new seed. Raises `InputError` when one is gone."""
        parent = await self._jobs.get(job_id)
        old = parent.request
        if old.task is Task.SHEET:
            raise Refusal("error-sheet-alone")
        params = old.params.model_copy(update={"seed": self._random_seed()})
        line = self.line_for(parent.text)
        inputs = Inherited(old.inputs)
        if parent.task is Task.CONTROL:
            kept = {"notes": old.notes}
            return await self.intake.enqueue(
                requester, Task.CONTROL, old.params, text=parent.text, parent=parent, extra=kept, inputs=inputs
            )
        if parent.task is Task.VARY:
            start = {"start_latents": old.start_latents, "strength": old.strength}
            return await self.intake.enqueue(
                requester, Task.VARY, params, text=line, parent=parent, extra=start, inputs=inputs
            )
        if parent.task is Task.ENLARGE:
            again = enlarging.again(parent, params.seed)
            return await self.intake.enqueue(requester, Task.ENLARGE, parent=parent, index=parent.parent_index, **again)
        return await self.intake.enqueue(
            requester, Task.IMAGINE, params, text=line, parent=parent, extra={"notes": old.notes}, inputs=inputs
        )

    async def vary(self, requester: Requester, job_id: str, index: int, *, strong: bool | None = None) -> Job:
        """Draw variations of image `index` (1…n), from its stored latents.

        `strong`: None is as the member prefers. Raises `PictureGone`.
        """
        if strong is None:
            strong = await self.preferences.varies_strongly(requester.user_id)
        parent = await self._jobs.get(job_id)
        if parent.task is Task.SHEET:
            raise Refusal("error-sheet-alone")
        image = await self.image(job_id, index)
        self.intake.capable(parent.request.params, Task.VARY, ())
        if not image.latents or not self._files.exists(image.latents):
            raise PictureGone(job=job_id)
        params = parent.request.params.model_copy(update={**ALONE, "seed": self._random_seed(), "num_images": 4})
        strength = self.config.vary.strong if strong else self.config.vary.strength
        start = {"start_latents": image.latents, "strength": strength}
        kept = {name: getattr(parent.request.params, name) for name in ("control", *HEARD)}
        params = params.model_copy(update=kept)
        inputs = Inherited(tuple(i for i in parent.request.inputs if i.role in (InputRole.CONTROL, *KINDS)))
        line = self.line_for(parent.text)
        return await self.intake.enqueue(
            requester, Task.VARY, params, text=line, parent=parent, index=index, extra=start, inputs=inputs
        )

    async def zoom(self, requester: Requester, job_id: str, index: int = 1, factor: float = 2.0) -> Job:
        """Draw what is around image `index`, which shrinks to 1/`factor` (1…2). Raises `PictureGone`."""
        return await self.remaking.outpaint(requester, job_id, index, {"zoom": factor})

    async def pan(self, requester: Requester, job_id: str, index: int, direction: Pan) -> Job:
        """Draw how image `index` goes on to one side. Raises `PictureGone`."""
        return await self.remaking.outpaint(requester, job_id, index, {"pan": direction})

    async def square(self, requester: Requester, job_id: str, index: int = 1) -> Job:
        """Draw what makes image `index` a square. Raises `PictureGone`."""
        return await self.remaking.outpaint(requester, job_id, index, {"square": True})

    async def upscale(self, requester: Requester, job_id: str, index: int, wish: enlarging.Wish | None = None) -> Job:
        """Post image `index` alone; with a wish, four times as large, or twice and with details drawn into it.

        Raises `PictureGone`, `InputError`.
        """
        parent = await self._jobs.get(job_id)
        image = await self.image(job_id, index)
        if wish is None:
            return await self._post_alone(requester, parent, image)
        order = await asyncio.to_thread(enlarging.of_image, parent, image, self._files, self.config, wish)
        return await self.intake.enqueue(requester, Task.ENLARGE, parent=parent, index=index, **order)

    async def enlarge(self, requester: Requester, data: bytes, wish: enlarging.Wish) -> Job:
        """The same for a picture that was sent. Raises `InputError`."""
        order = await asyncio.to_thread(enlarging.of_file, data, self._random_seed(), self.config, wish)
        return await self.intake.enqueue(requester, Task.ENLARGE, **order)

    async def control_image(self, requester: Requester, data: bytes, kind: str) -> Job:
        """What a ControlNet would follow of a picture, to be looked at. Raises `InputError`."""
        order = await asyncio.to_thread(controlling.order, data, kind, self.config)
        return await self.intake.enqueue(requester, Task.CONTROL, **order)

    async def _post_alone(self, requester: Requester, parent: Job, image: StoredImage) -> Job:
        """It needs no device, so the job is done at once and costs nothing."""
        new_id = self._new_job_id()
        params = parent.request.params.model_copy(update={"seed": image.seed, "num_images": 1})
        request = parent.request.model_copy(
            update={
                "job_id": new_id, "task": Task.UPSCALE, "params": params, "output_dir": self._files.directory(new_id),
                "price": 0.0,
            }
        )  # fmt: skip
        new = self.intake.new_job(requester, request, text=parent.text, estimate=0.0, parent=parent, index=image.index)
        copied = await asyncio.to_thread(self._files.copy, image, new_id)
        job = await self._queue.insert_finished(new, [copied])
        if job.id != new_id:  # a double click: the first one already posted it
            await asyncio.to_thread(self._files.remove, new_id)
        await self._dispatcher.tell(job)
        return job

    # --- Jobs that exist ------------------------------------------------------------------------------------------

    async def cancel(self, requester: Requester, job_id: str) -> Job:
        """Stop a waiting or running job; one that has ended comes back unchanged. Raises `NotYours`."""
        job = await self._jobs.get(job_id)
        self._owned(requester, job)
        cancelled = await self._queue.cancel(job_id)
        if job.state is not cancelled.state:
            await self._dispatcher.cancelled(cancelled)
        return cancelled

    async def delete(self, requester: Requester, job_id: str) -> Job:
        """Remove the pictures of a job, cancelling it first; the line stays in the history. Raises `NotYours`."""
        job = await self.cancel(requester, job_id)
        await self._jobs.forget_images(job_id)
        await asyncio.to_thread(self._files.remove, job_id)
        return job

    async def job(self, job_id: str) -> Job:
        """Raises `JobNotFound`."""
        return await self._jobs.get(job_id)

    async def find(self, job_id: str) -> Job | None:
        """The job, or None."""
        return await self._jobs.find(job_id)

    async def job_of_message(self, message_id: int) -> Job | None:
        """The job that a message of ours shows."""
        return await self._jobs.by_message(message_id)

    async def images(self, job_id: str) -> list[StoredImage]:
        """The pictures of a job that can be shown, in the order of the buttons."""
        return [image for image in await self._jobs.images(job_id) if self._files.exists(image.path)]

    async def image(self, job_id: str, index: int) -> StoredImage:
        """Picture `index` (1…n). Raises `PictureGone`."""
        found = next((image for image in await self.images(job_id) if image.index == index), None)
        if found is None:
            raise PictureGone(job=job_id)
        return found

    async def sent(self, pictures: Mapping[str, str]) -> dict[str, bytes]:
        """The bytes of pictures that were sent along, by name → path; those that are gone are left out."""
        there = {name: self._files.absolute(path) for name, path in pictures.items() if self._files.exists(path)}
        return {name: await asyncio.to_thread(path.read_bytes) for name, path in there.items()}

    async def use_of(self, requester: Requester) -> tuple[int, float]:
        """How many jobs the requester has asked for, and their device seconds."""
        return await self._jobs.use_of(requester.user_id)

    async def queue_of(self, requester: Requester) -> list[Job]:
        """The requester's jobs that have not ended, oldest first."""
        waiting = await self._jobs.of_user(requester.user_id, [JobState.QUEUED, JobState.RUNNING])
        return sorted(waiting, key=lambda job: job.created_at)

    async def open_jobs(self, user_id: int) -> list[Job]:
        """All jobs of the member that have not ended."""
        states = [JobState.QUEUED, JobState.RUNNING, JobState.REVIEW]
        return await self._jobs.of_user(user_id, states, limit=10_000)

    async def place(self, job: Job) -> Place:
        """Where a waiting job stands and when it will be done."""
        capabilities = self.capabilities.get(job.pool, Capabilities(pool=job.pool))
        return await self._queue.place(job.id, capabilities.slots)

    async def recent_prompts(self, requester: Requester, prefix: str, limit: int = 10) -> list[str]:
        """The requester's own lines that begin with `prefix`, newest first."""
        return await self._jobs.recent_prompts(requester.user_id, prefix, limit)

    # --- What can be done -----------------------------------------------------------------------------------------

    @property
    def capabilities(self) -> dict[str, Capabilities]:
        """What each pool can draw now."""
        return self.intake.capabilities

    def parse(self, text: str, options: Mapping[str, object] | None = None) -> ParsedPrompt:
        """Read a line by the parameter table. Raises `PromptError`."""
        return parse_line(text, self.config, self.styles, options, loras=self.loras.files)

    def spec_of(self, parsed: ParsedPrompt) -> ModelSpec:
        """The model that draws a line."""
        return self.config.specs[parsed.chosen.get("model") or self.config.default_model]

    def _of_picture(
        self, text: str, options: Mapping[str, object], inputs: Sequence[NewInput]
    ) -> tuple[str, Mapping[str, object], Sequence[NewInput]]:
        """Without words, the line that the start picture carries, and the other pictures."""
        start = next((sent for sent in inputs if sent.role is InputRole.IMAGE), None)
        if start is None or text.strip(" ="):
            return text, options, inputs
        line = exchange.line_with(start.data, options, self.parse)
        return line, {}, [sent for sent in inputs if sent is not start]

    def _resolve(self, parsed: ParsedPrompt, spec: ModelSpec, seed: int) -> GenerationParams:
        triggers = self.loras.triggers(read_loras(parsed.chosen.get("lora", "")))
        return resolve(parsed, spec=spec, styles=self.styles, seed=seed, triggers=triggers)

    # --- Inside ---------------------------------------------------------------------------------------------------

    def line_for(self, line: str, wish: Mapping[str, Any] | None = None, keep: Collection[str] = ()) -> str:
        """The line for a picture with a new seed, and with other flags about pictures where there is a `wish`.

        Parameters to `keep` stay all the same. A line of an older grammar stays as it is.
        """
        try:
            parsed = self.parse(line)
        except PromptError:
            return line
        gone = {"seed", *(ALONE if wish else ())} - {*keep}
        kept = {name: value for name, value in parsed.chosen.items() if name not in gone}
        return format_line(parsed.prompt, {**kept, **(wish or {})})

    @staticmethod
    def _owned(requester: Requester, job: Job) -> None:
        if requester.user_id != job.user_id and not (requester.is_moderator and requester.guild_id == job.guild_id):
            raise NotYours


def random_seed_from(random_below: Callable[[int], int]) -> Callable[[], int]:
    """A source of seeds 0…2³²−1, from `random.Random.randrange` or `secrets.randbelow`."""
    return lambda: random_below(MAX_SEED + 1)
