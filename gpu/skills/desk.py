"""Answers questions beside the drawing: one thread with a queue of its own, so that no job waits for a skill.

A skill is loaded at its first question and stays. Knows the wire, not which skills there are.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from gpu.bugs import as_backend_error
from gpu.errors import NotSupported
from gpu.skills.base import Skill, SkillName
from gpu.wire import Answered, Ask, Error, Message

Open = Callable[[SkillName, str, Path], Skill]


class Desk:
    """Takes questions and sends answers, one after the other."""

    def __init__(self, open: Open, folders: Mapping[str, str], data_dir: Path, send: Callable[[Message], None]) -> None:
        """`folders`: skill → where its model is; `send` may be called from any thread."""
        self._open = open
        self._folders = folders
        self._data_dir = data_dir
        self._send = send
        self._skills: dict[str, Skill] = {}
        self._asked: queue.SimpleQueue[Ask] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def ask(self, ask: Ask) -> None:
        """Take a question; its answer, or why there is none, is sent later."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, daemon=True, name="skills")
            self._thread.start()
        self._asked.put(ask)

    def _work(self) -> None:
        while True:
            ask = self._asked.get()
            try:
                answer = self._skill(ask.question.skill).answer(ask.question)
                self._send(Answered(job_id=ask.id, answer=answer))
            except Exception as error:
                self._send(Error(job_id=ask.id, error=as_backend_error(error).to_json()))

    def _skill(self, name: SkillName) -> Skill:
        if name not in self._folders:
            raise NotSupported("error-skill-missing", skill=name)
        if name not in self._skills:
            self._skills[name] = self._open(name, self._folders[name], self._data_dir)
        return self._skills[name]
