"""Nothing secret reaches a log, by whatever road."""

from __future__ import annotations

import logging

import pytest

from bot.logs import CUT, Redacting, prompt_for_log

TOKEN = "MTA4NzY1NDMyMTA5ODc2NTQzMg." + "GabcdE." + "x" * 38
KEY = "sk-proj-" + "a1B2" * 8


def formatted(message: str, *args: object, error: BaseException | None = None) -> str:
    record = logging.LogRecord("x", logging.INFO, "x.py", 1, message, args, error and (type(error), error, None))
    return Redacting("%(levelname)s %(message)s", secrets=("hunter2hunter2", "")).format(record)


@pytest.mark.parametrize(
    "secret", [TOKEN, KEY, "hf_" + "q" * 30, "hunter2hunter2"], ids=["discord", "openai", "hub", "by value"]
)
def test_secrets_are_cut_out_of_messages_arguments_and_tracebacks(secret: str) -> None:
    for text in (
        formatted(f"so: {secret}!"), formatted("so: %s!", secret), formatted("so", error=ValueError(f"bad {secret}")),
    ):  # fmt: skip
        assert secret not in text
        assert CUT in text
        assert "so" in text


def test_tokens_of_interactions_and_headers_are_cut() -> None:
    token = "aW50ZXJhY3Rpb24" * 6
    assert token not in formatted(f"POST https://discord.com/api/v10/webhooks/123456789012345678/{token}/messages")
    assert "abcdefghijk" not in formatted("Authorization: Bearer abcdefghijk")


def test_ordinary_lines_stay_as_they_are() -> None:
    line = "job abc12345 queued, prompt -: 3 pictures of bot art in 10.5 s, images/ab/abc12345/1.png"
    assert formatted(line) == f"INFO {line}"


def test_prompts_are_logged_as_the_operator_wants() -> None:
    assert prompt_for_log("a fox", "off") == "-"
    assert prompt_for_log("a\nfox", "plain") == r"'a\nfox'"
    hashed = prompt_for_log("a fox", "hash")
    assert hashed == prompt_for_log("a fox", "hash") != prompt_for_log("a fax", "hash")
    assert "fox" not in hashed
