"""A first download over real sockets: exactly the files that are needed, its progress, and every way it can fail."""

from __future__ import annotations

import dataclasses
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import huggingface_hub.constants
import numpy as np
import pytest
from safetensors.numpy import save_file

from bot.text import sentence_of
from gpu.errors import ModelError
from gpu.hub import HubCache, size
from gpu.types import LoraSpec, ModelSpec
from tests.gpu.hubserver import HubServer

REVISION = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The starter as a repository with things that nobody needs."""
    starter = Path(__file__).parents[2] / "gpu" / "starter"
    folder = Path(shutil.copytree(starter, tmp_path / "repository"))
    (folder / "unet" / "diffusion_pytorch_model.bin").write_bytes(b"a pickle" * 1000)
    (folder / "model_index.json").write_text('{"_class_name": "StableDiffusionXLPipeline"}')
    return folder


@pytest.fixture
def server(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    server = HubServer({"org/model": repository}, REVISION)
    yield server
    server.close()


@pytest.fixture
def hub(server: HubServer, tmp_path: Path) -> HubCache:
    return HubCache(tmp_path / "hub", offline=False, endpoint=server.endpoint)


def spec(source: str = "org/model", **settings: object) -> ModelSpec:
    return ModelSpec.model_validate(
        {"name": "model", "family": "sdxl", "source": source, "revision": REVISION, "licence": "MIT"} | settings
    )


def ignore(done: int, total: int) -> None:
    pass


def refused(code: str, hub: HubCache, model: ModelSpec) -> str:
    """The same sentence comes from looking (doctor) and from loading (start)."""
    sentences = set()
    for step in (hub.look, lambda model: hub.model(model, ignore)):
        with pytest.raises(ModelError) as caught:
            step(model)
        assert caught.value.id == code
        sentences.add(sentence_of(caught.value))
    (sentence,) = sentences
    assert sentence != code
    return sentence


def test_download_takes_what_is_needed_and_then_needs_no_network(
    hub: HubCache, server: HubServer, repository: Path, caplog: pytest.LogCaptureFixture
) -> None:
    before = hub.look(spec())
    seen: list[tuple[int, int]] = []
    with caplog.at_level("INFO", "gpu.hub"):
        files = hub.model(spec(), lambda done, total: seen.append((done, total)))
    assert before.missing == before.size == seen[0][1]
    assert (seen[0][0], seen[-1][0]) == (0, before.size)
    assert len(seen) > 5
    assert "org/model" in caplog.text
    assert "MIT" in caplog.text
    assert files.root == hub.folder / "models--org--model" / "snapshots" / REVISION
    downloaded = {path.relative_to(files.root).as_posix() for path in files.root.rglob("*") if path.is_file()}
    assert "unet/diffusion_pytorch_model.safetensors" in downloaded
    assert not downloaded & {"unet/diffusion_pytorch_model.bin", "sheet.png", "README.md"}
    server.close()
    offline = dataclasses.replace(hub, offline=True)
    assert offline.model(spec(), ignore) == files
    assert offline.look(spec()).missing == 0


def test_interrupted_download_goes_on(hub: HubCache, server: HubServer) -> None:
    root = hub.model(spec(), ignore).root
    (root / "text_encoder" / "model.safetensors").unlink()
    server.asked.clear()
    hub.model(spec(), ignore)
    assert {path.rpartition("/")[2] for path in server.asked if "/resolve/" in path} == {"model.safetensors"}


def test_without_revision_the_main_branch_is_taken(hub: HubCache, server: HubServer) -> None:
    assert hub.model(spec(revision=""), ignore).root.name == REVISION
    server.close()
    assert hub.model(spec(revision=""), ignore).root.name == REVISION


def test_lora_repository(hub: HubCache, server: HubServer, repository: Path, tmp_path: Path) -> None:

    folder = tmp_path / "lora"
    folder.mkdir()
    save_file({"unet.x.lora_A.weight": np.ones((2, 4), np.float32)}, folder / "w.safetensors")
    server.repositories["org/lora"] = folder
    lora = LoraSpec(source="org/lora", revision=REVISION, weight_name="w.safetensors")
    model = spec(str(repository), loras=(lora,))
    assert hub.look(model).missing == (folder / "w.safetensors").stat().st_size
    assert hub.lora(lora, ignore).read_bytes() == (folder / "w.safetensors").read_bytes()
    with pytest.raises(ModelError, match="error-model-part"):
        hub.lora(lora.model_copy(update={"weight_name": "other.safetensors"}), ignore)


def test_missing_repository(hub: HubCache) -> None:
    assert "org/typo" in refused("error-model-repo", hub, spec("org/typo"))


def test_wrong_revision(hub: HubCache) -> None:
    assert "f" * 40 in refused("error-model-revision", hub, spec(revision="f" * 40))


def test_gated_repository(hub: HubCache, server: HubServer) -> None:
    server.refuses["org/model"] = "gated"
    with pytest.raises(ModelError) as caught:
        hub.model(spec(), ignore)
    assert "HF_TOKEN" in sentence_of(caught.value)


def test_hub_is_down(hub: HubCache, server: HubServer) -> None:
    server.close()
    assert "cannot be reached" in refused("error-model-offline", hub, spec())


def test_repository_of_pickles(hub: HubCache, repository: Path) -> None:
    (repository / "unet" / "diffusion_pytorch_model.safetensors").unlink()
    assert "diffusion_pytorch_model.bin" in refused("error-model-pickle", hub, spec())


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of one megabyte."""
    mount = tmp_path / "disk"
    mount.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", mount], capture_output=True).returncode:
        pytest.skip("may not mount a small disk here")
    yield mount
    subprocess.run(["umount", mount], check=True)


def test_full_disk_is_found_before_the_download(hub: HubCache, server: HubServer, small_disk: Path) -> None:
    hub = dataclasses.replace(hub, folder=small_disk / "hub")
    with pytest.raises(ModelError) as caught:
        hub.model(spec(), ignore)
    sentence = sentence_of(caught.value)
    assert "35.0 MB" in sentence
    assert "1.0 MB" in sentence
    assert not [path for path in server.asked if "/resolve/" in path]


@pytest.mark.filterwarnings("ignore:Not enough free disk space")
def test_disk_that_fills_up_during_the_download(
    hub: HubCache, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = dataclasses.replace(hub, folder=small_disk / "hub")
    monkeypatch.setattr(HubCache, "free", lambda self: 10**12)  # another program takes the room in the meantime
    with pytest.raises(ModelError, match="error-model-disk-full") as caught:
        hub.model(spec(), ignore)
    assert "goes on where it stopped" in sentence_of(caught.value)


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (35_031_010, "35.0 MB"), (6_938_040_714, "6.9 GB"), (10**14, "100 TB")],
)
def test_sizes_read_well(count: int, text: str) -> None:
    assert size(count) == text
