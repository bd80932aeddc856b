"""Models load from a folder, a hub cache and a single file, with the same weights; what cannot be loaded says why."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from safetensors.torch import load_file, save_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

from bot.text import sentence_of
from gpu.errors import ModelError
from gpu.families.base import Components
from gpu.hub import HubCache
from gpu.loading import CLASSES, load_components
from gpu.sources import CONFIGS
from gpu.types import LoraSpec, ModelSpec
from tests.gpu.tiny import edit_json, hub_cache, single_file, tiny_configs, tiny_sdxl, write_lora

REVISION = "0123456789abcdef0123456789abcdef01234567"
CPU = torch.device("cpu")


def spec(source: Path | str, **settings: object) -> ModelSpec:
    return ModelSpec.model_validate({"name": "tiny", "family": "sdxl", "source": str(source)} | settings)


def load(model: ModelSpec, hub: HubCache | None = None, dtype: torch.dtype = torch.float32) -> Components:
    return load_components(model, CPU, dtype, hub=hub)


def weights(components: Components) -> dict[str, torch.Tensor]:
    return {
        f"{part}.{name}": tensor
        for part in CLASSES
        for name, tensor in getattr(components, part).state_dict().items()
    }


def assert_same(one: Components, other: Components) -> None:
    ours, theirs = weights(one), weights(other)
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    assert one.tokenizer_2.pad_token == other.tokenizer_2.pad_token
    assert one.scheduler_config == other.scheduler_config
    assert one.force_zeros_for_empty_prompt == other.force_zeros_for_empty_prompt


def refused(code: str, model: ModelSpec, hub: HubCache | None = None) -> str:
    """The sentence of the error with which loading ends."""
    with pytest.raises(ModelError) as caught:
        load(model, hub)
    assert caught.value.id == code
    sentence = sentence_of(caught.value)
    assert sentence != code
    assert "{" not in sentence
    return sentence


@pytest.fixture(scope="module")
def tiny(tiny_sdxl_folder: Path) -> Components:
    return load(spec(tiny_sdxl_folder))


@pytest.fixture
def folder(tiny_sdxl_folder: Path, tmp_path: Path) -> Path:
    """A copy that the test may damage."""
    return Path(shutil.copytree(tiny_sdxl_folder, tmp_path / "model"))


@pytest.fixture
def offline(tmp_path: Path) -> HubCache:
    return HubCache(tmp_path / "hub", offline=True)


# --- What loads -----------------------------------------------------------------------------------------------------


def test_folder_has_all_parts_of_the_stock_pipeline(tiny: Components) -> None:
    stock = tiny_sdxl()
    for part in CLASSES:
        for name, tensor in getattr(stock, part).state_dict().items():
            assert torch.equal(tensor, getattr(tiny, part).state_dict()[name]), name
    assert tiny.scheduler_config["_class_name"] == "EulerDiscreteScheduler"
    assert (tiny.tokenizer.pad_token, tiny.tokenizer_2.pad_token) == ("<|endoftext|>", "!")
    assert not any(parameter.requires_grad for parameter in tiny.unet.parameters())


def test_hub_repository_at_a_pinned_revision(tiny_sdxl_folder: Path, tiny: Components, offline: HubCache) -> None:
    hub_cache(offline.folder, "org/tiny", REVISION, tiny_sdxl_folder)
    assert_same(load(spec("org/tiny", revision=REVISION), offline), tiny)
    assert_same(load(spec("org/tiny"), offline), tiny)  # without a revision: what `main` was


def test_wanted_variant_is_taken_and_plain_weights_fill_in(
    folder: Path, tiny: Components, offline: HubCache
) -> None:
    unet = folder / "unet"
    plain = load_file(unet / "diffusion_pytorch_model.safetensors")
    save_file({k: v.half() for k, v in plain.items()}, unet / "diffusion_pytorch_model.fp16.safetensors")
    hub_cache(offline.folder, "org/tiny", REVISION, folder)
    with_variant = weights(load(spec("org/tiny", revision=REVISION, variant="fp16"), offline))
    for name, tensor in weights(tiny).items():  # only the UNet has fp16 weights
        assert torch.equal(with_variant[name], tensor.half().float() if name.startswith("unet.") else tensor)
    assert_same(load(spec("org/tiny", revision=REVISION), offline), tiny)


def test_repository_with_nothing_but_fp16_needs_no_setting(folder: Path, tiny: Components) -> None:
    for plain in [*folder.rglob("model.safetensors"), *folder.rglob("diffusion_pytorch_model.safetensors")]:
        plain.rename(plain.with_name(plain.name.replace(".safetensors", ".fp16.safetensors")))
    assert_same(load(spec(folder)), tiny)


def test_sharded_weights(tiny_sdxl_folder: Path, folder: Path, tiny: Components) -> None:
    (folder / "unet" / "diffusion_pytorch_model.safetensors").unlink()
    unet = UNet2DConditionModel.from_pretrained(tiny_sdxl_folder / "unet")
    unet.save_pretrained(folder / "unet", max_shard_size="1MB")
    shards = sorted((folder / "unet").glob("*-of-*.safetensors"))
    assert len(shards) > 1
    assert_same(load(spec(folder)), tiny)
    shards[0].unlink()
    assert "unet" in refused("error-model-part", spec(folder))


def test_single_file_with_the_original_names(tiny_sdxl_folder: Path, tiny: Components, tmp_path: Path) -> None:
    single_file(tiny_sdxl(), tmp_path / "tiny.safetensors")
    config = tiny_configs(tiny_sdxl_folder, tmp_path / "config")
    assert_same(load(spec(tmp_path / "tiny.safetensors", config=str(config))), tiny)


def test_bundled_configuration_is_that_of_sdxl() -> None:
    """The numbers of weights of the parts of SDXL 1.0, and the token ids of OpenAI's CLIP."""
    bundled = CONFIGS / "sdxl"
    with torch.device("meta"):
        built = {
            "unet": UNet2DConditionModel.from_config(UNet2DConditionModel.load_config(bundled / "unet")),
            "vae": AutoencoderKL.from_config(AutoencoderKL.load_config(bundled / "vae")),
            "text_encoder": CLIPTextModel(CLIPTextConfig.from_pretrained(bundled / "text_encoder")),
            "text_encoder_2": CLIPTextModelWithProjection(CLIPTextConfig.from_pretrained(bundled / "text_encoder_2")),
        }
    counts = {part: sum(parameter.numel() for parameter in module.parameters()) for part, module in built.items()}
    assert counts == {
        "unet": 2_567_463_684, "vae": 83_653_863, "text_encoder": 123_060_480, "text_encoder_2": 694_659_840,
    }  # fmt: skip
    tokenizer = CLIPTokenizer.from_pretrained(bundled / "tokenizer")
    assert tokenizer("a photo of a cat").input_ids == [49406, 320, 1125, 539, 320, 2368, 49407]


def test_autoencoder_that_overflows_in_float16_stays_float32(tiny_sdxl_folder: Path) -> None:
    components = load(spec(tiny_sdxl_folder), dtype=torch.float16)
    assert (components.unet.dtype, components.vae.dtype) == (torch.float16, torch.float32)


def test_progress_ends_at_the_size_of_the_model(tiny_sdxl_folder: Path) -> None:
    seen: list[tuple[int, int]] = []
    load_components(spec(tiny_sdxl_folder), CPU, torch.float32, lambda done, total: seen.append((done, total)))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1][0] == seen[-1][1] > 10_000_000


# --- LoRAs ----------------------------------------------------------------------------------------------------------


def test_lora_of_the_spec_changes_the_unet_by_its_weight(
    tiny_sdxl_folder: Path, tiny: Components, offline: HubCache, tmp_path: Path
) -> None:
    (tmp_path / "lora").mkdir()
    write_lora(tiny.unet, tmp_path / "lora" / "pytorch_lora_weights.safetensors")
    hub_cache(offline.folder, "org/lora", REVISION, tmp_path / "lora")

    def output(*loras: LoraSpec) -> torch.Tensor:
        unet = load(spec(tiny_sdxl_folder, loras=loras), offline).unet
        assert not any(module.training for module in unet.modules())
        assert not any(parameter.requires_grad for parameter in unet.parameters())
        added = {"text_embeds": torch.ones(1, 40), "time_ids": torch.ones(1, 6)}
        return unet(torch.ones(1, 4, 8, 8), 5, torch.ones(1, 77, 72), added_cond_kwargs=added).sample

    whole, half, none = (output(LoraSpec(source="org/lora", revision=REVISION, weight=w)) for w in (1.0, 0.5, 0.0))
    assert torch.allclose(none, output(), atol=1e-6)
    assert not torch.allclose(whole, none, atol=1e-3)
    assert not torch.allclose(whole, half, atol=1e-3)


def test_lora_for_another_model_or_no_lora_is_refused(tiny_sdxl_folder: Path, tiny: Components, tmp_path: Path) -> None:
    lora = tmp_path / "lora.safetensors"
    model = spec(tiny_sdxl_folder, loras=(LoraSpec(source=str(lora)),))
    save_file({"unet.conv_in.weight": torch.ones(1)}, lora)
    assert "lora.safetensors" in refused("error-model-lora", model)
    write_lora(tiny.unet, lora)
    save_file({name: torch.ones(*(2 * n for n in t.shape)) for name, t in load_file(lora).items()}, lora)
    refused("error-model-lora", model)
    refused("error-model-pickle", spec(tiny_sdxl_folder, loras=(LoraSpec(source=str(_file(tmp_path / "l.pt"))),)))


# --- What is refused ------------------------------------------------------------------------------------------------


def test_nothing_there(tmp_path: Path, offline: HubCache) -> None:
    assert str(tmp_path) in refused("error-model-missing", spec(tmp_path / "nothing"))
    assert "org/nothing" in refused("error-model-offline", spec("org/nothing", revision=REVISION), offline)


def test_revision_that_is_not_in_the_cache(tiny_sdxl_folder: Path, offline: HubCache) -> None:
    hub_cache(offline.folder, "org/tiny", REVISION, tiny_sdxl_folder)
    assert "f" * 40 in refused("error-model-offline", spec("org/tiny", revision="f" * 40), offline)


def test_interrupted_download_is_not_taken_for_a_model(folder: Path, offline: HubCache) -> None:
    shutil.rmtree(folder / "text_encoder_2")
    hub_cache(offline.folder, "org/tiny", REVISION, folder)
    refused("error-model-offline", spec("org/tiny", revision=REVISION), offline)


def test_pickles_are_never_opened(folder: Path, tmp_path: Path) -> None:
    weights = folder / "unet" / "diffusion_pytorch_model.safetensors"
    weights.rename(weights.with_suffix(".bin"))
    assert "diffusion_pytorch_model.bin" in refused("error-model-pickle", spec(folder))
    refused("error-model-pickle", spec(_file(tmp_path / "model.ckpt")))


def test_missing_part(folder: Path) -> None:
    shutil.rmtree(folder / "vae")
    assert "vae" in refused("error-model-part", spec(folder))


def test_other_family(folder: Path, tiny: Components, tmp_path: Path) -> None:
    edit_json(folder / "model_index.json", _class_name="StableDiffusionPipeline")
    assert "sd15" in refused("error-model-family", spec(folder))
    save_file({"cond_stage_model.x": torch.ones(1)}, tmp_path / "sd15.safetensors")
    assert "sd15" in refused("error-model-family", spec(tmp_path / "sd15.safetensors"))
    save_file({"lora_unet_x.lora_down.weight": torch.ones(1, 2)}, tmp_path / "lora.safetensors")
    assert "lora" in refused("error-model-family", spec(tmp_path / "lora.safetensors"))
    assert "sdxl" in refused("error-model-family-unknown", spec(folder, family="nope"))


@pytest.mark.parametrize("damage", ["truncated", "no header", "empty"])
def test_broken_file(folder: Path, damage: str) -> None:
    weights = folder / "unet" / "diffusion_pytorch_model.safetensors"
    content = weights.read_bytes()
    weights.write_bytes({"truncated": content[:-1], "no header": b"\xff" * 100, "empty": b""}[damage])
    assert weights.name in refused("error-model-file", spec(folder))


def test_broken_configuration(folder: Path) -> None:
    (folder / "model_index.json").write_text("{")
    assert "model_index.json" in refused("error-model-file", spec(folder))


def test_weights_that_do_not_fit_the_configuration(folder: Path) -> None:
    weights = folder / "text_encoder" / "model.safetensors"
    tensors = load_file(weights)
    tensors.pop("embeddings.token_embedding.weight")
    save_file(tensors, weights, metadata={"format": "pt"})
    assert "token_embedding" in refused("error-model-weights", spec(folder))
    edit_json(folder / "unet" / "config.json", cross_attention_dim=999)
    refused("error-model-broken", spec(folder))


def test_single_file_without_a_part(tmp_path: Path) -> None:
    single_file(tiny_sdxl(), tmp_path / "tiny.safetensors")
    tensors = load_file(tmp_path / "tiny.safetensors")
    save_file({k: v for k, v in tensors.items() if not k.startswith("first_stage")}, tmp_path / "tiny.safetensors")
    assert "first_stage_model" in refused("error-model-part", spec(tmp_path / "tiny.safetensors"))


def _file(path: Path) -> Path:
    path.write_bytes(json.dumps({}).encode())
    return path
