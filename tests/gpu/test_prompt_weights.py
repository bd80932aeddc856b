"""Weights in a prompt reach the embeddings, and through them the picture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from gpu.conditioning import PromptEncoder
from tests.gpu.bench import Bench, difference, request
from tests.gpu.test_engine_prompts import LONG, encoder


@pytest.fixture(params=["starter", "tiny"])
def prompts(request: pytest.FixtureRequest) -> PromptEncoder:
    return encoder(request.getfixturevalue(request.param), cached=64)


@pytest.mark.parametrize(
    ("weighted", "plain"),
    [
        ("a (red:1) fox", "a red fox"),
        ("a (red:1.0) (fox:1)", "a red fox"),
        ("a red fox::3", "a red fox"),
        ("a red fox | a red fox", "a red fox"),
        ("a red fox::1 a dog::0", "a red fox"),
        (r"a fox \(smiling\)", "a fox (smiling)"),
    ],
)
def test_weights_of_one_change_nothing(prompts: PromptEncoder, weighted: str, plain: str) -> None:
    ours, theirs = prompts.encode(weighted), prompts.encode(plain)
    assert torch.equal(ours.tokens, theirs.tokens)
    assert torch.equal(ours.pooled, theirs.pooled)


def test_a_mixture_is_the_weighted_mean(prompts: PromptEncoder) -> None:
    cat, dog, long = (prompts.encode(text) for text in ("cat", "dog", LONG))
    for line, a, b in (("cat::3 dog", 0.75, 0.25), ("cat::2 dog::-.5", 2 / 1.5, -0.5 / 1.5)):
        mixed = prompts.encode(line)
        assert torch.allclose(mixed.tokens, a * cat.tokens + b * dog.tokens, atol=1e-5)
        assert torch.allclose(mixed.pooled, a * cat.pooled + b * dog.pooled, atol=1e-5)
    assert prompts.encode(f"cat | {LONG}").tokens.shape == long.tokens.shape


def test_break_lays_chunks_end_to_end(prompts: PromptEncoder) -> None:
    ends = [prompts.encode(text).tokens for text in ("a cat", "a (dog:1.5)")]
    assert torch.equal(prompts.encode("a cat BREAK a (dog:1.5)").tokens, torch.cat(ends, dim=1))


def test_emphasis_moves_along_the_word(prompts: PromptEncoder) -> None:
    """Twice the weight is twice as far from the empty text; the less of it, the farther from plain."""
    plain, empty = prompts.encode("a red fox").tokens, prompts.encode("").tokens
    strong = prompts.encode("a (red:2) fox").tokens
    moved = (strong - plain).abs().amax(dim=(0, 2)).nonzero().flatten().tolist()
    assert len(moved) == 1
    assert torch.allclose(strong[:, moved] - empty[:, moved], 2 * (plain - empty)[:, moved], atol=1e-4)
    away = [float((prompts.encode(f"a (red:{w}) fox").tokens - plain).norm()) for w in (0, 0.3, 0.6, 1)]
    assert away == sorted(away, reverse=True)
    assert away[-1] == 0


@pytest.mark.parametrize("text", ["( :0.5) a", "(\u200b:0.2)", "(🦊:0.5)狐(狸:1.5)", "(" + LONG + ":0.7) end", "a::-3"])
def test_odd_texts_are_encoded(prompts: PromptEncoder, text: str) -> None:
    assert prompts.encode(text).tokens.isfinite().all()


def test_no_word_of_a_long_weighted_prompt_is_lost(prompts: PromptEncoder) -> None:
    dawn, dusk = (prompts.encode(f"{LONG} (at {end}:1.4)").tokens for end in ("dawn", "dusk"))
    assert dawn.shape == dusk.shape
    assert not torch.equal(dawn, dusk)


def test_a_weighted_job_leaves_its_company_as_it_was(make_bench: Callable[..., Bench]) -> None:
    alone, mixed = make_bench(), make_bench()
    alone.run(request("a", "starter"))
    mixed.run(request("a", "starter"), request("b", "starter", prompt="a (red:1.6) apple"))
    assert difference(mixed.latents("a"), alone.latents("a")) < 1e-5


def test_a_heavier_colour_shows_more_of_it(make_bench: Callable[..., Bench]) -> None:
    """The background of the starter's pictures follows the colour word."""
    bench = make_bench()
    lines = {weight: f"an apple on a red background, (blue background:{weight})" for weight in (0.3, 1, 1.5)}
    bench.run(
        *(request(f"w{w}", "starter", prompt=line, num_inference_steps=6, num_images=2) for w, line in lines.items())
    )
    blue = [blueness(bench, f"w{weight}") for weight in lines]
    assert blue[0] < blue[1] < blue[2], blue


def test_a_mixture_of_colours_follows_its_weights(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench()
    for share in (2, 8):
        line = f"an apple on a blue background::{share} an apple on a red background::{10 - share}"
        bench.run(request(f"s{share}", "starter", prompt=line, num_inference_steps=6, num_images=2))
    blue = [blueness(bench, f"s{share}") for share in (2, 8)]
    assert blue[0] < blue[1], blue


def blueness(bench: Bench, job: str) -> float:
    """Mean blue minus mean red of a job's pictures, −255 … 255."""
    paths: list[Path] = [bench.folder / image.path for image in bench.result(job).images]
    pixels = np.stack([np.asarray(Image.open(path).convert("RGB"), dtype=float) for path in paths])
    return float(pixels[..., 2].mean() - pixels[..., 0].mean())
