"""Models for the tests of the engine: the starter, and a tiny random SDXL of the real architecture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from gpu.families.base import Components
    from tests.gpu.bench import Bench

STARTER = Path(__file__).parents[2] / "gpu" / "starter"


@pytest.fixture(scope="session")
def tiny_sdxl_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in diffusers' layout. Read only: copy it to change it."""
    from tests.gpu.tiny import tiny_sdxl

    folder = tmp_path_factory.mktemp("tiny") / "sdxl"
    tiny_sdxl().save_pretrained(folder, safe_serialization=True)
    return folder


def load_starter() -> Components:
    """The starter model, on the CPU. One thread: the threads of small models mostly wait for each other."""
    import torch

    from gpu.loading import load_components
    from gpu.types import ModelSpec

    torch.set_num_threads(1)
    spec = ModelSpec(name="starter", family="sdxl", source=str(STARTER))
    return load_components(spec, torch.device("cpu"), torch.float32)


@pytest.fixture(scope="session")
def starter() -> Components:
    """The starter model, loaded."""
    return load_starter()


@pytest.fixture(scope="session")
def tiny() -> Components:
    """The tiny random SDXL, loaded: its negative prompt is zeros when empty, as the real one's."""
    import torch

    from gpu.families.base import Components
    from tests.gpu.tiny import tiny_sdxl

    torch.set_num_threads(1)
    parts = tiny_sdxl().components
    names = ("unet", "vae", "text_encoder", "text_encoder_2", "tokenizer", "tokenizer_2")
    for name in names[:4]:
        parts[name].eval()
    return Components(
        **{name: parts[name] for name in names},
        scheduler_config=dict(parts["scheduler"].config),
        force_zeros_for_empty_prompt=True,
    )


@pytest.fixture
def bench(tmp_path: Path, tiny: Components) -> Bench:
    """An engine with the tiny model."""
    from tests.gpu.bench import Bench

    return Bench(tmp_path, {"tiny": tiny})


@pytest.fixture
def make_bench(tmp_path: Path, tiny: Components, starter: Components) -> Callable[..., Bench]:
    """Further engines with both models, each with files of its own; options are the engine's."""
    from tests.gpu.bench import Bench

    made: list[Bench] = []

    def make(**options: Any) -> Bench:
        made.append(Bench(tmp_path / str(len(made)), {"tiny": tiny, "starter": starter}, **options))
        return made[-1]

    return make
