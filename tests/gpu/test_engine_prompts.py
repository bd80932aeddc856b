"""Prompts become the stock pipeline's embeddings; what is longer than the encoders take is not cut off."""

from __future__ import annotations

import pytest
import torch

from gpu.conditioning import PromptEncoder
from gpu.families.base import Components
from gpu.families.sdxl import SDXL
from gpu.params import GenerationParams
from gpu.types import ModelSpec
from tests.gpu.bench import stock_pipeline

CPU = torch.device("cpu")
LONG = "a very detailed picture of an animal in the forest, " * 9


def encoder(components: Components, cached: int = 8) -> PromptEncoder:
    first = (components.tokenizer, components.text_encoder)
    return PromptEncoder([first, (components.tokenizer_2, components.text_encoder_2)], CPU, cached)


@pytest.fixture(params=["starter", "tiny"])
def components(request: pytest.FixtureRequest) -> Components:
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("negative", ["", "rain, fog"])
@pytest.mark.parametrize("text", ["a red apple", "", "C++, (a fox)1.3 [x] dog-- ((cat))++ .and()", "狐狸 🦊"])
def test_short_prompts_equal_stock_exactly(components: Components, text: str, negative: str) -> None:
    """Also where compel would read weights: only the caller says what is a weight."""
    stock = stock_pipeline(components, "Euler")
    theirs = stock.encode_prompt(text, device=CPU, negative_prompt=negative or None, do_classifier_free_guidance=True)
    zeros = components.force_zeros_for_empty_prompt
    wanted, unwanted = encoder(components).encode_pair(text, negative, zeros_if_empty=zeros)
    for ours, stocks in zip((wanted.tokens, unwanted.tokens, wanted.pooled, unwanted.pooled), theirs, strict=True):
        assert torch.equal(ours, stocks)


def test_no_word_of_a_long_prompt_is_lost(components: Components) -> None:
    prompts = encoder(components)
    one = components.tokenizer.model_max_length
    dawn, dusk = (prompts.encode(LONG + end).tokens for end in ("dawn", "dusk"))
    assert dawn.shape == dusk.shape
    assert dawn.shape[1] > one
    assert dawn.shape[1] % one == 0
    assert torch.equal(dawn[:, :one], dusk[:, :one])
    assert not torch.equal(dawn[:, -one:], dusk[:, -one:])


def test_both_sides_of_guidance_are_of_one_length(components: Components) -> None:
    prompts = encoder(components)
    for positive, negative in (("a fox", LONG), (LONG, "a fox")):
        wanted, unwanted = prompts.encode_pair(positive, negative, zeros_if_empty=False)
        assert wanted.tokens.shape == unwanted.tokens.shape
        one = components.tokenizer.model_max_length
        short = wanted if positive == "a fox" else unwanted
        assert torch.equal(short.tokens[:, one : 2 * one], prompts.encode("").tokens)


def test_prompts_are_encoded_once(starter: Components) -> None:
    prompts = encoder(starter, cached=2)
    for text in ("a", "b", "a", "b", "a"):
        prompts.encode(text)
    assert prompts.encoded == 2
    prompts.encode("c")
    prompts.encode("a")
    prompts.encode("b")  # forgotten: the longest unused of the cached two
    assert prompts.encoded == 4


def test_time_ids_are_the_size(tiny: Components) -> None:
    family = SDXL(ModelSpec(name="tiny", family="sdxl", source=""), tiny)
    params = GenerationParams(width=96, height=64, num_images=2, guidance_scale=5.0)
    conditioning = family.conditioning(params)
    assert conditioning["time_ids"].tolist() == [[64, 96, 0, 0, 64, 96]] * 4
    assert {len(rows) for rows in conditioning.values()} == {4}
    assert len(family.conditioning(params.model_copy(update={"guidance_scale": 1.0}))["text_embeds"]) == 2
