"""Models for the tests of the engine: the starter, and a tiny random SDXL of the real architecture."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def tiny_sdxl_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in diffusers' layout. Read only: copy it to change it."""
    from tests.gpu.tiny import tiny_sdxl

    folder = tmp_path_factory.mktemp("tiny") / "sdxl"
    tiny_sdxl().save_pretrained(folder, safe_serialization=True)
    return folder
