"""The pages as text. Everything that somebody wrote is escaped here, and nowhere else.

A page loads nothing from elsewhere and runs nothing; its policy (CSP) forbids both, whatever a prompt holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from bot.config import Config
from bot.prompt.limits import NON_COMMERCIAL, with_licence
from bot.text import sentence
from gpu.types import Note
from storage.models import Job, StoredImage

FOLDER = Path(__file__).parent
STYLE = "style.css"
LONGEST_ALT = 300


@dataclass(frozen=True, slots=True)
class Shown:
    """One picture of the gallery."""

    job: Job
    image: StoredImage
    file: str
    """Relative to the folder of the gallery, like `thumbnail`."""
    thumbnail: str


@dataclass(frozen=True, slots=True)
class Words:
    """What the pages say for themselves."""

    title: str
    locale: str

    def __call__(self, id: str, **facts: str | int | float) -> str:
        """A sentence, ready for a page."""
        return escape(sentence(self.locale, id, **facts))


def page_name(number: int) -> str:
    """The file of page `number` (from 1)."""
    return "index.html" if number == 1 else f"page-{number}.html"


def page(shown: Sequence[Shown], number: int, count: int, config: Config, words: Words) -> str:
    """Page `number` of `count`."""
    cards = "\n".join(card(one, config, words) for one in shown)
    return _template("page.html").substitute(
        lang=escape(words.locale),
        title=escape(words.title),
        style=STYLE,
        cards=cards or f'<p class="empty">{words("album-empty")}</p>',
        pages=_turning(number, count, words),
    )


def card(shown: Shown, config: Config, words: Words) -> str:
    """One picture with its line, and what else decided its pixels."""
    job, image = shown.job, shown.image
    model = job.request.params.model
    return _template("card.html").substitute(
        id=escape(f"{job.id}-{image.index}"),
        file=escape(shown.file),
        thumbnail=escape(shown.thumbnail),
        width=image.width,
        height=image.height,
        alt=escape(job.text[:LONGEST_ALT]),
        line=escape(job.text),
        brief=escape(f"{model} · {image.width}×{image.height}"),
        mark=_mark(job, config, words),
        more=words("album-more"),
        facts="".join(
            f"<div><dt>{words(f'album-{name}')}</dt><dd>{value}</dd></div>"
            for name, value in _facts(shown, config).items()
        ),
    )


def _facts(shown: Shown, config: Config) -> Mapping[str, str]:
    """Name → value, ready for a page."""
    params, spec = shown.job.request.params, config.specs.get(shown.job.request.params.model)
    made = datetime.fromtimestamp(shown.job.finished_at or shown.job.created_at, UTC).date().isoformat()
    own: dict[str, Any] = {
        "steps": params.num_inference_steps, "cfg": f"{params.guidance_scale:g}", "sampler": params.scheduler,
    }  # fmt: skip
    facts: dict[str, Any] = {
        "seed": shown.image.seed, "model": params.model, "size": f"{shown.image.width}×{shown.image.height}",
        **({} if shown.job.request.api_quality else own), "made": made, "job": shown.job.id,
    }  # fmt: skip
    written = {name: escape(str(value)) for name, value in facts.items()}
    return {**written, "licence": _licence(spec.licence, spec.licence_url)} if spec else written


def _licence(name: str, url: str) -> str:
    """A link where there is one that a browser may follow."""
    text = escape(name or "?")
    return f'<a href="{escape(url)}" rel="noreferrer">{text}</a>' if url.startswith("https://") else text


def _mark(job: Job, config: Config, words: Words) -> str:
    """What the licence of the model asks for, also where the model is no longer configured."""
    notes = job.request.notes
    spec = config.models.get(job.request.params.model)
    marked: tuple[Note, ...] = with_licence(notes, spec) if spec else notes
    said = next((words(note.id, **note.facts) for note in marked if note.id == NON_COMMERCIAL), "")
    return f'<p class="mark">{said}</p>' if said else ""


def _turning(number: int, count: int, words: Words) -> str:
    """Links to the pages beside this one."""
    if count < 2:
        return ""
    links = [f"<span>{words('album-page', number=number, count=count)}</span>"]
    if number > 1:
        links.insert(0, f'<a rel="prev" href="{page_name(number - 1)}">{words("album-newer")}</a>')
    if number < count:
        links.append(f'<a rel="next" href="{page_name(number + 1)}">{words("album-older")}</a>')
    return f"<nav>{''.join(links)}</nav>"


@cache
def _template(name: str) -> Template:
    return Template((FOLDER / name).read_text("utf-8"))
