"""Names of models in a line: those of the configuration, those that no longer exist, and what each takes.

Knows the configuration and the parser; no backend is asked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from bot.config import Config
from bot.errors import PromptError
from bot.prompt.parser import ParsedPrompt, format_line, parse
from bot.prompt.styles import Styles
from gpu.errors import Fact
from gpu.openai_models import RETIRED, USED
from gpu.params import BY_NAME
from gpu.types import ModelSpec, Note

VERSION_NOTES = ("note-mj-version", "note-mj-niji")


def parse_line(
    text: str,
    config: Config,
    styles: Styles,
    options: Mapping[str, object] | None = None,
    *,
    loras: Collection[str] = (),
) -> ParsedPrompt:
    """Read a line by the models and styles that there are. Raises `PromptError`.

    A model of OpenAI that was shut down becomes the first one that is configured, with a note.
    """
    former = RETIRED.keys() - config.specs.keys()
    parsed = parse(
        text, models=config.specs, styles=styles.names, loras=loras, options=options or {}, former_models=former,
        versions=config.versions, brackets=config.prompt.a1111_brackets,
    )  # fmt: skip
    parsed = _with_model(parsed, config)
    return _replaced(parsed, config) if parsed.chosen.get("model") in former else parsed


def _with_model(parsed: ParsedPrompt, config: Config) -> ParsedPrompt:
    """Notes about versions of Midjourney's that nobody set up say which model draws, and which are set up."""
    facts: dict[str, Fact] = {
        "model": parsed.chosen.get("model") or config.default_model,
        "known": ", ".join(config.versions_of()) or "none",
    }
    notes = [(id, {**own, **facts} if id in VERSION_NOTES else own) for id, own in parsed.notes]
    return replace(parsed, notes=notes)


def _replaced(parsed: ParsedPrompt, config: Config) -> ParsedPrompt:
    written = parsed.chosen["model"]
    facts: dict[str, str | int | float] = {"written": written, "date": RETIRED[written]}
    model = next(iter(config.openai.models), None)
    if model is None:
        rest = {name: value for name, value in parsed.chosen.items() if name != "model"}
        raise PromptError("error-model-shut-down", suggestion=format_line(parsed.prompt, rest), **facts)
    notes = [*parsed.notes, ("note-model-shut-down", {**facts, "model": model})]
    return replace(parsed, chosen={**parsed.chosen, "model": model}, notes=notes)


def unused(chosen: Collection[str], spec: ModelSpec) -> tuple[Note, ...]:
    """A note that names what was written and has no meaning for the model."""
    if spec.family != "openai":
        return ()
    flags = [row.flag for name, row in BY_NAME.items() if name in chosen and name not in USED]
    return (Note(id="note-openai-unused", facts={"model": spec.name, "flags": ", ".join(flags)}),) if flags else ()
