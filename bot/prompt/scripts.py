"""In which script a text is written, and which of them the text encoders of a family know. Knows no model library."""

from __future__ import annotations

import unicodedata
from collections import Counter

EVERY_SCRIPT = frozenset({"zimage", "qwen", "openai"})
"""Families whose text encoder is a language model of many languages. All others were taught English captions."""

LEAST = 2
"""Letters of another script from which a text is taken to be written in it: `α` is a sign, `αβ` a word."""
WHOLE = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL")
"""Scripts of which a single letter can be a word."""

NAMES = {
    "CJK": "Chinese characters", "HIRAGANA": "Japanese", "KATAKANA": "Japanese", "HANGUL": "Korean",
    "CYRILLIC": "Cyrillic", "ARABIC": "Arabic", "HEBREW": "Hebrew", "GREEK": "Greek", "THAI": "Thai",
    "DEVANAGARI": "Devanagari", "BENGALI": "Bengali", "TAMIL": "Tamil", "ARMENIAN": "Armenian", "GEORGIAN": "Georgian",
}  # fmt: skip
"""First word of a letter's Unicode name → what the script is called."""
KNOWN = ("LATIN", "FULLWIDTH", "MODIFIER", "FEMININE", "MASCULINE", "MICRO", "MATHEMATICAL", "DOUBLE-STRUCK", "SCRIPT")


def foreign_script(text: str, family: str) -> str:
    """The script of the text that the family's encoder does not know, or ""."""
    if text.isascii() or family in EVERY_SCRIPT:
        return ""
    names = (unicodedata.name(letter, "?").split()[0] for letter in text if letter.isalpha() and not letter.isascii())
    foreign = Counter(name for name in names if name not in KNOWN)
    if sum(foreign.values()) < LEAST and not foreign.keys() & set(WHOLE):
        return ""
    name = foreign.most_common(1)[0][0]
    return NAMES.get(name, name.capitalize())
