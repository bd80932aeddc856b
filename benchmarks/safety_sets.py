"""Prompts for measuring the prompt check, made when they are needed: no harmful sentence is stored anywhere.

The harmful half is listed terms × neutral templates × disguises, single and in pairs. The harmless half is dictionary
words that contain a listed term, and the innocent prompts of `tests/bot/safety/innocent/`.
"""

from __future__ import annotations

import itertools
import random
import tomllib
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from simplemma.strategies.dictionaries import DefaultDictionaryFactory

from bot.safety import Category
from bot.safety.lexicon import FOLDER, expand
from bot.safety.normalise import fold

INNOCENT = Path(__file__).parent.parent / "tests" / "bot" / "safety" / "innocent"

Disguise = Callable[[str, random.Random], str]

_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\u202a\u202c\u2066\u2069\u00ad\ufe0e\ufe0f\U000e0101"
_CYRILLIC = str.maketrans("aeopcyxiABEKMHOPCTX", "аеорсухіАВЕКМНОРСТХ")
_LATIN = str.maketrans("аеорсухіАВЕКМНОРСТХ", "aeopcyxiABEKMHOPCTX")
_GREEK = str.maketrans("oviauABEZHIKMNOPTX", "ονιαυΑΒΕΖΗΙΚΜΝΟΡΤΧ")
_LEET = str.maketrans("aeiost", "431057")
_SIGNS = str.maketrans("asil", "@$!|")


def _each(text: str, change: Callable[[str], str]) -> str:
    return "".join(change(char) if char.isalpha() else char for char in text)


def _shift(upper: int, lower: int) -> Disguise:
    """Latin letters moved to another alphabet of Unicode that is made of the same 26."""

    def apply(text: str, _: random.Random) -> str:
        return "".join(
            chr(upper + ord(c) - 65) if "A" <= c <= "Z" else chr(lower + ord(c) - 97) if "a" <= c <= "z" else c
            for c in text
        )

    return apply


def _joined(mark: str, gap: str) -> Disguise:
    """A mark between the letters of each word, a wider gap between words."""
    return lambda text, _: gap.join(mark.join(word) for word in text.split())


def _sprinkled(marks: str) -> Disguise:
    return lambda text, rng: "".join(char + rng.choice(marks) if char.isalpha() else char for char in text)


def _accented(text: str, rng: random.Random) -> str:
    return _each(text, lambda char: char + rng.choice("\u0301\u0308\u0303\u0302") if rng.random() < 0.6 else char)


def _stretched(text: str, rng: random.Random) -> str:
    return _each(text, lambda char: char * rng.choice((1, 1, 2, 3)))


def _mixed_scripts(text: str, rng: random.Random) -> str:
    return "".join(
        rng.choice((char, char.translate(_CYRILLIC), char.translate(_LATIN), char.translate(_GREEK))) for char in text
    )


DISGUISES: dict[str, Disguise] = {
    "plain": lambda text, _: text,
    "capitals": lambda text, _: text.upper(),
    "mixed case": lambda text, rng: _each(text, lambda c: rng.choice((c.upper(), c))),
    "accents": _accented,
    "homoglyphs": _mixed_scripts,
    "leetspeak": lambda text, _: text.lower().translate(_LEET),
    "signs": lambda text, _: text.lower().translate(_SIGNS),
    "zero width": _sprinkled("\u200b\u200c\u200d\u2060\ufeff"),
    "bidi": _sprinkled("\u200e\u200f\u202a\u202c\u2066\u2069"),
    "soft hyphens": _sprinkled("\u00ad"),
    "variation selectors": _sprinkled("\ufe0e\ufe0f\U000e0101"),
    "repeated": _stretched,
    "spaced": _joined(" ", "   "),
    "dotted": _joined(".", " "),
    "dashed": _joined("-", " "),
    "underscored": _joined("_", " "),
    "full width": _shift(0xFF21, 0xFF41),
    "mathematical": _shift(0x1D400, 0x1D41A),
    "circled": _shift(0x24B6, 0x24D0),
    "squared emoji": lambda text, rng: _shift(0x1F170, 0x1F170)(text, rng),
}
"""What people do to words to get them past a filter. Each takes the text and a source of chance."""

_SAME_KIND = (
    {"full width", "mathematical", "circled", "squared emoji"},
    {"spaced", "dotted", "dashed", "underscored"},
    {"leetspeak", "signs"},
)

TEMPLATES = {
    "en": ("{}", "a picture of {}", "{} in a garden, oil painting", "photo with {}, 4k"),
    "es": ("una imagen de {}", "{} en un jardín con flores"),
    "fr": ("une image de {}", "{} dans un jardin avec des fleurs"),
    "de": ("ein Bild von {}", "{} in einem Garten mit Blumen"),
    "pt": ("uma imagem de {}", "{} em um jardim com flores"),
    "ru": ("картина {}", "{} в саду"),
    "zh": ("一张{}的图片", "花园里的{}"),
    "ja": ("{}の絵", "庭にいる{}"),
    "it": ("un'immagine di {}", "{} in un giardino con i fiori della nonna"),
    "nl": ("een foto van {}", "{} in een tuin met bloemen"),
    "pl": ("to jest {} na obrazie", "{} na obrazie i kwiaty"),
    "tr": ("bir resim: {}", "{} ve bir bahçe"),
}
"""Neutral sentences by language. Terms in other languages stand in English ones."""

CATEGORIES = ("sexual", "gore", "hate", "self_harm", "harassment", "drugs", "weapons")
_LISTS = {"sexual_minors": "minors", "sexual_real_person": "real_people"}


@dataclass(frozen=True, slots=True)
class Sample:
    """One generated prompt, and what it was made from."""

    text: str
    category: str
    language: str
    disguise: str


def pairs() -> list[str]:
    """Disguises that can be worn together, in this order: "leetspeak + spaced"."""
    both = itertools.permutations((name for name in DISGUISES if name != "plain"), 2)
    return [f"{one} + {other}" for one, other in both if not any({one, other} <= kind for kind in _SAME_KIND)]


def disguised(text: str, disguise: str, rng: random.Random) -> str:
    """`text` in a disguise of `DISGUISES`, or in two. Words that would be left without any letter stay as they are."""
    worn = text
    for name in disguise.split(" + "):
        worn = DISGUISES[name](worn, rng)
    return worn if all(map(_has_letter, worn.split())) or not all(map(_has_letter, text.split())) else text


def _has_letter(word: str) -> bool:
    return any(char.isalpha() for char in unicodedata.normalize("NFKC", word)) or not word.strip(_INVISIBLE + ".-_")


def terms(name: str, *tables: str) -> dict[str, list[str]]:
    """The listed terms of a file by language."""
    content = tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))
    found: dict[str, list[str]] = {}
    for table in tables:
        for language, text in content.get(table, {}).items():
            found.setdefault(language, []).extend(term.rstrip("?*") for term in expand(text))
    return found


def harmful(rng: random.Random, disguises: list[str], *, per_language: int) -> Iterator[Sample]:
    """Terms of every category that the strict policy blocks."""
    for category in CATEGORIES:
        for language, listed in terms(category, "explicit", "undress").items():
            for disguise in disguises:
                for term in rng.sample(listed, min(per_language, len(listed))):
                    template = rng.choice(TEMPLATES.get(language, TEMPLATES["en"]))
                    yield Sample(template.format(disguised(term, disguise, rng)), category, language, disguise)


def floor(rng: random.Random, disguises: list[str], *, per_language: int) -> Iterator[Sample]:
    """A sexual term together with a minor or a real person: blocked under every policy.

    Terms of two letters and Latin letters inside kanji are not disguised: nobody could read them.
    """
    sexual = terms("sexual", "explicit", "undress")
    for category, name in _LISTS.items():
        whom = terms(name, "minor") if category == Category.SEXUAL_MINORS else terms(name, "role", "name")
        for language in sorted(whom.keys() & sexual.keys() & TEMPLATES.keys()):
            for disguise in disguises:
                for _ in range(per_language):
                    one, other = rng.choice(sexual[language]), _instance(rng.choice(whom[language]), rng)
                    worn = disguise if _is_legible(one) and _is_legible(other) else "plain"
                    text = f"{disguised(one, worn, rng)} {disguised(other, worn, rng)}"
                    yield Sample(rng.choice(TEMPLATES[language]).format(text), category, language, worn)


def _is_legible(term: str) -> bool:
    latin = sum(char.isascii() and char.isalnum() for char in term)
    return latin == 0 if any(char >= "\u3000" for char in term) else len(term) > 2


def _instance(term: str, rng: random.Random) -> str:
    return term.replace("#minor", str(rng.randint(1, 17))).replace("#number", "30")


def innocent() -> Iterator[Sample]:
    """The innocent prompts, by the file that they are in."""
    for path in sorted(INNOCENT.glob("*.txt")):
        for line in path.read_text("utf-8").splitlines():
            if line.strip() and not line.startswith("#"):
                yield Sample(line.strip(), path.stem, "", "plain")


def dictionary(rng: random.Random, *, per_language: int) -> Iterator[Sample]:
    """Dictionary words that contain a listed term, but neither are one nor begin like one."""
    single = {term for name in CATEGORIES for listed in terms(name, "explicit", "undress").values() for term in listed}
    contained = {fold(term) for term in single if len(term) > 2 and " " not in term}
    longest = max(map(len, contained))
    for language in ("en", "es", "fr", "de", "pt", "it", "nl"):
        words = sorted(DefaultDictionaryFactory().get_dictionary(language))
        rng.shuffle(words)
        fitting = (word for word in words if _only_inside(fold(word), contained, longest))
        for word in itertools.islice(fitting, per_language):
            yield Sample(word, "dictionary", language, "plain")


def _only_inside(word: str, contained: set[str], longest: int) -> bool:
    """Whether a term is somewhere inside the word, but not at its beginning or as one of its hyphenated parts."""
    if any(part[:end] in contained for part in word.split("-") for end in range(3, len(part) + 1)):
        return False
    return any(word[start:end] in contained for start in range(len(word)) for end in range(start + 3, start + longest))
