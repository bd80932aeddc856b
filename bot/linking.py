"""Which links of a line become pictures of its job. Knows no Discord and no queue."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace

from bot.errors import PromptError
from bot.inputs import MAX_INPUTS, NewInput
from bot.prompt.links import take
from bot.prompt.parser import ParsedPrompt
from gpu.errors import InputError
from gpu.types import InputRole

Line = tuple[str, list[NewInput]]
"""A line without links, and all pictures that go with it."""


class Linking:
    """Takes links out of lines and fetches what they lead to."""

    def __init__(self, fetch: Callable[[str], Awaitable[bytes]], parse: Callable[[str], ParsedPrompt]) -> None:
        self._fetch = fetch
        self._parse = parse

    @contextlib.asynccontextmanager
    async def without(self, text: str, sent: Sequence[NewInput] = (), *, beside: bool = False) -> AsyncIterator[Line]:
        """The line without its links, and the pictures: first those that were `sent`, then the linked ones.

        With `beside` there is a picture already that is drawn on, so that linked ones are only listened to. A line that
        is refused while it is open gets its links back in the corrected one. Raises `Refusal`, `InputError`.
        """
        found = take(text, Counter(one.role for one in sent))
        if len(sent) + len(found.links) > MAX_INPUTS:
            raise InputError("error-input-many", limit=MAX_INPUTS)
        linked = [NewInput(link.role, await self._fetch(link.url), link.weight) for link in found.links]
        try:
            yield found.line, [*sent, *(map(_listened_to, linked) if beside else linked)]
        except PromptError as error:
            error.suggestion = found.restored(error.suggestion, self._parse)
            raise


def _listened_to(picture: NewInput) -> NewInput:
    return replace(picture, role=InputRole.PROMPT) if picture.role is InputRole.IMAGE else picture
