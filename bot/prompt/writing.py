"""A line from the fields of a form. Knows no Discord."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.prompt.parser import ParsedPrompt, format_line


@dataclass(frozen=True, slots=True)
class Form:
    """What was filled in; everything but the subject may be empty."""

    subject: str
    scene: tuple[str, ...] = ()
    """View and light."""
    details: str = ""
    settings: dict[str, str] = field(default_factory=dict)
    """Parameter name → value: style, quality."""


def written(form: Form, parse: Callable[[str], ParsedPrompt]) -> str:
    """The canonical line. Flags may stand in the texts; what is chosen beside them wins. Raises `PromptError`."""
    subject = parse(form.subject)
    words, chosen = [subject.prompt, *form.scene], dict(subject.chosen)
    if form.details.strip():
        details = parse(f"{DUMMY}, {form.details}")
        words += [details.prompt.removeprefix(DUMMY).strip(" ,")]
        chosen |= details.chosen
    chosen |= {name: value for name, value in form.settings.items() if value}
    prompt = ", ".join(part.strip(" ,") for part in words if part.strip(" ,"))
    return parse(format_line(prompt, chosen)).line


DUMMY = "x"
"""Details may be flags alone, which are no line."""
