"""The demo leans on private names of SimCord: when another version is pinned, this says which of them have moved."""

from __future__ import annotations

from dataclasses import fields
from importlib.metadata import version
from pathlib import Path

import simcord
import simcord.preview
from simcord._clock import Clock
from simcord.backend import Backend, cdn
from simcord.preview import Preview, _actions
from simcord.preview._server import PreviewServer

from bot import demo
from bot.config import PROJECT

STATIC = Path(simcord.preview.__file__).with_name("static")


def test_the_version_is_the_one_that_the_glue_was_written_for() -> None:
    assert version("simcord") == "3.2.1", "read bot/demo.py below 'Glue' again, then raise this number"
    assert "simcord[preview]==3.2.1" in (PROJECT / "requirements-demo.txt").read_text()


def test_actions_are_bound_to_a_revision_and_the_demo_unbinds_them() -> None:
    before = _actions.ACTION_SPECS
    assert "revision_bound" in {field.name for field in fields(_actions.ActionSpec)}
    assert before["click"].revision_bound
    assert before["run_command"].revision_bound
    with demo.live_page():
        assert not any(spec.revision_bound for spec in _actions.ACTION_SPECS.values())
        assert Preview._MAX_MEDIA_BYTES == 2**30
    assert _actions.ACTION_SPECS is before
    assert Preview._MAX_MEDIA_BYTES == 128 * 2**20


def test_the_preview_publishes_by_the_names_that_the_demo_calls() -> None:
    assert callable(Preview._publish_message_pages)
    assert callable(Preview._advance_presentation_time)
    assert "_active_action" in Preview.__init__.__code__.co_names
    assert callable(PreviewServer._static)


def test_a_page_asks_the_environment_for_errors() -> None:
    assert callable(simcord.Env.errors_since)
    assert "errors_since" in _actions._ActionOps._finish_action.__code__.co_names


def test_the_backend_has_a_clock_a_transcript_and_a_bot_user() -> None:
    backend = Backend()
    assert isinstance(backend.clock, Clock)
    assert backend.transcript == []
    assert (backend.bot_user.name, backend.bot_user.avatar) == ("TestBot", None)
    assert cdn.CDN_BASE.startswith("https://")


def test_the_page_has_what_the_demo_renames_and_hides() -> None:
    page, style = ((STATIC / name).read_text() for name in ("index.html", "preview.css"))
    for file, changes in demo.DRESS.items():
        for theirs in changes:
            assert (STATIC / (file[1:] or "index.html")).read_text().count(theirs) == 1, theirs
    for id in ("capture-open", "inspector-toggle", "view-action-output"):
        assert f'id="{id}"' in page
    scripts = "".join(file.read_text() for file in STATIC.glob("*.js"))
    for name in ("sidebar-search", "advanced-search", "message-components", "message-attachments", "message-reactions",
                 "command-popup", "command-empty"):  # fmt: skip
        assert name in page + style + scripts
