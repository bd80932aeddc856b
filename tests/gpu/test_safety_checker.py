"""Stable Diffusion's own safety checker as an image check: it refuses what stock blackens, for any picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker
from PIL import Image
from transformers import CLIPConfig, CLIPImageProcessorPil

from gpu.errors import ModelError
from gpu.hub import HubCache
from gpu.safety import IMAGE_CHECKS, Setup, make, refused
from gpu.safety.stable_diffusion import StableDiffusionChecker
from gpu.types import CheckerSource, SafetyPolicy
from tests.gpu.tiny import hub_cache

SIDE = 32
REVISION = "0123456789abcdef0123456789abcdef01234567"


def picture(seed: int) -> Image.Image:
    colours = np.random.default_rng(seed).integers(0, 256, (1 + seed % 5, 1 + seed % 3, 3), dtype=np.uint8)
    return Image.fromarray(colours).resize((40 + seed % 30, 30 + seed % 50), Image.Resampling.BILINEAR)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny random checker whose limits lie in the middle of what pictures reach."""
    torch.manual_seed(0)
    vision = {
        "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2,
        "image_size": SIDE, "patch_size": 8, "projection_dim": 12,
    }  # fmt: skip
    model = StableDiffusionSafetyChecker(CLIPConfig(vision_config=vision, projection_dim=12)).eval()
    pictures = CLIPImageProcessorPil(size={"shortest_edge": SIDE}, crop_size={"height": SIDE, "width": SIDE})
    with torch.no_grad():
        pixels = pictures([picture(seed) for seed in range(40)], return_tensors="pt").pixel_values
        seen = torch.nn.functional.normalize(model.visual_projection(model.vision_model(pixels)[1]))
        for name, count, share in (("concept", 17, 0.97), ("special_care", 3, 0.8)):
            concepts = seen.mean(0) + 0.1 * torch.randn(count, 12)
            likeness = seen @ torch.nn.functional.normalize(concepts).T
            getattr(model, f"{name}_embeds").copy_(concepts)
            getattr(model, f"{name}_embeds_weights").copy_(likeness.quantile(share, dim=0))
    path = tmp_path_factory.mktemp("checker")
    model.save_pretrained(path / "safety_checker", safe_serialization=True)
    pictures.save_pretrained(path / "feature_extractor")
    return path


def blackened(folder: Path, image: Image.Image) -> bool:
    """What stock does with a picture."""
    model = StableDiffusionSafetyChecker.from_pretrained(folder / "safety_checker").eval()
    pictures = CLIPImageProcessorPil.from_pretrained(folder / "feature_extractor")
    pixels = pictures([image.convert("RGB")], return_tensors="pt").pixel_values
    _, bad = model(images=[np.asarray(image.convert("RGB")).copy()], clip_input=pixels)
    return bool(bad[0])


def test_exactly_what_stock_blackens_is_refused(folder: Path) -> None:
    check = StableDiffusionChecker(CheckerSource(source=str(folder)))
    images = [picture(seed) for seed in range(30)]
    ours = [bool(refused(check.score(image), SafetyPolicy())) for image in images]
    assert ours == [blackened(folder, image) for image in images]
    assert 3 < sum(ours) < 27


def test_numbers_are_from_0_to_1_for_any_size_and_mode(folder: Path) -> None:
    check = StableDiffusionChecker(CheckerSource(source=str(folder)))
    for mode in ("RGB", "RGBA", "L", "P", "1"):
        for size in ((1, 1), (16, 300)):
            scores = check.score(Image.new(mode, size))
            assert scores.keys() == {"sexual"}
            assert 0 <= scores["sexual"] <= 1
            assert scores == check.score(Image.new(mode, size))


def test_beside_another_check_the_higher_number_counts(folder: Path) -> None:
    setup = Setup({"stable_diffusion": CheckerSource(source=str(folder))})
    names = ("open_nsfw", "stable_diffusion")
    both = make(names, setup)
    assert both
    one, other = (IMAGE_CHECKS[name](setup) for name in names)
    for seed in range(4):
        scores = [check.score(picture(seed))["sexual"] for check in (one, other)]
        said = {f"{name}.sexual": score for name, score in zip(names, scores, strict=True)}
        assert both.score(picture(seed)) == {"sexual": max(scores), **said}
    assert both.categories == ("sexual",)
    assert make((), setup) is None


def test_it_is_found_in_the_cache_of_the_hub(folder: Path, tmp_path: Path) -> None:
    hub = HubCache(tmp_path, offline=True)
    hub_cache(tmp_path, "some/model", REVISION, folder)
    source = CheckerSource(source="some/model", revision=REVISION)
    check = StableDiffusionChecker(source, hub=hub)
    assert check.score(picture(1)) == StableDiffusionChecker(CheckerSource(source=str(folder))).score(picture(1))
    with pytest.raises(ModelError) as error:
        StableDiffusionChecker(CheckerSource(source="another/model"), hub=hub)
    assert error.value.id == "error-model-offline"


def test_without_weights_or_with_a_pickle_it_is_said(folder: Path, tmp_path: Path) -> None:
    for name, code in (("stable_diffusion", "error-image-check-source"), ("nonsense", "error-image-check-unknown")):
        with pytest.raises(ModelError) as error:
            make([name], Setup())
        assert error.value.id == code
    (tmp_path / "safety_checker").mkdir()
    (tmp_path / "safety_checker" / "config.json").write_text("{}")
    (tmp_path / "safety_checker" / "pytorch_model.bin").write_bytes(b"\x80\x04")
    with pytest.raises(ModelError) as error:
        StableDiffusionChecker(CheckerSource(source=str(tmp_path)))
    assert error.value.id == "error-model-pickle"
