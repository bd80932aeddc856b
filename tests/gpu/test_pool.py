"""Models come when they are asked for and go when there is no room; downloads hold nobody up."""

from __future__ import annotations

import dataclasses
import gc
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gpu.errors import ModelError
from gpu.families.base import Components
from gpu.fetching import Fetcher
from gpu.hub import HubCache
from gpu.pool import footprint
from gpu.sources import ModelFiles
from gpu.types import ModelSpec, NetSpec
from tests.gpu.bench import Bench, request


def test_the_model_unused_for_longest_makes_room(tmp_path: Path, tiny: Components) -> None:
    size = footprint(tiny)
    assert size == sum(
        p.numel() * p.element_size()
        for part in ("unet", "vae", "text_encoder", "text_encoder_2")
        for p in (*getattr(tiny, part).parameters(), *getattr(tiny, part).buffers())
    )
    loads: list[str] = []
    models = {name: dataclasses.replace(tiny) for name in ("one", "two", "three")}
    bench = Bench(tmp_path, models, memory_gb=2.5 * size / 1e9, on_loading=lambda model, done, total: None)
    load = bench.engine._families._load
    bench.engine._families._load = lambda model: (loads.append(model), load(model))[1]  # type: ignore[func-returns-value]
    for n, model in enumerate(("one", "two", "one", "three", "one", "two")):
        bench.run(request(f"{n}", model))
        assert bench.engine._families.size <= 2.5 * size
    assert loads == ["one", "two", "three", "two"]  # two was unused for longest when three came, then three
    assert bench.engine.unet_calls == 6 * 4


def test_a_model_that_left_is_freed(tmp_path: Path, tiny: Components) -> None:
    bench = Bench(tmp_path, {"one": dataclasses.replace(tiny), "two": dataclasses.replace(tiny)}, memory_gb=1e-9)
    bench.run(request("a", "one"))
    gone = weakref.ref(bench.engine._families["one"])
    bench.run(request("b", "two"))
    gc.collect()
    assert gone() is None
    assert [*bench.engine._families] == ["two"]


def test_a_model_that_is_drawing_stays_and_the_next_waits_its_turn(tmp_path: Path, tiny: Components) -> None:
    models = {name: dataclasses.replace(tiny) for name in ("one", "two")}
    bench = Bench(tmp_path, models, memory_gb=1.5 * footprint(tiny) / 1e9)
    bench.engine._families._expect = lambda model: footprint(tiny)
    bench.run(request("a", "one"), request("b", "two"), request("c", "one"))
    assert bench.engine.unet_calls == 12
    ended = [event.job_id for event in bench.events if type(event).__name__ == "GenerationResult"]
    assert ended == ["a", "b", "c"]  # c did not overtake b, which would have waited for ever in a crowd


class Slow(Fetcher):
    """A hub whose downloads take as long as the test says."""

    def __init__(self, told: list[tuple[str, int, int]], error: Exception | None = None) -> None:
        self.arrived = threading.Event()
        self.error = error
        hub = HubCache(Path("/nonexistent"), offline=True)
        super().__init__(hub, lambda *progress: told.append(progress))

    def _missing(self, spec: ModelSpec | NetSpec) -> bool:
        return spec.name == "far"

    def _fetch(self, spec: ModelSpec | NetSpec) -> None:
        self._on_loading(spec.name, 1, 2)
        self.arrived.wait(10)
        if self.error:
            self._failed[spec.name] = self.error


@pytest.fixture
def far(tmp_path: Path, tiny: Components) -> Iterator[tuple[Bench, Slow, list[tuple[str, int, int]]]]:
    told: list[tuple[str, int, int]] = []
    fetcher = Slow(told)
    bench = Bench(tmp_path, {"far": dataclasses.replace(tiny), "tiny": tiny}, fetcher=fetcher)
    yield bench, fetcher, told
    fetcher.arrived.set()


def test_a_download_holds_nobody_up(far: tuple[Bench, Slow, list[tuple[str, int, int]]]) -> None:
    bench, fetcher, told = far
    bench.engine.admit(request("far", "far"))
    bench.engine.admit(request("near", "tiny"))
    for _ in range(8):
        bench.tick()
    assert bench.result("near").images
    assert not bench.engine.idle
    assert told == [("far", 1, 2)]
    fetcher.arrived.set()
    bench.run()
    assert bench.result("far").images


def test_a_download_that_failed_ends_its_job_and_may_be_tried_again(
    far: tuple[Bench, Slow, list[tuple[str, int, int]]],
) -> None:
    bench, fetcher, _ = far
    fetcher.error = ModelError("error-model-offline", source="far", revision="main")
    fetcher.arrived.set()
    bench.run(request("a", "far"))
    assert bench.error("a").id == "error-model-offline"  # type: ignore[attr-defined]
    fetcher.error = None
    bench.run(request("b", "far"))
    assert bench.result("b").images


def test_a_job_that_waits_for_a_download_can_be_cancelled(
    far: tuple[Bench, Slow, list[tuple[str, int, int]]],
) -> None:
    bench, _, _ = far
    bench.engine.admit(request("a", "far"))
    bench.tick()
    bench.engine.cancel("a")
    bench.run()
    assert bench.error("a").id == "error-cancelled"  # type: ignore[attr-defined]


def test_the_real_fetcher_asks_the_hub_for_what_is_missing_only(tmp_path: Path) -> None:
    asked: list[str] = []

    class Hub(HubCache):
        def model(self, spec: ModelSpec, on_progress: Any) -> ModelFiles:
            asked.append(spec.source)
            raise ModelError("error-model-offline", source=spec.source, revision="main")

    fetcher = Fetcher(Hub(tmp_path, offline=True), lambda *progress: None)
    near = ModelSpec(name="near", family="sdxl", source=str(Path(__file__).parents[2] / "gpu" / "starter"))
    assert fetcher.ready(near)
    assert fetcher.size(near) > 10**6
    distant = ModelSpec(name="far", family="sdxl", source="org/far")
    assert not fetcher.ready(distant)
    fetcher._running["far"].join(5)
    with pytest.raises(ModelError):
        fetcher.ready(distant)
    assert asked == ["org/far"]
