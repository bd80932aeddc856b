"""Textual inversion: equal to diffusers' own, in company; files that change, are of another kind, or hostile."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import StableDiffusionPipeline
from safetensors.torch import load_file, save_file
from torch import Tensor

from gpu.embeddings import MAX_VECTORS, EmbeddingFolder, named, replaced
from gpu.errors import ModelError, NotSupported
from gpu.families.base import Components
from gpu.params import GenerationParams
from gpu.schedulers import build
from tests.gpu.bench import Bench, difference, request, stock_pipeline
from tests.gpu.tiny import WIDTH, WIDTH_2, tiny_sd15

TOLERANCE = 1e-5


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`cat` and `mood` (three vectors) for SDXL, `dog` for SD 1.5, `wide` for an encoder that nobody has."""
    path = tmp_path_factory.mktemp("embeddings")
    torch.manual_seed(4)
    pair = {"clip_l": torch.randn(1, WIDTH), "clip_g": torch.randn(1, WIDTH_2)}
    save_file(pair, path / "cat.safetensors")
    other = {"text_encoders_0": torch.randn(3, WIDTH), "text_encoders_1": torch.randn(3, WIDTH_2)}
    save_file(other, path / "mood.safetensors")
    save_file({"emb_params": torch.randn(2, WIDTH)}, path / "dog.safetensors")
    save_file({"clip_l": torch.randn(1, 99), "clip_g": torch.randn(1, WIDTH_2)}, path / "wide.safetensors")
    return path


@pytest.fixture
def model(tiny: Components) -> Components:
    """Modules and vocabularies of its own: embeddings are added to them."""
    return copy.deepcopy(tiny)


@pytest.fixture
def bench(tmp_path: Path, model: Components, folder: Path) -> Bench:
    return Bench(tmp_path, {"tiny": model}, embeddings=EmbeddingFolder(folder))


@pytest.fixture(scope="module")
def sd15() -> Components:
    parts = tiny_sd15().components
    for name in ("unet", "vae", "text_encoder"):
        parts[name].eval()
    names = ("unet", "vae", "text_encoder", "tokenizer")
    return Components(**{name: parts[name] for name in names}, scheduler_config=parts["scheduler"].config)


def taught(tiny: Components, folder: Path) -> Any:
    """diffusers' own SDXL that has learned `cat` and `mood`, and knows where a text ends."""
    pipeline = stock_pipeline(copy.deepcopy(tiny), "Euler")
    for name, keys in (("cat", ("clip_l", "clip_g")), ("mood", ("text_encoders_0", "text_encoders_1"))):
        state = load_file(folder / f"{name}.safetensors")
        sides = ((pipeline.text_encoder, pipeline.tokenizer), (pipeline.text_encoder_2, pipeline.tokenizer_2))
        for key, (encoder, tokenizer) in zip(keys, sides, strict=True):
            pipeline.load_textual_inversion(state[key], token=f"<{name}>", text_encoder=encoder, tokenizer=tokenizer)
            ends_at(encoder, tokenizer.eos_token_id)
    return pipeline


def ends_at(encoder: Any, end: int) -> None:
    for module in encoder.modules():
        if hasattr(module, "eos_token_id"):
            module.eos_token_id = end


def drawn(pipeline: Any, params: GenerationParams) -> Tensor:
    latents: Tensor = pipeline(
        prompt=params.prompt, negative_prompt=params.negative_prompt or None, width=params.width, height=params.height,
        num_inference_steps=params.num_inference_steps, guidance_scale=params.guidance_scale, output_type="latent",
        generator=[torch.Generator().manual_seed(params.image_seed(1))],
    ).images  # fmt: skip
    return latents


@pytest.mark.parametrize(
    "words",
    [
        {"prompt": "a photo of <cat> in the snow"},
        {"prompt": "<mood> harbour, <cat>", "negative_prompt": "ugly"},
        {"prompt": "a red apple", "negative_prompt": "<mood>"},
    ],
)
def test_sdxl_draws_what_stock_draws_in_company(bench: Bench, tiny: Components, folder: Path, words: Any) -> None:
    job = request("job", **words)
    bench.run(request("plain"), job, request("mixed", prompt="mood and cat"))
    assert difference(bench.latents("job"), drawn(taught(tiny, folder), job.params)) < TOLERANCE
    assert difference(bench.latents("plain"), drawn(stock_pipeline(tiny, "Euler"), request("x").params)) < TOLERANCE


def test_sd15_draws_what_stock_draws(tmp_path: Path, sd15: Components, folder: Path) -> None:
    names = ("unet", "vae", "text_encoder", "tokenizer")
    bench = Bench(tmp_path, {"tiny": copy.deepcopy(sd15)}, embeddings=EmbeddingFolder(folder))
    words = {"prompt": "a photo of <dog>, blue", "negative_prompt": "<dog>"}
    job = request("job", scheduler="DDIM", **words)
    bench.run(job)
    own = copy.deepcopy(sd15)
    none = {"safety_checker": None, "feature_extractor": None, "requires_safety_checker": False}
    scheduler = build("DDIM", own.scheduler_config)
    stock = StableDiffusionPipeline(**{name: getattr(own, name) for name in names}, **none, scheduler=scheduler)
    stock.load_textual_inversion(load_file(folder / "dog.safetensors")["emb_params"], token="<dog>")
    assert difference(bench.latents("job"), drawn(stock, job.params)) < TOLERANCE


def test_a_learned_vector_of_a_known_word_is_that_word(tmp_path: Path, starter: Components) -> None:
    """On the starter: a word that was taught the vectors of "lime" draws lime, to the byte."""
    sides = ((starter.tokenizer, starter.text_encoder), (starter.tokenizer_2, starter.text_encoder_2))
    vectors = [encoder.get_input_embeddings().weight[word(tokenizer, "lime")][None] for tokenizer, encoder in sides]
    save_file(dict(zip(("clip_l", "clip_g"), vectors, strict=True)), tmp_path / "zest.safetensors")
    bench = Bench(tmp_path, {"starter": copy.deepcopy(starter)}, embeddings=EmbeddingFolder(tmp_path))
    bench.run(*(request(name, "starter", prompt=f"a {name} square, flat icon") for name in ("lime", "zest", "zst")))
    assert torch.equal(bench.latents("lime"), bench.latents("zest"))
    assert not torch.equal(bench.latents("lime"), bench.latents("zst"))


def word(tokenizer: Any, text: str) -> int:
    found: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
    assert len(found) == 1, f"“{text}” is more than one token"
    return found[0]


def test_weights_move_it_and_any_case_names_it(bench: Bench) -> None:
    texts = {"plain": "a cat here", "case": "a CAT here", "more": "a (cat:1.3) here", "bare": "a <cat> here"}
    bench.run(*(request(name, prompt=text) for name, text in texts.items()))
    assert torch.equal(bench.latents("plain"), bench.latents("case"))
    assert torch.equal(bench.latents("plain"), bench.latents("bare"))
    assert not torch.equal(bench.latents("plain"), bench.latents("more"))


def test_a_file_that_changes_or_goes_counts_from_the_next_job_on(tmp_path: Path, tiny: Components) -> None:
    def write(seed: int) -> None:
        torch.manual_seed(seed)
        pair = {"clip_l": torch.randn(1, WIDTH), "clip_g": torch.randn(1, WIDTH_2)}
        save_file(pair, tmp_path / "cat.safetensors")

    bench = Bench(tmp_path, {"tiny": copy.deepcopy(tiny)}, embeddings=EmbeddingFolder(tmp_path))
    bench.run(request("word", prompt="a cat"))
    write(1)
    bench.run(request("first", prompt="a cat"))
    write(2)
    bench.run(request("second", prompt="a cat"))
    write(1)
    bench.run(request("again", prompt="a cat"))
    (tmp_path / "cat.safetensors").unlink()
    bench.run(request("gone", prompt="a cat"))
    assert torch.equal(bench.latents("word"), bench.latents("gone"))
    assert torch.equal(bench.latents("first"), bench.latents("again"))
    assert not torch.equal(bench.latents("first"), bench.latents("second"))


def test_one_for_another_encoder_fails_its_own_job_only(bench: Bench) -> None:
    bench.run(request("bad", prompt="a wide cat"), request("good", prompt="a dog"))
    error = bench.error("bad")
    assert isinstance(error, NotSupported)
    assert (error.id, error.facts) == ("error-embedding-family", {"name": "wide", "model": "tiny"})
    assert len(bench.latents("good"))  # `dog` is of SD 1.5: a plain word here


# The folder


def test_headers_say_what_they_are(folder: Path) -> None:
    files = EmbeddingFolder(folder)
    files.refresh()
    assert {name: (file.kind, file.vectors) for name, file in files.files.items()} == {
        "cat": ("sdxl", 1), "mood": ("sdxl", 3), "dog": ("sd15", 2), "wide": ("sdxl", 1),
    }  # fmt: skip
    assert [*files.of("sd15")] == ["dog"]
    assert all(json.dumps(file.to_json()) for file in files.files.values())


@pytest.mark.parametrize(
    "write",
    [
        lambda path: path.write_bytes(b"\x80\x02}q\x00."),
        lambda path: path.write_bytes((2**40).to_bytes(8, "little") + b"{}"),
        lambda path: save_file({"emb_params": torch.zeros(MAX_VECTORS + 1, 8)}, path),
        lambda path: save_file({"emb_params": torch.zeros(0, 8)}, path),
        lambda path: save_file({"emb_params": torch.zeros(2, 2, 2)}, path),
        lambda path: save_file({"clip_l": torch.zeros(1, 8), "clip_g": torch.zeros(2, 8)}, path),
        lambda path: save_file({"clip_l": torch.zeros(1, 8), "more": torch.zeros(1, 8)}, path),
        lambda path: save_file({"emb_params": torch.zeros(())}, path),
    ],
)
def test_what_is_no_embedding_is_a_plain_word(tmp_path: Path, write: Callable[[Path], Any]) -> None:
    write(tmp_path / "bad.safetensors")
    files = EmbeddingFolder(tmp_path)
    files.refresh()
    assert not files.files
    with pytest.raises(ModelError):
        files.describe(tmp_path / "bad.safetensors")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a cat", ["cat"]),
        ("a <Cat>", ["cat"]),
        ("(cat:1.2), MOOD", ["cat", "mood"]),
        ("cats, concat, cat-like, wild-cat", []),
        ("cat cat", ["cat"]),
        ("", []),
    ],
)
def test_whole_words_name_an_embedding(folder: Path, text: str, names: list[str]) -> None:
    files = EmbeddingFolder(folder)
    files.refresh()
    assert [file.name for file in named(text, files.files)] == names


def test_the_longest_name_wins(tmp_path: Path) -> None:
    for name in ("fox", "fox-2"):
        save_file({"emb_params": torch.zeros(1, 8)}, tmp_path / f"{name}.safetensors")
    files = EmbeddingFolder(tmp_path)
    files.refresh()
    assert replaced("a fox-2, <fox>", files.files, lambda file: file.name.upper()) == "a FOX-2, FOX"
