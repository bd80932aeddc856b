"""Text as a reader sees it: without invisible characters, decoration and look-alike letters.

`clean` gives one readable text in its original case. `letters` says which letters a character may stand for, so that
the speller can read "nÜd3", a Cyrillic "е" or a squared emoji letter without one view of the text per disguise.
Knows no term lists.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import confusable_homoglyphs

MAX_LENGTH = 20_000
"""Characters that are looked at. Discord sends 6,000 at most, and compatibility forms make them longer."""

MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U0001f3fb-\U0001f3ff\U000e0000-\U000e0fff"
    "\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f"
)
_ALPHA = re.compile(r"[^\W\d_]+")
_UNSEEN = re.compile(f"[{MARKS}{INVISIBLE}]+")
_HEAP = re.compile(f"[{MARKS}]{{3,}}")
"""More marks on a letter than any language has."""

_SPELT_OUT = {"ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "þ": "th", "’": "'", "‐": "-"}
_SPELT_OUT |= dict(zip("øØłŁđĐðħŧıƒĸ", "oOlLdDdhtifk", strict=True))
# Letters that Unicode has no compatibility form for: regional indicators, negative circled and squared ones.
_SPELT_OUT |= {chr(base + i): chr(65 + i) for base in (0x1F1E6, 0x1F150, 0x1F170) for i in range(26)}
_SPELT_OUT |= {"🆎": "AB", "🆑": "CL", "⭕": "O", "❌": "X", "✖": "X", "➕": "T", "❗": "!", "❕": "!"}
_TABLE = str.maketrans(_SPELT_OUT)

LEET = dict(zip("0123456789", ("o", "il", "z", "e", "a", "s", "gb", "t", "b", "g"), strict=True))
LEET |= dict(zip("@$!|+(<€£¥¢§¡", ("a", "s", "il", "il", "t", "c", "c", "e", "le", "y", "c", "s", "i"), strict=True))
"""Digits and signs that stand for letters, and which."""

_LOOKS = {
    "a": "дλᴀɐɑᗩʌ", "b": "вбьъβʙ", "c": "ɔ", "d": "δᴅժᗪ", "e": "зэєεᴇǝɛᗴᕮ", "f": "ɟ", "g": "ɢƃɡց", "h": "нʜɥհ",
    "i": "іᴉı", "j": "ᴊɾ", "k": "кκᴋʞ", "l": "ӏʟ", "m": "мμᴍɯ", "n": "ийпнлηνπɴոᑎ", "o": "фюθօ", "p": "ᴘ", "q": "ꞯզ",
    "r": "ягʀɹ", "s": "ƨ", "t": "тτᴛʇ", "u": "цυүᴜսᑌμ", "v": "νʌ", "w": "шщωʍ", "x": "χ", "y": "чүʎ", "z": "ζ",
}  # fmt: skip
"""Latin letter → letters of other scripts that people use for how they look, beyond Unicode's table of confusables."""


def clean(text: str) -> str:
    """What a reader sees of `text`: compatibility forms, accents and invisible characters resolved, case kept."""
    text = text[:MAX_LENGTH]
    if text.isascii():
        return _UNSEEN.sub("", text)
    # Marks go first: putting thousands of them in canonical order would cost their number squared.
    text = unicodedata.normalize("NFKD", _UNSEEN.sub("", text).translate(_TABLE))
    return unicodedata.normalize("NFC", _UNSEEN.sub("", text.translate(_TABLE))).replace("\u0131", "i")


def respell(text: str, spellings: Mapping[str, str]) -> str:
    """`text` with the words replaced that mean something else with their accents than without."""
    if text.isascii():
        return text
    text = unicodedata.normalize("NFC", _HEAP.sub("", text[:MAX_LENGTH]))
    return _ALPHA.sub(lambda word: spellings.get(word.group().lower(), word.group()), text)


def fold(text: str) -> str:
    """`clean` and lower case: the form in which terms are kept and compared."""
    return clean(text).lower()


def skeleton(word: str) -> str:
    """`word` with each letter of another alphabet as the Latin letter it looks like, where it looks like one."""
    return "".join(next((look for look in letters(char) if look.isascii()), char) for char in word)


def looks(word: str) -> set[str]:
    """The Latin words that a word of another alphabet passes for; none where a letter looks like no Latin one."""
    options = [near_letters(char) for char in word]
    return {look for n in (1, 2) if (look := "".join(o[min(n, len(o) - 1)] for o in options)).isascii()}


@cache
def letters(char: str) -> str:
    """The letters that `char` may stand for, itself (lower case) first; empty for a sign that stands for none."""
    lower = char.lower()
    if lower.isascii():
        # A capital I between small letters passes for an l.
        own = "il" if char == "I" else lower if lower.isalnum() else ""
        return own + LEET.get(lower, "")
    loose = "".join(latin for latin, others in _LOOKS.items() if lower in others)
    return "".join(dict.fromkeys(near_letters(char) + loose))


@cache
def near_letters(char: str) -> str:
    """`letters`, but of another alphabet only those that are all but the same: for words that are all in it."""
    if char.isascii():
        return letters(char)
    own = char.lower()[0] if char.isalnum() else ""
    return "".join(dict.fromkeys(own + _confusables().get(char, "") + _confusables().get(char.lower(), "")))


@cache
def _confusables() -> dict[str, str]:
    """Character → the ASCII letters it is confusable with, by the Unicode consortium's table."""
    path = Path(confusable_homoglyphs.__file__).with_name("confusables.json")
    table = json.loads(path.read_text("utf-8"))
    found = {
        char: "".join(other["c"].lower() for other in others if _is_latin(other["c"])) for char, others in table.items()
    }
    return {char: latin for char, latin in found.items() if latin and not char.isascii()}


def _is_latin(text: str) -> bool:
    return len(text) == 1 and text.isascii() and text.isalpha()
