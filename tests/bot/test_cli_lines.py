"""`shorten`, `expand` and `describe` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

from PIL import Image
from typer.testing import CliRunner

from bot.cli import app


def ran(*arguments: str, code: int = 0) -> dict[str, object]:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == code, result.output
    return json.loads(result.stdout) if not code else {}


def test_shorten_and_expand() -> None:
    short = ran("shorten", "a beautiful old fisherman, 8k --ar 3:2")
    assert short["lines"][0] == "old fisherman --ar 3:2"
    assert {"word": "8k", "importance": 0.0} in short["words"]
    assert all(line.endswith("--seed 7") for line in ran("expand", "a fox --seed 7")["lines"])
    ran("shorten", "cat::2 dog::1", code=2)
    ran("expand", "a fox --steps 500", code=2)


def test_describe(tmp_path: Path) -> None:
    Image.new("RGB", (90, 60), "navy").save(tmp_path / "1.png")
    found = ran("describe", str(tmp_path / "1.png"))
    assert found == {
        "width": 90, "height": 60, "ratio": "3:2", "colours": ["navy blue"], "light": "dark", "source": "",
    }  # fmt: skip
    (tmp_path / "x.png").write_bytes(b"GIF89a nothing")
    ran("describe", str(tmp_path / "x.png"), code=2)
