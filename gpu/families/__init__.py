"""The model families: the name in `[models.NAME] family` → the class that draws with such models."""

from collections.abc import Callable, Mapping
from typing import Any

from gpu.embeddings import EmbeddingFolder
from gpu.families.base import Family
from gpu.families.pipeline import RECIPES, PipelineFamily
from gpu.families.sd15 import SD15
from gpu.families.sdx4 import SDX4
from gpu.families.sdxl import SDXL, SDXLRefiner
from gpu.loras import LoraFolder
from gpu.types import ModelSpec

FAMILIES: Mapping[str, Callable[[ModelSpec, Any, LoraFolder, EmbeddingFolder], Family]] = {
    "sdxl": SDXL, "sdxl-refiner": SDXLRefiner, "sd15": SD15, "sd-x4": SDX4, **dict.fromkeys(RECIPES, PipelineFamily),
}  # fmt: skip
