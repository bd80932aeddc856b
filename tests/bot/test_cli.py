"""The command line as tools use it: a process, its standard output, its exit code."""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from typing import Any

import psutil
import pytest
from PIL import Image

from bot.config import DEFAULT_PATH, PROJECT
from gpu.params import TABLE
from tests.bot.forking import ForkServer


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """config.toml as it is shipped, on the fake engine and a data directory of its own."""
    text = DEFAULT_PATH.read_text("utf-8").replace('engine = "diffusers"', 'engine = "fake"')
    text = text.replace('data_dir = "data"', f'data_dir = "{tmp_path / "data"}"')
    path = tmp_path / "config.toml"
    path.write_text(text, "utf-8")
    return path


@cache
def _server() -> ForkServer:
    """Forking it is a second quicker than starting Python; one test below starts it as a shell does."""
    server = ForkServer()
    atexit.register(server.close)
    return server


def easel(*arguments: object, stdin: str | bytes = b"") -> subprocess.CompletedProcess[str]:
    """Run `python -m bot …`. Standard output must hold nothing but JSON for tools, so it is kept apart."""
    written = stdin.encode() if isinstance(stdin, str) else stdin
    command = [*map(str, arguments)]
    done = _server().run(command, written)
    assert b"Traceback" not in done.stderr
    return subprocess.CompletedProcess(command, done.returncode, done.stdout.decode(), done.stderr.decode())


def objects(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


# --- imagine, again -------------------------------------------------------------------------------------------------


def test_imagine_and_again(config: Path, tmp_path: Path) -> None:
    where = ("--out", tmp_path / "out", "--config", config)
    done = easel("imagine", "a red apple, 3d render --ar 3:2 --seed 7 --steps 12 --n 3", *where)
    drawn = objects(done.stdout)
    assert done.returncode == 0
    assert [image["index"] for image in drawn] == [1, 2, 3]
    assert [image["seed"] for image in drawn] == [7, 8, 9]
    for image in drawn:
        with Image.open(image["path"]) as picture:
            assert picture.size == (image["width"], image["height"])
            assert picture.width > picture.height
        assert image["params"]["prompt"] == "a red apple, 3d render"
        assert image["params"]["num_inference_steps"] == 12

    job = drawn[0]["job"]
    varied = objects(easel("again", job, "--vary", 2, *where).stdout)
    assert [image["index"] for image in varied] == [1, 2, 3, 4]
    (single,) = objects(easel("again", job, "--upscale", 2, *where).stdout)
    assert Path(single["path"]).read_bytes() == Path(drawn[1]["path"]).read_bytes()
    rerolled = objects(easel("again", job, "--reroll", *where).stdout)
    assert rerolled[0]["params"]["prompt"] == drawn[0]["params"]["prompt"]
    assert rerolled[0]["seed"] != 7
    assert len({image["job"] for image in (*drawn, *varied, single, *rerolled)}) == 4


@pytest.mark.parametrize("words", [["--seed 7 a fox"], ["a", "fox", "--seed", "7"], ["a fox —seed 7"]])
def test_flags_belong_to_the_prompt_wherever_they_stand(config: Path, tmp_path: Path, words: list[str]) -> None:
    done = easel("imagine", *words, "--out", tmp_path, "--config", config)
    assert {(image["params"]["prompt"], image["params"]["seed"]) for image in objects(done.stdout)} == {("a fox", 7)}


def test_bad_flag_says_what_discord_says_and_suggests_a_line(config: Path, tmp_path: Path) -> None:
    line = "a fox --steps 500"
    done = easel("imagine", line, "--out", tmp_path / "out", "--config", config)
    (answer,) = objects(easel("parse", "--config", config, stdin=json.dumps(line)).stdout)
    assert (done.returncode, done.stdout) == (2, "")
    assert answer["error"] in done.stderr
    assert answer["suggestion"] in done.stderr
    assert "150" in answer["error"]
    assert not (tmp_path / "out").exists()


def test_blocked_prompt(config: Path, tmp_path: Path) -> None:
    done = easel("imagine", "a naked child", "--out", tmp_path / "out", "--config", config)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.strip()


@pytest.mark.parametrize("wish", [[], ["--reroll", "--vary", "1"], ["--vary", "5"], ["--reroll"]])
def test_again_refuses_what_it_cannot_do(config: Path, tmp_path: Path, wish: list[str]) -> None:
    done = easel("again", "nosuchjob", *wish, "--out", tmp_path, "--config", config)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.strip()


def test_model_that_cannot_be_loaded_is_a_failure_with_its_sentence(config: Path, tmp_path: Path) -> None:
    text = config.read_text("utf-8").replace('engine = "fake"', 'engine = "diffusers"')
    config.write_text(text.replace('source = "gpu/starter"', 'source = "/no/such/model"'), "utf-8")
    done = easel("imagine", "a fox", "--out", tmp_path, "--config", config)
    assert (done.returncode, done.stdout) == (1, "")
    assert "/no/such/model" in done.stderr


def test_job_of_a_killed_command_is_not_drawn_by_the_next_one(config: Path, tmp_path: Path) -> None:
    where = ("--out", str(tmp_path / "out"), "--config", str(config))
    command = [sys.executable, "-m", "bot", "imagine", "a fox --steps 150", *where]
    killed = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    database = tmp_path / "data" / "cli" / "easel.db"
    for _ in range(1200):
        time.sleep(0.05)
        if database.exists() and killed.poll() is None and b"a fox" in _all_bytes(database):
            break
    killed.kill()
    killed.wait()
    done = easel("imagine", "a cat --steps 1", *where)
    assert {image["params"]["prompt"] for image in objects(done.stdout)} == {"a cat"}


def _all_bytes(database: Path) -> bytes:
    """The file and its write-ahead log."""
    return b"".join(path.read_bytes() for path in database.parent.glob("easel.db*"))


def test_two_commands_at_once_take_turns(config: Path, tmp_path: Path) -> None:
    arguments = ["--out", str(tmp_path / "out"), "--config", str(config)]
    commands = [[sys.executable, "-m", "bot", "imagine", f"{name} --n 1 --steps 2", *arguments] for name in ("a", "b")]
    started = [subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE) for command in commands]
    prompts = {json.loads(process.communicate(timeout=120)[0])["params"]["prompt"] for process in started}
    assert prompts == {"a", "b"}


# --- params, parse, check -------------------------------------------------------------------------------------------


def test_params_prints_the_table() -> None:
    rows = json.loads(easel("params").stdout)
    assert [row["name"] for row in rows] == [row.name for row in TABLE]
    assert all({"name", "flags", "type", "default", "range", "choices", "help"} <= row.keys() for row in rows)


def test_parse_answers_every_line() -> None:
    lines = ['"a fox --ar 3:2 --seed 7"', '"a fox --steps 500"', '"a fox --colour red"']
    good, range_error, unknown = objects(easel("parse", stdin="\n".join(lines)).stdout)
    assert good["ok"]
    assert good["prompt"] == "a fox"
    assert (good["params"]["aspect_ratio"], good["params"]["seed"]) == ("3:2", 7)
    for refused in (range_error, unknown):
        assert refused["ok"] is False
        (again,) = objects(easel("parse", stdin=json.dumps(refused["suggestion"])).stdout)
        assert again["ok"], refused


def test_policies() -> None:
    lines = "\n".join(map(json.dumps, ("a red apple", "a naked child")))
    for policy in ((), ("--policy", "open")):
        allowed, floor = objects(easel("check", *policy, stdin=lines).stdout)
        assert allowed["action"] == "allow"
        assert (floor["action"], bool(floor["category"]), bool(floor["reason"])) == ("block", True, True)
    assert easel("check", "--policy", "everything").returncode == 2


@pytest.mark.parametrize("command", ["parse", "check"])
def test_lines_that_are_no_json_strings(command: str) -> None:
    wrong = [b"", b"no json", b"5", b"null", b"{}", b'"unfinished', b"\xff\xfe", b"[" * 100_000]
    lines = [*wrong, b'"\\ud800"', b'"a fox"']
    done = easel(command, stdin=b"\n".join(lines))
    answers = objects(done.stdout)
    assert done.returncode == 0
    assert len(answers) == len(lines)
    assert all(answer["ok"] is False and answer["error"] for answer in answers[: len(wrong)])
    assert "error" not in answers[-1]


@pytest.mark.parametrize("command", ["parse", "check"])
def test_a_thousand_lines_in_a_few_seconds(command: str) -> None:
    prompts = (f"a fox {n} in a forest, 3d render --ar 3:2 --seed {n} --no red, blue" for n in range(1000))
    lines = "\n".join(map(json.dumps, prompts))
    started = time.monotonic()
    assert len(objects(easel(command, stdin=lines).stdout)) == 1000
    assert time.monotonic() - started < 60  # 1 s where nothing else runs


# --- Start ----------------------------------------------------------------------------------------------------------


def test_commands_for_tools_load_neither_discord_nor_a_model_library() -> None:
    heavy = {"discord", "torch", "diffusers", "transformers", "onnxruntime", "huggingface_hub", "PIL"}
    script = (
        "import sys; from bot.cli import app; app(['params'], standalone_mode=False);"
        f"found = {heavy} & set(sys.modules); assert not found, found"
    )
    assert subprocess.run([sys.executable, "-c", script], cwd=PROJECT, capture_output=True).returncode == 0


def test_run_without_a_token_says_where_to_get_one(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISCORD_TOKEN", raising=False)
    done = easel("run", "--config", config)
    assert done.returncode == 2
    assert "DISCORD_TOKEN" in done.stderr


def test_broken_configuration_is_named(config: Path, tmp_path: Path) -> None:
    config.write_text(config.read_text("utf-8").replace("waiting = 10", "wating = 10"), "utf-8")
    done = easel("imagine", "a fox", "--config", config, "--out", tmp_path)
    assert done.returncode == 2
    assert "queue.wating" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_sigterm_ends_a_drawing_and_its_worker(config: Path, tmp_path: Path) -> None:
    where = ["--out", str(tmp_path), "--config", str(config)]
    command = [sys.executable, "-m", "bot", "imagine", "a fox --steps 150", *where]
    process = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    children: list[psutil.Process] = []
    while not children and process.poll() is None:
        children = psutil.Process(process.pid).children()
        time.sleep(0.05)
    process.terminate()
    output, _ = process.communicate(timeout=90)
    assert (process.returncode, output) == (130, b"")
    gone, alive = psutil.wait_procs(children, timeout=30)
    assert gone
    assert not alive
