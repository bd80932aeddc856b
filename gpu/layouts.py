"""What models of each family consist of, and how their files tell which family they are. Values only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """One component of a model, and the folders that may hold it, the usual one first."""

    name: str
    folders: tuple[str, ...]
    weights: bool = True


@dataclass(frozen=True, slots=True)
class Layout:
    """What a family's models consist of."""

    parts: tuple[Part, ...]
    prefixes: tuple[str, ...]
    """Key prefixes that a single file with the original names must have, one of each part."""


SDXL = Layout(
    parts=(
        Part("unet", ("unet",)),
        Part("vae", ("vae", "autoencoder")),
        Part("text_encoder", ("text_encoder",)),
        Part("text_encoder_2", ("text_encoder_2",)),
        Part("tokenizer", ("tokenizer",), weights=False),
        Part("tokenizer_2", ("tokenizer_2", "tokenizer"), weights=False),
        Part("scheduler", ("scheduler",), weights=False),
    ),
    prefixes=(
        "model.diffusion_model.",
        "first_stage_model.",
        "conditioner.embedders.0.transformer.",
        "conditioner.embedders.1.model.",
    ),
)

SD15 = Layout(
    parts=(
        Part("unet", ("unet",)),
        Part("vae", ("vae",)),
        Part("text_encoder", ("text_encoder",)),
        Part("tokenizer", ("tokenizer",), weights=False),
        Part("scheduler", ("scheduler",), weights=False),
    ),
    prefixes=("model.diffusion_model.", "first_stage_model.", "cond_stage_model.transformer."),
)


def _transformer(encoders: int) -> Layout:
    """A pipeline of diffusers around a transformer. Its folder says of what class each part is."""
    ends = ["", *(f"_{n}" for n in range(2, encoders + 1))]
    return Layout(
        parts=(
            Part("transformer", ("transformer",)),
            Part("vae", ("vae",)),
            *(Part(f"text_encoder{end}", (f"text_encoder{end}",)) for end in ends),
            *(Part(f"tokenizer{end}", (f"tokenizer{end}",), weights=False) for end in ends),
            Part("scheduler", ("scheduler",), weights=False),
        ),
        prefixes=(),
    )


SDXL_REFINER = Layout(
    parts=tuple(part for part in SDXL.parts if part.name not in ("text_encoder", "tokenizer")),
    prefixes=("model.diffusion_model.", "first_stage_model.", "conditioner.embedders.0.model."),
)

SD_X4 = Layout(
    parts=(*SD15.parts, Part("low_res_scheduler", ("low_res_scheduler",), weights=False)),
    prefixes=(),
)
"""Read from a folder or a repository only: single files of it have names of their own."""

LAYOUTS: dict[str, Layout] = {
    "sdxl": SDXL, "sdxl-refiner": SDXL_REFINER,
    "sd15": SD15, "sd-x4": SD_X4, "sd3": _transformer(3), "flux": _transformer(2), "zimage": _transformer(1),
}  # fmt: skip
"""Family → what its models consist of. The same keys as `gpu.families.FAMILIES`."""

PIPELINES = {
    "StableDiffusionXL": "sdxl",
    "StableDiffusion3": "sd3",
    "StableDiffusion": "sd15",
    "StableDiffusionUpscale": "sd-x4",
    "LatentConsistency": "sd15",
    "Flux": "flux",
    "Flux2": "flux2",
    "ZImage": "zimage",
}
"""Start of the pipeline class that a `model_index.json` names → family; the longest start counts."""

FINGERPRINTS: tuple[tuple[str, str], ...] = (
    ("conditioner.embedders.1.model.", "sdxl"),
    ("conditioner.embedders.0.model.", "sdxl-refiner"),
    ("cond_stage_model.", "sd15"),
    ("model.diffusion_model.joint_blocks.", "sd3"),
    ("double_blocks.", "flux"),
    ("model.diffusion_model.double_blocks.", "flux"),
    ("lora_", "lora"),
)
"""Start of a key that only one family's single files have → family."""
