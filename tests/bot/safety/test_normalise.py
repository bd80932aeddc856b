"""What a reader sees of a text, and which letters a character may stand for."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.safety.normalise import MAX_LENGTH, clean, fold, letters, looks

SAME = {
    "full width": "ｒｏｓｅ",
    "mathematical": "𝐫𝐨𝐬𝐞",
    "circled": "ⓡⓞⓢⓔ",
    "squared": "🅁🄾🅂🄴",
    "squared emoji": "🆁🅾🆂🅴",
    "regional indicators": "🇷🇴🇸🇪",
    "accents": "r̈ósë",
    "composed accents": "ŕòšê",
    "zero width": "r\u200bo\u200cs\u200de",
    "direction marks": "\u202er\u200eo\u2066s\u2069e",
    "soft hyphens": "ro\u00adse",
    "variation selectors": "r\ufe0fose",
    "tags": "rose\U000e0061\U000e007f",
    "a heap of marks": "r" + "\u0301\u0323" * 500 + "ose",
}


@pytest.mark.parametrize("text", SAME.values(), ids=SAME.keys())
def test_decoration_and_invisible_characters_do_not_change_a_word(text: str) -> None:
    assert fold(text) == "rose"


def test_case_and_scripts_stay_readable() -> None:
    assert clean("Straße в Köln, 東京の ガード") == "Strasse в Koln, 東京の ガード"


def test_characters_stand_for_the_letters_they_look_like() -> None:
    assert set("il") <= set(letters("1"))
    assert "a" in letters("@")
    assert "o" in letters("о")  # Cyrillic
    assert {"v", "n"} <= set(letters("ν"))  # Greek
    assert letters("e") == "e"
    assert letters(",") == ""
    assert "pocy" in looks("росу")


def test_six_thousand_marks_cost_little() -> None:
    text = "r" + "\u0301\u0323\u0330" * 2000 + "ose"
    before = time.thread_time()
    assert fold(text) == "rose"
    assert time.thread_time() - before < 5  # what grows with the square takes minutes


@given(st.text())
def test_any_text_can_be_cleaned_twice(text: str) -> None:
    once = clean(text)
    assert len(once) <= 20 * MAX_LENGTH
    assert clean(once).lower() == clean(clean(once)).lower()
