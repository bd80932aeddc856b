"""What `python -m bot params` and `python -m bot parse` print: plain values, ready for JSON. Knows no terminal."""

from __future__ import annotations

from typing import Any

from bot.config import Config, load_config
from bot.errors import PromptError
from bot.prompt.models import parse_line
from bot.prompt.resolve import drawn_size, layered
from bot.prompt.styles import Styles, bundled_styles
from bot.text import DEFAULT_LOCALE, sentence_of
from gpu.params import QUALITY, TABLE, Param


def params_json(config: Config | None = None) -> list[dict[str, Any]]:
    """The parameter table: name, flags, type, default, range, choices, help, examples, slash.

    Defaults and model names are those of the configuration (config.toml of this checkout without one).
    """
    config = config or load_config()
    styles = bundled_styles()
    defaults = layered({}, spec=config.models[config.default_model], styles=styles)
    return [
        {
            "name": row.name,
            "flags": list(row.flags),
            "type": row.kind,
            "default": defaults.get(row.name),
            "range": None if row.low is None else [row.low, row.high],
            "choices": choices(row, config, styles) or None,
            "help": row.help,
            "examples": list(row.examples),
            "slash": row.slash,
        }
        for row in TABLE
    ]


def choices(row: Param, config: Config, styles: Styles) -> list[str]:
    """Every name that the parameter takes, also where configuration or a file has them."""
    named = {"model": list(config.specs), "style": list(styles), "quality": list(QUALITY)}
    return list(row.choices) or named.get(row.kind, [])


def parse_json(text: str, config: Config, *, locale: str = DEFAULT_LOCALE) -> dict[str, Any]:
    """One line as it was understood: the user's words, and every parameter with the defaults of its model filled in.

    `seed` is None unless it was written: it is drawn when the job is made. A line that cannot be read gives the
    sentence and the corrected line.
    """
    styles = bundled_styles()
    try:
        parsed = parse_line(text, config, styles)
    except PromptError as error:
        return {"ok": False, "error": sentence_of(error, locale), "suggestion": error.suggestion}
    spec = config.specs[parsed.chosen.get("model", config.default_model)]
    settings = {"seed": None, **layered(parsed.chosen, spec=spec, styles=styles)}
    width, height = drawn_size(settings["aspect_ratio"], spec)
    params = {row.name: settings[row.name] for row in TABLE} | {"width": width, "height": height}
    return {"ok": True, "prompt": parsed.prompt, "params": params}


def models_json(config: Config) -> list[dict[str, Any]]:
    """Every model of the configuration: what it is, what it likes and may, and its licence."""
    names = ("name", "family", "source", "revision", "licence", "licence_url", "commercial", "pixels",
             "num_inference_steps", "guidance_scale", "scheduler", "schedulers", "min_steps", "max_steps")  # fmt: skip
    default = config.default_model
    return [
        {**{name: getattr(spec, name) for name in names}, "default": spec.name == default,
         "versions": config.versions_of(spec.name)}
        for spec in config.models.values()
    ]
