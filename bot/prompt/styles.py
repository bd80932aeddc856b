"""Style templates: a name such as "watercolor" stands for words around the prompt, and for settings.

One namespace for all of them; a new style is one table of styles.toml. Knows no model and no parser.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Self

from pydantic import Field, ValidationError, field_validator

from bot.errors import ConfigError
from gpu.params import Scheduler
from gpu.types import Setting

STYLES_FILE = Path(__file__).with_name("styles.toml")

PLACE = "{prompt}"
"""Where a template puts the user's words."""


class StyleDefaults(Setting):
    """Settings that suit a style; what the user writes wins."""

    num_inference_steps: int | None = Field(None, ge=1, le=150)
    guidance_scale: float | None = Field(None, ge=0, le=30)
    scheduler: Scheduler | None = None
    aspect_ratio: str | None = Field(None, pattern=r"^\d{1,2}:\d{1,2}$")


class Style(Setting):
    """One table of styles.toml."""

    name: str = Field(pattern=r"^[a-z0-9]+( [a-z0-9]+){0,3}$")
    prompt: str
    """The template; `{prompt}` stands for the user's words."""
    negative_prompt: str = ""
    plain: bool = False
    """Whether the model's own negative words are left out."""
    help: str = ""
    defaults: StyleDefaults = StyleDefaults()

    @field_validator("prompt")
    @classmethod
    def _has_one_place(cls, template: str) -> str:
        if template.count(PLACE) != 1:
            raise ValueError(f"must contain {PLACE} once")
        return template

    def apply(self, prompt: str, weight: float = 1.0) -> str:
        """The user's words inside the template, whose own words count `weight` times; 0 leaves them out."""
        if weight == 1:
            return self.prompt.replace(PLACE, prompt)
        return prompt if weight <= 0 else prompt.join(_weighted(side, weight) for side in self.prompt.split(PLACE))


class Styles(Mapping[str, Style]):
    """All styles, by name."""

    def __init__(self, styles: Collection[Style]) -> None:
        self._by_name = {style.name: style for style in styles}

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a styles.toml. Raises `ConfigError`, which names the style and what is wrong with it."""
        try:
            raw = tomllib.loads(path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise ConfigError("error-config-file", file=str(path), problem=str(error)) from error
        return cls([_style(path.name, name, table) for name, table in raw.items()])

    @property
    def names(self) -> Collection[str]:
        """What may stand behind `--style`."""
        return self._by_name.keys()

    def __getitem__(self, name: str) -> Style:
        return self._by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)


def _weighted(words: str, weight: float) -> str:
    """The words with that weight; the signs and spaces at their ends stay outside."""
    bare = words.strip(" ,.;")
    return words.replace(bare, f"({bare}:{weight:g})") if bare else words


def _style(file: str, name: str, table: object) -> Style:
    try:
        return Style.model_validate({"name": name, **table} if isinstance(table, dict) else table)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in (name, *first["loc"]))
        raise ConfigError(key=f"{file}: {key}", problem=first["msg"].removeprefix("Value error, ")) from error


@cache
def bundled_styles() -> Styles:
    """The styles that come with Easel."""
    return Styles.load(STYLES_FILE)
