"""How long the prompt parser takes: p50 and p99 for lines of 2,000 characters, and the slowest hostile line.

    python benchmarks/parser.py
"""

# ruff: noqa: E402 - the project comes first

from __future__ import annotations

import contextlib
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parent.parent)  # the project instead of this folder

from bot.errors import PromptError
from bot.prompt.parser import LIMIT, parse
from bot.prompt.styles import bundled_styles

STYLES = bundled_styles().names
PROSE = (
    "portrait of an old fisherman, weathered face, soft rim light — 35mm film, state-of-the-art detail, "
    '"open sea", 1920–1930 poster, snow-covered mountains, (masterpiece:1.2), a red fox and a blue hen in the rain'
)
FLAGS = "--ar 16:9|--steps 20|—no text, watermark|--sampler dpm++ 2m karras|--style oil painting|—q 2|--seed 7"
UNITS = ["-", "--", "- ", '"', ' "', "\\", "--a", " --a", " —ar", " —setps", "--no ", " -ar 3:2", " --style oil", "::"]


def line(rng: random.Random, length: int) -> str:
    """Words with flags, each at most once, scattered among them."""
    words = rng.choices(PROSE.split(), k=length // 5)
    for flag in FLAGS.split("|"):
        words.insert(rng.randrange(len(words)), flag)
    return " ".join(words)[:length]


def seconds(text: str) -> float:
    """CPU time of one line, read or refused."""
    begun = time.process_time()
    with contextlib.suppress(PromptError):
        parse(text, models=("starter", "sdxl"), styles=STYLES)
    return time.process_time() - begun


def percentiles(make: Callable[[], str], count: int) -> tuple[float, float]:
    """p50 and p99 in milliseconds."""
    times = sorted(seconds(make()) for _ in range(count))
    return times[count // 2] * 1000, times[count * 99 // 100] * 1000


if __name__ == "__main__":
    rng = random.Random(1)
    for length in (100, 500, 2000, LIMIT):
        p50, p99 = percentiles(lambda length=length: line(rng, length), 2000)  # type: ignore[misc]
        print(f"{length:5} characters: p50 {p50:.3f} ms, p99 {p99:.3f} ms")
    slowest = max((seconds((unit * LIMIT)[:LIMIT]), unit) for unit in UNITS)
    print(f"slowest hostile line of {LIMIT} characters: {slowest[0] * 1000:.1f} ms, of {slowest[1]!r}")
