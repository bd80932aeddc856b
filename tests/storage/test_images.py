"""Files: where they are, that nothing leads out of the data directory, and that nothing is left lying about."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from storage.errors import DiskFull
from storage.images import ImageFiles
from storage.models import StoredImage
from tests.storage.making import Clock, picture


@pytest.fixture
def files(tmp_path: Path, clock: Clock) -> ImageFiles:
    return ImageFiles(tmp_path / "data", clock=clock)


def write(files: ImageFiles, path: str, content: bytes = b"pixels") -> Path:
    file = files.root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return file


def drawn(files: ImageFiles, job_id: str = "abcdef", index: int = 2) -> StoredImage:
    image = picture(job_id, index, latents=f"images/ab/{job_id}/{index}.latents.safetensors", scores={"sexual": 0.1})
    write(files, image.path)
    write(files, image.latents, b"latents")
    return image


def test_a_jobs_folder_is_below_the_first_two_of_its_id(files: ImageFiles) -> None:
    assert files.directory("abcdef") == Path("images/ab/abcdef")
    assert files.inputs("abcdef") == Path("inputs/abcdef")


@pytest.mark.parametrize("id", ["", "..", "../etc", "a/b", "a\\b", "A", "a.b", "abc\n", "é", "x" * 17])
def test_what_is_no_job_id_has_no_folder(files: ImageFiles, id: str) -> None:
    for method in (files.directory, files.inputs, files.remove):
        with pytest.raises(ValueError, match="not a job id"):
            method(id)


@pytest.mark.parametrize("path", ["../outside.png", "images/../../outside.png", "/etc/passwd"])
def test_no_path_leads_out_of_the_data_directory(files: ImageFiles, path: str) -> None:
    with pytest.raises(ValueError, match="outside"):
        files.exists(path)
    with pytest.raises(ValueError, match="outside"):
        files.copy(picture("abc").model_copy(update={"path": path}), "def")


def test_a_link_that_leads_out_is_refused(files: ImageFiles, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(b"secret")
    (files.root / "images").mkdir(parents=True)
    (files.root / "images" / "link.png").symlink_to(tmp_path / "secret.png")
    with pytest.raises(ValueError, match="outside"):
        files.exists("images/link.png")


def test_a_picture_is_copied_with_its_latents(files: ImageFiles) -> None:
    image = drawn(files)
    copied = files.copy(image, "xyz")
    assert (copied.job_id, copied.index, copied.seed, copied.scores) == ("xyz", 1, image.seed, image.scores)
    assert (copied.path, copied.latents) == ("images/xy/xyz/1.png", "images/xy/xyz/1.latents.safetensors")
    assert files.absolute(copied.path).read_bytes() == b"pixels"
    assert files.absolute(copied.latents).read_bytes() == b"latents"
    assert files.copy(image, "xyz") == copied


def test_a_copy_outlives_the_original(files: ImageFiles) -> None:
    copied = files.copy(drawn(files), "xyz")
    files.remove("abcdef")
    assert files.exists(copied.path)
    assert not files.exists("images/ab/abcdef/2.png")


def test_a_copy_without_latents(files: ImageFiles) -> None:
    image = drawn(files)
    files.absolute(image.latents).unlink()
    assert files.copy(image, "xyz").latents == ""


def test_removing_a_job_takes_its_inputs_along_and_no_neighbour(files: ImageFiles) -> None:
    drawn(files)
    write(files, "inputs/abcdef/1.png")
    neighbour = write(files, "images/ab/abxxxx/1.png")
    files.remove("abcdef")
    files.remove("abcdef")
    assert not files.absolute("images/ab/abcdef").exists()
    assert not files.absolute("inputs/abcdef").exists()
    assert neighbour.exists()


def test_half_written_files_are_swept_when_they_are_old(files: ImageFiles, clock: Clock) -> None:
    old = write(files, "images/ab/abcdef/1.png.tmp")
    fresh = write(files, "inputs/abcdef/2.png.tmp")
    finished = write(files, "images/ab/abcdef/1.png")
    for file, age in ((old, 3601), (fresh, 3599), (finished, 99999)):
        os.utime(file, (clock.now - age, clock.now - age))
    assert files.sweep() == 1
    assert not old.exists()
    assert fresh.exists()
    assert finished.exists()


def test_sweeping_an_empty_data_directory_is_fine(files: ImageFiles) -> None:
    assert files.sweep() == 0


def test_a_full_disk_is_noticed(files: ImageFiles) -> None:
    files.root.mkdir()
    files.check_space(needed=1)
    with pytest.raises(DiskFull) as full:
        files.check_space(needed=2**60)
    assert full.value.facts["needed"] == 2**40
