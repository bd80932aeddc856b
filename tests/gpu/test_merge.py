"""Merged files hold what they should, say what they are made of, and cost little memory."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from gpu.errors import ModelError
from gpu.loras import describe
from gpu.merge import add_difference, weighted_sum


def checkpoint(path: Path, seed: int, dtype: torch.dtype = torch.float32) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    tensors = {name: torch.randn(4, 6, generator=generator).to(dtype) for name in ("unet.a.weight", "unet.b.weight")}
    tensors["unet.scale"] = torch.tensor(float(seed), dtype=dtype)
    tensors["text.position_ids"] = torch.arange(5) + seed
    save_file(tensors, path, {"title": f"model {seed}"})
    return tensors


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16, torch.float64])
def test_checkpoints(tmp_path: Path, dtype: torch.dtype) -> None:
    paths = [tmp_path / f"{n}.safetensors" for n in range(3)]
    a, b, c = (checkpoint(path, n, dtype) for n, path in enumerate(paths))
    weighted_sum(paths[0], paths[1], 0.25, tmp_path / "sum.safetensors")
    add_difference(*paths, 0.5, tmp_path / "difference.safetensors")
    summed, added = (load_file(tmp_path / f"{name}.safetensors") for name in ("sum", "difference"))
    for name in ("unet.a.weight", "unet.b.weight", "unet.scale"):
        x, y, z = (tensors[name].float() for tensors in (a, b, c))
        assert summed[name].dtype is dtype
        assert torch.equal(summed[name], (x * 0.75 + y * 0.25).to(dtype))
        assert torch.allclose(added[name].float(), x + 0.5 * (y - z), atol=2e-2 if dtype.itemsize == 2 else 1e-5)
    assert torch.equal(summed["text.position_ids"], a["text.position_ids"])


def test_the_ends_of_the_scale_are_the_files_themselves(tmp_path: Path) -> None:
    paths = [tmp_path / f"{n}.safetensors" for n in range(2)]
    tensors = [checkpoint(path, n) for n, path in enumerate(paths)]
    for weight in (0, 1):
        weighted_sum(*paths, weight, tmp_path / "out.safetensors")
        out = load_file(tmp_path / "out.safetensors")
        assert all(torch.equal(out[name], tensors[weight][name]) for name in out if name.startswith("unet"))


def test_the_metadata_says_what_it_is_made_of(tmp_path: Path) -> None:
    paths = [tmp_path / f"{n}.safetensors" for n in range(2)]
    for n, path in enumerate(paths):
        checkpoint(path, n)
    weighted_sum(*paths, 0.25, tmp_path / "out.safetensors")
    with safe_open(tmp_path / "out.safetensors", "pt") as file:
        metadata = file.metadata()
    made = json.loads(metadata["easel.merge"])
    assert made["mode"] == "weighted sum"
    assert [(part["file"], part["weight"]) for part in made["of"]] == [("0.safetensors", 0.75), ("1.safetensors", 0.25)]
    assert all(len(part["sha256"]) == 64 for part in made["of"])
    assert metadata["title"] == "model 0"


def lora(
    path: Path, seed: int, rank: int, style: str, alpha: float | None = None, layers: str = "ab"
) -> dict[str, Tensor]:
    """Write a LoRA; what it adds to each layer."""
    generator = torch.Generator().manual_seed(seed)
    down, up = {"peft": ("lora_A", "lora_B"), "kohya": ("lora_down", "lora_up")}[style]
    tensors, adds = {}, {}
    for layer in layers:
        first, second = torch.randn(rank, 6, generator=generator), torch.randn(4, rank, generator=generator)
        tensors |= {f"unet.{layer}.{down}.weight": first, f"unet.{layer}.{up}.weight": second}
        if alpha is not None:
            tensors[f"unet.{layer}.alpha"] = torch.tensor(alpha)
        adds[layer] = second @ first * (1 if alpha is None else alpha / rank)
    save_file(tensors, path)
    return adds


@pytest.mark.parametrize(("style", "alpha"), [("peft", None), ("kohya", 1.0)])
def test_loras_add_up_exactly(tmp_path: Path, style: str, alpha: float | None) -> None:
    paths = [tmp_path / f"{n}.safetensors" for n in range(3)]
    a = lora(paths[0], 0, 2, style, alpha)
    b = lora(paths[1], 1, 3, style, alpha, "b")
    c = lora(paths[2], 2, 1, style, alpha)
    add_difference(*paths, 0.5, tmp_path / "out.safetensors")
    out = load_file(tmp_path / "out.safetensors")
    down, up = ("lora_A", "lora_B") if style == "peft" else ("lora_down", "lora_up")
    for layer in "ab":
        added = out[f"unet.{layer}.{up}.weight"] @ out[f"unet.{layer}.{down}.weight"]
        assert torch.allclose(added, a[layer] + 0.5 * (b.get(layer, 0) - c[layer]), atol=1e-5)
    assert describe(tmp_path / "out.safetensors").rank == 6


def test_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    checkpoint(tmp_path / "a.safetensors", 0)
    save_file({"unet.a.weight": torch.zeros(4, 7)}, tmp_path / "b.safetensors")
    lora(tmp_path / "c.safetensors", 0, 2, "peft")
    for other, code in (("b", "error-merge-different"), ("c", "error-merge-mixed")):
        with pytest.raises(ModelError, match=code):
            weighted_sum(tmp_path / "a.safetensors", tmp_path / f"{other}.safetensors", 0.5, tmp_path / "out")
    assert not list(tmp_path.glob("out*"))


def test_memory_is_that_of_a_tensor(tmp_path: Path) -> None:
    paths = [tmp_path / f"{n}.safetensors" for n in range(2)]
    for path in paths:
        save_file({f"layer{n}": torch.ones(256, 1024) for n in range(24)}, path)
    tracemalloc.start()
    weighted_sum(*paths, 0.5, tmp_path / "out.safetensors")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert paths[0].stat().st_size > 24 * 2**20
    assert peak < 8 * 2**20
