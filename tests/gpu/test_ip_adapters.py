"""Pictures beside the words: equal to diffusers' own IP-Adapters, in any company; without weight, nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import StableDiffusionPipeline, StableDiffusionXLImg2ImgPipeline, UNet2DConditionModel
from diffusers.loaders.unet_loader_utils import _maybe_expand_lora_scales
from PIL import Image

from gpu.errors import ModelError, NotSupported
from gpu.families import FAMILIES
from gpu.families.base import Components
from gpu.hub import HubCache
from gpu.ip_adapters import STYLE_BLOCKS
from gpu.loras import LoraFolder
from gpu.params import GenerationParams
from gpu.pool import footprint
from gpu.references import Reference, read_references
from gpu.sources import CONFIGS
from gpu.types import AdapterSpec, GenerationRequest, GenerationResult, InputImage, InputRole, SafetyPolicy
from tests.gpu.bench import Bench, difference, request
from tests.gpu.listening import ROLES, STYLE, STYLE_SD15, Wanted, bench_of, times, wish, with_stock
from tests.gpu.pictures import photo, png
from tests.gpu.tiny import tiny_sd15, write_lora
from tests.gpu.tinyadapter import write_adapters

TOLERANCE = 1e-5


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, tiny: Components) -> Path:
    return write_adapters(tmp_path_factory.mktemp("adapters"), tiny.unet)


@pytest.fixture
def bench(tmp_path: Path, tiny: Components, folder: Path) -> Bench:
    return bench_of(tmp_path, tiny, folder)


A, B, C = ("image", "a", 1.0), ("style", "b", 1.0), ("character", "c", 1.0)
CASES: dict[str, tuple[Wanted, Sequence[Any], dict[str, Any]]] = {
    "image": ([A], [0.5], {}),
    "loud image": ([A], [1.0], {"image_weight": 3.0, "num_images": 2}),
    "style": ([B], [STYLE], {}),
    "much style": ([B], [times(STYLE, 1.25)], {"style_weight": 550.0, "guidance_scale": 1.0}),
    "figure": ([C], [0.8], {"scheduler": "Euler a"}),
    "two styles": ([("style", "a", 3.0), ("style", "b", 1.0)], [times(STYLE, 0.75), times(STYLE, 0.25)], {}),
    "everything": (
        [A, ("image", "c", 1.0), B, C], [0.25, 0.25, times(STYLE, 0.5), 0.6],
        {"style_weight": 50.0, "character_weight": 50.0, "num_images": 2, "num_inference_steps": 6},
    ),
    "with a LoRA": ([A], [0.5], {"lora": "red:1"}),
}  # fmt: skip


def test_equals_stock_in_mixed_company(tmp_path: Path, tiny: Components, folder: Path) -> None:
    """Beside plain jobs and those with LoRAs, which stay exactly what they are alone; all join at different ticks."""
    write_lora(tiny.unet, folder / "red.safetensors")
    bench = bench_of(tmp_path, tiny, folder, loras=LoraFolder(folder))
    jobs = {name: wish(bench, name, *wanted, **wishes) for name, (wanted, _, wishes) in CASES.items()}
    plain = [request("plain", num_inference_steps=12), request("red", lora="red:1", num_inference_steps=9)]
    bench.run(*plain, later={n: [job] for n, job in enumerate(jobs.values())})
    for name, (wanted, scales, _) in CASES.items():
        theirs = with_stock(tiny, folder, jobs[name], wanted, scales)
        assert difference(bench.latents(name), theirs) < TOLERANCE, name
    for job in plain:
        assert difference(bench.latents(job.job_id), with_stock(tiny, folder, job, [], [])) < TOLERANCE


def test_sd15_equals_stock(tmp_path: Path) -> None:
    parts = tiny_sd15().components
    names = ("unet", "vae", "text_encoder", "tokenizer")
    model = Components(**{name: parts[name] for name in names}, scheduler_config=dict(parts["scheduler"].config))
    folder = write_adapters(tmp_path / "adapters", model.unet)
    bench = bench_of(tmp_path, model, folder, "sd15")
    jobs = {"image": ([A], [0.5]), "figure": ([C], [0.8]), "style": ([B], [STYLE_SD15]), "none": ([], [])}
    bench.run(*(wish(bench, name, *wanted, scheduler="DDIM") for name, (wanted, _) in jobs.items()))
    for name, (wanted, scales) in jobs.items():
        job = request(name, scheduler="DDIM")
        theirs = with_stock(model, folder, job, wanted, scales, StableDiffusionPipeline)
        assert difference(bench.latents(name), theirs) < TOLERANCE, name


def test_the_style_blocks_of_sd15_are_those_that_instantstyle_publishes() -> None:
    """In the real architecture: all attention of `up_blocks.1`, and nothing else."""
    config = json.loads((CONFIGS / "sd15" / "unet" / "config.json").read_text("utf-8"))
    with torch.device("meta"):
        unet = UNet2DConditionModel.from_config(config)
    (scales,) = _maybe_expand_lora_scales(unet, [STYLE_BLOCKS["sd15"]], default_scale=0.0)
    loud = {name for name, scale in scales.items() if scale}
    assert loud == {f"up_blocks.1.attentions.{n}" for n in range(3)}


def test_a_unet_with_fewer_transformers_listens_with_the_whole_block(tmp_path: Path, starter: Components) -> None:
    """The starter has two in a block where SDXL has three."""
    bench = bench_of(tmp_path, starter, write_adapters(tmp_path / "adapters", starter.unet))
    wishes = {"num_inference_steps": 2, "width": 128, "height": 128}
    bench.run(wish(bench, "styled", B, **wishes), wish(bench, "plain", **wishes))
    assert bench.engine._families["tiny"].ip_adapters._scale(Reference("style", 0.5)) == {"up": {"block_0": 0.5}}
    assert difference(bench.latents("styled"), bench.latents("plain")) > 1e-3


def test_image_to_image_and_highres_fix(bench: Bench, tiny: Components, folder: Path) -> None:
    """The start is one picture, the style another; a second pass hears the style again."""
    (bench.folder / "start.png").write_bytes(png(photo()))
    start = InputImage(role=InputRole.IMAGE, path=Path("start.png"))
    changed = wish(bench, "changed", B, inputs=[start], strength=0.5, num_inference_steps=6)
    bench.run(changed, wish(bench, "large", B, hires=1.5), wish(bench, "plain", hires=1.5))
    theirs = with_stock(
        tiny, folder, changed, [B], [STYLE], StableDiffusionXLImg2ImgPipeline, image=photo(), strength=0.5
    )
    assert difference(bench.latents("changed"), theirs) < TOLERANCE
    assert bench.result("large").images[0].width == 96
    assert bench.png("large") != bench.png("plain")


def test_variations_hear_it_too(bench: Bench) -> None:
    bench.run(wish(bench, "first", B))
    latents = bench.result("first").images[0].latents
    wishes = {"task": "vary", "start_latents": latents, "strength": 0.6}
    bench.run(wish(bench, "v1", B, **wishes), wish(bench, "v2", **wishes), wish(bench, "v3", B, **wishes))
    assert torch.equal(bench.latents("v1"), bench.latents("v3"))
    assert difference(bench.latents("v1"), bench.latents("v2")) > 1e-3


def test_what_says_nothing_changes_nothing(bench: Bench, tmp_path: Path, tiny: Components) -> None:
    """A scale of nothing is no adapter: the bytes are those of an engine that never saw one."""
    silent = wish(bench, "silent", B, style_weight=0.0)
    bench.run(wish(bench, "first", A, C))
    bench.run(silent, request("none"))
    fresh = Bench(tmp_path / "fresh", {"tiny": tiny})
    fresh.run(request("silent"), request("none"))
    assert torch.equal(bench.latents("silent"), fresh.latents("silent"))
    assert torch.equal(bench.latents("none"), fresh.latents("none"))
    weightless = wish(bench, "weightless", ("style", "a", 0.0), B)
    assert [(reference, image.path.name) for reference, image in read_references(weightless)] == [
        (Reference("style", 1.0), "r1.png")
    ]


def test_jobs_that_hear_alike_share_calls(bench: Bench) -> None:
    jobs = [wish(bench, f"{n}", ("style", name, 1.0), seed=n, num_inference_steps=15) for n, name in enumerate("ab")]
    bench.run(*jobs)
    assert bench.engine.unet_calls < 25


def test_a_picture_is_encoded_once(bench: Bench) -> None:
    bench.run(wish(bench, "one", ("style", "a", 1.0)), wish(bench, "two", ("style", "a", 1.0), style_weight=300.0))
    eyes = bench.engine._families["tiny"].ip_adapters
    assert eyes.encoded == 1
    bench.run(wish(bench, "three", ("style", "a", 1.0), ("style", "c", 1.0)))
    assert eyes.encoded == 2


def test_the_memory_budget_counts_it(bench: Bench, tiny: Components) -> None:
    bench.run(request("plain"))
    pool = bench.engine._families
    assert pool.size == footprint(tiny)
    bench.run(wish(bench, "one", A))
    one = pool.size
    assert one > footprint(tiny)
    bench.run(wish(bench, "two", A, B))
    assert one < pool.size < one + (one - footprint(tiny)), "the encoder counts once"


def test_one_that_is_not_there_is_said(bench: Bench, tmp_path: Path, tiny: Components) -> None:
    bare = Bench(tmp_path / "bare", {"tiny": tiny})
    bare.run(wish(bare, "style", B), request("good"))
    error = bare.error("style")
    assert isinstance(error, NotSupported)
    assert (error.id, error.facts) == ("error-adapter-style", {"model": "tiny"})
    assert isinstance(bare.result("good"), GenerationResult)


@pytest.mark.parametrize("fault", ["pickle", "truncated", "another width", "no adapter", "no encoder", "blocks"])
def test_files_that_cannot_be_used(tmp_path: Path, tiny: Components, folder: Path, fault: str) -> None:
    """One sentence each, and jobs without it go on as before."""
    for path in folder.rglob("*"):
        if path.is_file():
            (tmp_path / path.relative_to(folder)).parent.mkdir(exist_ok=True)
            (tmp_path / path.relative_to(folder)).write_bytes(path.read_bytes())
    bench = bench_of(tmp_path / "data", tiny, tmp_path)
    spec = bench.engine._specs["tiny"]
    changes: dict[str, Any] = {}
    if fault == "pickle":
        changes = {"weight_name": "plain.bin"}
        (tmp_path / "plain.bin").write_bytes(b"\x80\x02}q\x00.")
    if fault == "truncated":
        (tmp_path / "plain.safetensors").write_bytes((tmp_path / "plain.safetensors").read_bytes()[:-100])
    if fault == "another width":
        write_adapters(tmp_path, tiny_sd15().unet)
    if fault == "no adapter":
        (tmp_path / "plain.safetensors").write_bytes((tmp_path / "image_encoder/model.safetensors").read_bytes())
    if fault == "no encoder":
        changes = {"image_encoder": "nowhere"}
    if fault == "blocks":
        changes = {"blocks": {"up": {"block_0": [1.0, 2.0]}}}
    own = spec.ip_adapters | {"image": spec.ip_adapters["image"].model_copy(update=changes)}
    bench.engine._specs = {"tiny": spec.model_copy(update={"ip_adapters": own})}
    bench.run(request("before"), wish(bench, "bad", A), request("after"))
    assert isinstance(bench.error("bad"), ModelError)
    assert torch.equal(bench.latents("before"), bench.latents("after"))


def test_the_image_check_looks_at_every_picture(tmp_path: Path, tiny: Components, folder: Path) -> None:
    class Check:
        def score(self, image: Image.Image) -> dict[str, float]:
            return {"sexual": 0.9 if image.size == (70, 50) else 0.0}

    bench = bench_of(tmp_path, tiny, folder, image_check=Check())
    strict = {"policy": SafetyPolicy(thresholds={"sexual": 0.5})}
    bench.run(wish(bench, "silent", B, style_weight=0.0, **strict), request("good", **strict))
    assert bench.result("silent").blocked == "sexual"
    assert bench.result("good").images


def test_it_comes_from_the_hub_with_its_model(tmp_path: Path, folder: Path) -> None:
    """A cached snapshot needs no network, and an incomplete one is asked for."""
    from tests.gpu.tiny import hub_cache

    spec = AdapterSpec(source="someone/adapters", weight_name="plain.safetensors")
    cache = HubCache(tmp_path, offline=True)
    with pytest.raises(ModelError) as error:
        cache.ip_adapter(spec, lambda done, total: None)
    assert error.value.id == "error-model-offline"
    snapshot = hub_cache(tmp_path, "someone/adapters", "1" * 40, folder)
    assert cache.ip_adapter(spec, lambda done, total: None).weights == snapshot / "plain.safetensors"
    elsewhere = AdapterSpec(source=str(folder.parent), subfolder=folder.name, weight_name="plus.safetensors")
    files = cache.ip_adapter(elsewhere, lambda done, total: None)
    assert files.encoder == folder / "image_encoder"
    top = elsewhere.model_copy(update={"image_encoder": f"{folder.name}/image_encoder"})
    assert cache.ip_adapter(top, lambda done, total: None) == files


@pytest.mark.parametrize(
    ("kind", "name", "values"),
    [("image", "image_weight", (0.5, 1.5, 3.0)), ("style", "style_weight", (20.0, 100.0, 500.0)),
     ("character", "character_weight", (0.0, 50.0, 100.0))],
)  # fmt: skip
def test_louder_pictures_change_more(bench: Bench, kind: str, name: str, values: Sequence[float]) -> None:
    bench.run(request("plain"), *(wish(bench, f"{value:g}", (kind, "a", 1.0), **{name: value}) for value in values))
    moved = [float((bench.latents(f"{value:g}") - bench.latents("plain")).norm()) for value in values]
    assert 0 < moved[0] < moved[1] < moved[2]


def test_two_styles_are_shared_by_their_weights(bench: Bench) -> None:
    """The more one of them weighs, the nearer is the picture to what it makes alone."""
    alone = wish(bench, "alone", ("style", "a", 1.0))
    shared = [wish(bench, f"{weight:g}", ("style", "a", weight), ("style", "c", 1.0)) for weight in (1.0, 3.0, 9.0)]
    bench.run(alone, *shared)
    moved = [float((bench.latents(job.job_id) - bench.latents("alone")).norm()) for job in shared]
    assert moved[0] > moved[1] > moved[2] > 0


@pytest.mark.parametrize(
    ("kind", "name", "value", "scale"),
    [
        ("image", "image_weight", 0.0, 0.0), ("image", "image_weight", 0.5, 0.25), ("image", "image_weight", 2.0, 0.75),
        ("style", "style_weight", 1000.0, 1.5), ("style", "style_weight", 30.0, 0.3),
        ("character", "character_weight", 0.0, 0.4), ("character", "character_weight", 25.0, 0.5),
    ],
)  # fmt: skip
def test_midjourneys_numbers_become_scales(kind: str, name: str, value: float, scale: float) -> None:
    image = InputImage(role=ROLES[kind], path=Path("x.png"))
    params = GenerationParams(**{name: value})  # type: ignore[arg-type]
    found = read_references(GenerationRequest(job_id="a", params=params, output_dir=Path("x"), inputs=(image,)))
    assert [reference.scale for reference, _ in found] == ([pytest.approx(scale)] if scale else [])


def test_every_family_says_what_it_hears(bench: Bench) -> None:
    heard = bench.engine.warm_up("tiny").inputs
    assert set(ROLES.values()) <= set(heard)
    assert "sdxl" in FAMILIES
