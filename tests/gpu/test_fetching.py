"""Nets that are not on this disk yet: fetched from a hub over real sockets while other jobs go on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import huggingface_hub.constants
import pytest
import torch

from bot.text import sentence_of
from gpu.backend import Failed
from gpu.errors import EaselError
from gpu.families.base import Components
from gpu.fetching import Fetcher
from gpu.hub import HubCache
from gpu.types import ControlMakers, GenerationRequest, NetSpec, Task
from tests.gpu.bench import Bench, request
from tests.gpu.hubserver import HubServer
from tests.gpu.pictures import controlled, photo
from tests.gpu.tiny import write_control_net
from tests.gpu.tinycontrol import tiny_depth

REVISION = "0123456789abcdef0123456789abcdef01234567"
NET = NetSpec(source="org/canny", revision=REVISION)
Told = list[tuple[str, int, int]]


@pytest.fixture(scope="module")
def repositories(tmp_path_factory: pytest.TempPathFactory, tiny: Components) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("repositories")
    return {"org/canny": write_control_net(tiny.unet, folder / "canny"), "org/depth": tiny_depth(folder / "depth")}


@pytest.fixture
def server(repositories: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    server = HubServer(dict(repositories), REVISION)
    yield server
    server.flowing.set()
    server.close()


@pytest.fixture
def told() -> Told:
    return []


@pytest.fixture
def open_bench(tmp_path: Path, tiny: Components, server: HubServer, told: Told) -> Callable[[NetSpec], Bench]:
    """An engine whose tiny model follows outlines by a net of the hub; depth comes from there, too."""

    def open(net: NetSpec = NET) -> Bench:
        hub = HubCache(tmp_path / "hub", offline=False, endpoint=server.endpoint)
        fetcher = Fetcher(hub, lambda *progress: told.append(progress))
        makers = ControlMakers(depth=NetSpec(source="org/depth", revision=REVISION))
        bench = Bench(tmp_path, {"tiny": tiny}, fetcher=fetcher, control=makers)
        specs = bench.engine._specs
        specs["tiny"] = specs["tiny"].model_copy(update={"controlnets": {"canny": net}})  # type: ignore[index]
        return bench

    return open


@pytest.fixture
def bench(open_bench: Callable[[], Bench]) -> Bench:
    return open_bench()


def follower(bench: Bench, job_id: str = "a") -> GenerationRequest:
    return controlled(bench, request(job_id, control="canny:ready"), photo())


def failure(bench: Bench, job_id: str) -> EaselError:
    last = bench.last(job_id)
    assert isinstance(last, Failed)
    return last.error


def test_others_draw_with_the_same_model_while_its_net_arrives(
    bench: Bench, server: HubServer, told: Told, repositories: dict[str, Path], tmp_path: Path, tiny: Components
) -> None:
    server.flowing.clear()
    bench.engine.admit(follower(bench))
    bench.engine.admit(request("other"))
    slowest = 0.0
    while not any(event.job_id == "other" and not hasattr(event, "step") for event in bench.events):
        started = time.monotonic()
        bench.tick()
        slowest = max(slowest, time.monotonic() - started)
    assert slowest < 10  # the hub waits for 30 s
    assert bench.result("other").images
    assert not any(event.job_id == "a" for event in bench.events)
    server.flowing.set()
    bench.run()
    assert {name for name, *_ in told} == {NET.name}
    assert (told[0][1], told[-1][1]) == (0, told[-1][2])
    assert told[-1][2] == sum(path.stat().st_size for path in repositories["org/canny"].iterdir())
    local = Bench(tmp_path / "local", {"tiny": tiny})
    here = {"canny": NetSpec(source=str(repositories["org/canny"]))}
    specs = local.engine._specs
    specs["tiny"] = specs["tiny"].model_copy(update={"controlnets": here})  # type: ignore[index]
    local.run(follower(local))
    assert torch.equal(bench.latents("a"), local.latents("a"))


def test_what_makes_control_images_arrives_the_same_way_and_no_net_with_it(
    bench: Bench, server: HubServer, told: Told
) -> None:
    bench.run(controlled(bench, request("a", task=Task.CONTROL, control="depth"), photo()))
    assert bench.result("a").images
    assert {name for name, *_ in told} == {f"org/depth:{REVISION}"}
    assert "preprocessor_config.json" in {path.rpartition("/")[2] for path in server.asked}
    server.close()
    bench.run(controlled(bench, request("b", task=Task.CONTROL, control="depth"), photo()))
    assert bench.png("b")


def test_an_interrupted_download_goes_on(bench: Bench, server: HubServer, tmp_path: Path) -> None:
    bench.engine._fetcher._hub.fetch(NET, lambda done, total: None)
    (weights,) = tmp_path.glob("hub/models--org--canny/snapshots/*/*.safetensors")
    weights.unlink()
    server.asked.clear()
    bench.run(follower(bench))
    assert bench.result("a").images
    assert [path for path in server.asked if "/resolve/" in path and "config" in path] == []


def test_without_network_the_job_ends_alone_and_may_be_tried_again(bench: Bench, server: HubServer) -> None:
    server.refuses["org/canny"] = "down"
    bench.run(follower(bench), request("other"))
    assert "503" in sentence_of(failure(bench, "a"))
    assert bench.result("other").images
    server.refuses.clear()
    bench.run(follower(bench, "b"))
    assert bench.result("b").images
    server.close()
    bench.run(controlled(bench, request("c", task=Task.CONTROL, control="depth"), photo()))
    assert "cannot be reached" in sentence_of(failure(bench, "c"))


def test_what_must_not_or_cannot_be_fetched_is_said(
    open_bench: Callable[..., Bench], server: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pickles = tmp_path / "pickles"
    pickles.mkdir()
    (pickles / "diffusion_pytorch_model.bin").write_bytes(b"a pickle")
    server.repositories |= {"org/pickles": pickles}
    bench = open_bench(NetSpec(source="org/pickles", revision=REVISION))
    bench.run(follower(bench))
    assert "diffusion_pytorch_model.bin" in sentence_of(failure(bench, "a"))
    assert failure(bench, "a").id == "error-model-pickle"
    (pickles / "diffusion_pytorch_model.bin").rename(pickles / "diffusion_pytorch_model.safetensors")
    bench.run(follower(bench, "b"))
    assert failure(bench, "b").facts["part"] == "config.json"
    monkeypatch.setattr(HubCache, "free", lambda self: 10)
    full = open_bench()
    full.run(follower(full, "c"))
    assert failure(full, "c").id == "error-model-disk"
    assert not [path for path in server.asked if "/resolve/" in path]
