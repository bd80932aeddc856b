"""The static gallery: who is on it and who never, hostile prompts, and a folder that is replaced as a whole."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image

from bot.album.export import Choice, export
from bot.album.folder import LIST
from bot.album.pages import Words
from bot.config import Config
from bot.errors import Refusal
from bot.requester import Requester
from bot.runtime import Runtime
from gpu.types import SafetyPolicy
from storage.models import Job, JobState
from tests.bot.conftest import Recorder
from tests.bot.test_cli import config as cli_config
from tests.bot.test_cli import easel, objects
from tests.bot.test_guard import MOD, set_score

__all__ = ["cli_config"]

WORDS = Words("Ours & <yours>", "en")
HOSTILE = """"><script>alert(1)</script><img src=x onerror=alert(2)> $line ${style} </p></figure>
&amp; &lt;b&gt; ' onload='x javascript:alert(3) \u202egnp.evil <!-- --> ]]> {{7*7}}"""
HERE = Choice(guild_id=10)
Make = Callable[..., Awaitable[Job]]


class Page(HTMLParser):
    """What a browser would see: tags with their attributes, and the text of each line."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.lines: list[str] = []
        self._in_line = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._in_line = dict(attrs).get("class") == "line"
        self.lines += [""] if self._in_line else []

    def handle_endtag(self, tag: str) -> None:
        self._in_line = self._in_line and tag != "p"

    def handle_data(self, data: str) -> None:
        if self._in_line:
            self.lines[-1] += data

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture
def make(runtime: Runtime, recorder: Recorder, alice: Requester) -> Make:
    async def make(line: str = "a red fox --n 1 --steps 2", who: Requester = alice, score: float = 0.0) -> Job:
        job = await runtime.studio.imagine(who, line)
        await recorder.until(job.id, JobState.DONE)
        await set_score(runtime, job.id, score)
        return await runtime.studio.job(job.id)

    return make


async def exported(config: Config, out: Path, choice: Choice = HERE) -> set[str]:
    """The jobs that are on the pages."""
    await export(config, out, choice, WORDS)
    files = _all_of(out)
    pages = "".join(path.read_text() for path in files if path.suffix == ".html")
    names = {path.stem.partition("-")[0] for path in files if path.parent.name == "pictures"}
    assert all(name in pages for name in names)
    return names


def _all_of(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*"))


async def test_a_page_has_the_pictures_with_thumbnails_and_parameters(
    config: Config, tmp_path: Path, make: Make
) -> None:
    job = await make("a red fox --ar 3:2 --n 2 --seed 7 --steps 2")
    found = await export(config, tmp_path / "out", HERE, WORDS)
    assert found == {"pictures": 2, "pages": 1, "left_out": 0, "index": str(tmp_path / "out" / "index.html")}
    html = (tmp_path / "out" / "index.html").read_text()
    page = Page(html)
    assert [image["loading"] for image in page.of("img")] == ["lazy", "lazy"]
    assert page.lines == [job.text] * 2
    for fact in ("<dd>7</dd>", "<dd>8</dd>", "<dd>starter</dd>", f"<dd>{job.id}</dd>", "MIT (training pictures"):
        assert fact in html
    for attributes in page.of("img"):
        with Image.open(tmp_path / "out" / str(attributes["src"])) as thumbnail:
            assert thumbnail.format == "WEBP"
            assert thumbnail.width / thumbnail.height == pytest.approx(3 / 2, abs=0.1)
            assert not thumbnail.getexif()
    links = [str(a["href"]) for a in page.of("a")]
    assert all((tmp_path / "out" / link).is_file() for link in links)
    assert "Ours &amp; &lt;yours&gt;" in html


async def test_a_hostile_line_is_text(runtime: Runtime, config: Config, tmp_path: Path, make: Make) -> None:
    job = await make("a fox --n 1 --steps 2")
    await make("a cat --n 1 --steps 2")
    await runtime.jobs._db.run("UPDATE jobs SET text = ? WHERE id = ?", (HOSTILE, job.id))
    await export(config, tmp_path / "out", HERE, Words(HOSTILE, "en"))
    page = Page((tmp_path / "out" / "index.html").read_text())
    assert " ".join(page.lines[1].split()) == " ".join(HOSTILE.split())
    allowed = {"html", "head", "meta", "title", "link", "body", "header", "h1", "main", "figure", "a", "img",
               "figcaption", "p", "details", "summary", "dl", "div", "dt", "dd", "nav", "span"}  # fmt: skip
    assert {tag for tag, _ in page.tags} <= allowed
    attributes = {(tag, name) for tag, named in page.tags for name in named}
    assert not [name for _, name in attributes if name.startswith("on") or name == "style"]
    sources = [str(value) for _, named in page.tags for name, value in named.items() if name in ("src", "href")]
    assert all(not source.startswith(("http", "//", "data", "javascript")) for source in sources)
    policy = next(meta for meta in page.of("meta") if meta.get("http-equiv"))
    assert str(policy["content"]).startswith("default-src 'none'")


async def test_what_must_not_be_seen_by_everybody_is_left_out(
    runtime: Runtime, config: Config, tmp_path: Path, make: Make, alice: Requester
) -> None:
    good = await make("a fox --n 1 --steps 2")
    for score in (0.65, 0.9):
        await make(score=score)
    moderation = runtime.studio.guard.moderation
    held, removed, approved, deleted = [await make(f"number {n} --n 1 --steps 2") for n in range(4)]
    for job in (held, removed, approved):
        await moderation.hold(job, "reports")
    await moderation.decide(MOD, removed.id, "deleted")
    await moderation.decide(MOD, approved.id, "approved")
    await runtime.studio.delete(alice, deleted.id)
    swept = await make("swept --n 1 --steps 2")
    runtime.files.remove(swept.id)
    copied = await make("copied --n 1 --steps 2")
    alone = await runtime.studio.upscale(alice, copied.id, 1)
    await moderation.hold(copied, "reports")
    assert await exported(config, tmp_path / "out") == {good.id, approved.id}
    html = (tmp_path / "out" / "index.html").read_text()
    for job in (held, removed, deleted, swept, copied, alone):
        assert job.id not in html
    assert "number 0" not in html


async def test_the_rules_of_the_server_hold_now(
    runtime: Runtime, config: Config, tmp_path: Path, make: Make
) -> None:
    fox, cat = await make("a fox --n 1 --steps 2"), await make("a cat --n 1 --steps 2")
    assert await exported(config, tmp_path / "out") == {fox.id, cat.id}
    rules = runtime.studio.guard.places._store
    await rules.save_word(10, "cat", "block")
    assert await exported(config, tmp_path / "out") == {fox.id}
    await rules.remove_word(10, "cat")
    loose = replace(cat, request=cat.request.model_copy(update={"policy": SafetyPolicy(thresholds={})}))
    values = (loose.request.model_dump_json(), cat.id)
    await runtime.jobs._db.run("UPDATE jobs SET request = ? WHERE id = ?", values)
    assert await exported(config, tmp_path / "out") == {fox.id}, "drawn where more was allowed"


async def test_servers_and_members_do_not_mix(
    runtime: Runtime, config: Config, tmp_path: Path, make: Make, alice: Requester, bob: Requester
) -> None:
    here = await make("a fox --n 1 --steps 2")
    there = await make("a cat --n 1 --steps 2", replace(bob, guild_id=20, channel_id=200))
    mail = await make("a dog --n 1 --steps 2", replace(alice, guild_id=0, channel_id=5))
    out = tmp_path / "out"
    assert await exported(config, out) == {here.id}
    assert await exported(config, out, Choice(guild_id=20)) == {there.id}
    assert await exported(config, out, Choice(guild_id=20, user_id=1)) == set()
    assert await exported(config, out, Choice(user_id=1)) == {here.id, mail.id}
    assert await exported(config, out, replace(HERE, starred=True)) == set()
    await runtime.studio.marks.star(bob.user_id, here.id, starred=True)
    assert await exported(config, out, replace(HERE, starred=True)) == set(), "another's star is not the owner's"
    await runtime.studio.marks.star(alice.user_id, here.id, starred=True)
    assert await exported(config, out, replace(HERE, starred=True)) == {here.id}
    html = (out / "index.html").read_text()
    assert "cat" not in html
    assert "200" not in html


async def test_limit_pages_and_pictures_that_were_posted_alone(
    runtime: Runtime, config: Config, tmp_path: Path, make: Make, alice: Requester,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    grid = await make("a fox --n 4 --steps 2")
    alone = await runtime.studio.upscale(alice, grid.id, 2)
    monkeypatch.setattr("bot.album.export.PER_PAGE", 2)
    found = await export(config, tmp_path / "out", HERE, WORDS)
    assert (found["pictures"], found["pages"]) == (4, 2)
    first, second = (Page((tmp_path / "out" / name).read_text()) for name in ("index.html", "page-2.html"))
    assert [figure["id"] for figure in first.of("figure")] == [f"{alone.id}-1", f"{grid.id}-1"]
    assert [figure["id"] for figure in second.of("figure")] == [f"{grid.id}-3", f"{grid.id}-4"]
    assert {"page-2.html"} == {str(a["href"]) for a in first.of("a") if a.get("rel") == "next"}
    found = await export(config, tmp_path / "out", replace(HERE, limit=3), WORDS)
    assert found["pictures"] == len(_all_of(tmp_path / "out" / "pictures")) == 3


async def test_only_a_folder_of_ours_is_replaced(
    config: Config, tmp_path: Path, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, out = await make(), tmp_path / "out"
    (out / "deep").mkdir(parents=True)
    (out / "deep" / "thesis.txt").write_text("mine")
    with pytest.raises(Refusal, match="error-album-folder"):
        await export(config, out, HERE, WORDS)
    assert not [path for path in _all_of(tmp_path) if path.name.startswith(".")]
    (out / "deep" / "thesis.txt").unlink()
    assert await exported(config, out) == {job.id}
    assert await exported(config, out) == {job.id}
    (out / "CNAME").symlink_to("/etc/hostname")
    with pytest.raises(Refusal, match="CNAME"):
        await export(config, out, HERE, WORDS)
    (out / "CNAME").unlink()
    before = _all_of(out)
    monkeypatch.setattr("bot.album.export.STYLE", "nothing.css")  # fails after the pages were written
    with pytest.raises(OSError, match="nothing"):
        await export(config, out, HERE, WORDS)
    assert _all_of(out) == before
    files = {path.relative_to(out).as_posix() for path in before if path.is_file()}
    assert files == {LIST, *json.loads((out / LIST).read_text())}


def test_the_command(cli_config: Path, tmp_path: Path) -> None:
    out, more = tmp_path / "gallery", ("--config", cli_config)
    nothing = easel("gallery", "--out", out, *more)
    assert (nothing.returncode, nothing.stdout) == (2, "")
    (drawn,) = objects(easel("imagine", "a fox --n 1 --steps 2", "--out", tmp_path / "drawn", *more).stdout)
    done = easel("gallery", "--out", out, "--title", "Füchse", "--language", "zh-CN", *more)
    assert done.returncode == 0
    (said,) = objects(done.stdout)
    assert (said["pictures"], said["left_out"]) == (1, 0)
    html = Path(said["index"]).read_text()
    assert '<html lang="zh-CN">' in html
    assert "参数" in html
    assert f"pictures/{drawn['job']}-1.png" in html
    other = easel("gallery", "--out", out, "--guild", 10, *more)
    assert (other.returncode, other.stdout) == (2, ""), "the bot has drawn nothing"
    (tmp_path / "drawn" / "x").mkdir()
    foreign = easel("gallery", "--out", tmp_path / "drawn", *more)
    assert foreign.returncode == 2
    assert list((tmp_path / "drawn").glob("*.png"))
