"""Reading the value of a flag from the words behind it: one `Kind` for each kind of parameter.

A kind reads what stands between its flag and the next one and answers with a `Reading`: the value, and the words that
are left for the prompt. It answers None when nothing of its kind stands there; `misread` then says what is wrong and
what was probably meant. Knows kinds, and no parameter by name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from rapidfuzz import fuzz, process

from bot.prompt import aspect
from bot.prompt.foreign import BARE, MANY
from bot.prompt.marks import QUOTES, unescape
from bot.prompt.words import Word, first_word, fold, looks_like_value, plain, shorten, words
from gpu.controls import ITEM, read_controls, spell_controls
from gpu.errors import Fact
from gpu.params import Param

Problem = tuple[str, dict[str, Fact]]
"""The id of a sentence, and its facts."""

LEFT_OUT = None
"""The value of a reading that sets nothing."""

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+")
_DIGITS = re.compile(r"\d+(?:\.\d+)?|\.\d+")
_WITHOUT_QUOTES = dict.fromkeys(map(ord, QUOTES))
_COMMA = re.compile(r"[,;，、；\n]")
_LORA = r"\w(?:[\w.+-]*[\w+])?"
_WEIGHT = r":[+-]?(?:\d+\.?\d*|\.\d+)"
_LORAS = re.compile(rf"\s*[{QUOTES}]?\s*({_LORA}(?:{_WEIGHT})?(?:\s*,\s*{_LORA}{_WEIGHT})*)(?![\w:+-])\s?[{QUOTES}]?")
_CONTROLS = re.compile(rf"\s*[{QUOTES}]?\s*({ITEM}(?:\s*,\s*{ITEM})*)(?![\w:])\s?[{QUOTES}]?", re.IGNORECASE)
_COUNTS = r"(?:::)?(?:\d+\.?\d*|\.\d+)"
_WEIGHTS = re.compile(rf"\s*[{QUOTES}]?\s*({_COUNTS}(?:\s*,\s*{_COUNTS}|\s+::{_COUNTS[6:]})*)(?![\w.:/])\s?[{QUOTES}]?")
_CODE = 100
"""Numbers from here on are no weights but codes of Midjourney's styles."""
_LONGEST_NAME = 6
"""Words of a name that are tried together."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a flag's value is, and what is left behind it. With a problem, `value` is the correction."""

    value: Any
    rest: str = ""
    problem: Problem | None = None
    note: Problem | None = None
    """What is worth knowing about how it was understood."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The names that may be written, where they do not stand in the row itself."""

    names: Mapping[str, Collection[str]] = field(default_factory=dict)
    """By kind of parameter: `model`, `style`, `quality`, `loras`."""
    former: Mapping[str, Collection[str]] = field(default_factory=dict)
    """Names that are still understood, and no longer offered."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """What stands behind Midjourney's `--v` and `--niji`, such as `6.1` and `niji 6` → a model."""

    def of(self, row: Param) -> Collection[str]:
        """Every name that the parameter may have as its value."""
        return row.choices or self.names.get(row.kind, ())

    def understood(self, row: Param) -> Collection[str]:
        """The same with the names of former times."""
        return (*self.of(row), *self.former.get(row.kind, ()))


Reader = Callable[[Param, str, Vocabulary], Reading | None]


# --- Readers ----------------------------------------------------------------------------------------------------


def read_number(row: Param, after: str, vocabulary: Vocabulary) -> Reading | None:
    """`12`, `7.5`, `7,5`, `１２`. A number out of range is corrected to the nearest end."""
    word = first_word(after)
    number = _number(word.text, whole=row.kind == "int")
    return None if number is None else _fit(row, number, word, vocabulary)


def read_quality(row: Param, after: str, vocabulary: Vocabulary) -> Reading | None:
    """A preset by its name, or a number; as text either way."""
    named = read_name(row, after, vocabulary)
    if named:
        return named
    return _as_text(read_number(row, after, vocabulary))


def read_ratio(row: Param, after: str, vocabulary: Vocabulary) -> Reading | None:
    """`3:2` and its other spellings. A ratio that is too long is corrected to the longest legal one."""
    bare = after.lstrip(f"{QUOTES} \t\n")
    found = aspect.find_ratio(bare)
    if found is None:
        return None
    ratio, end = found
    legal = aspect.clamp(ratio)
    problem = None if legal == ratio else complaint(row, bare[:end].strip(), vocabulary)
    return Reading(legal, bare[end:].lstrip(QUOTES), problem)


def read_name(row: Param, after: str, vocabulary: Vocabulary) -> Reading | None:
    """The longest known name at the start of `after`, however spelt: `Euler a`, `euler_a`, `"DPM++ 2M Karras"`."""
    names = {fold(name): name for name in vocabulary.understood(row)}
    longest = None
    for joined, word in _growing(after):
        if joined in names:
            longest = Reading(names[joined], word.rest)
    return longest


def read_choice(row: Param, after: str, vocabulary: Vocabulary) -> Reading | None:
    """A name of a closed list; not when parts of other names follow: `DPM++ 2M SDE Karras` is no `DPM++ 2M`."""
    reading = read_name(row, after, vocabulary)
    parts = {part for name in vocabulary.of(row) for part in name.lower().split() if len(part) > 2}
    following = [word.text.lower() for word, _ in zip(words(reading.rest), range(2), strict=False)] if reading else []
    return None if parts.intersection(following) else reading


def read_text(row: Param, after: str, vocabulary: Vocabulary) -> Reading | None:
    """One word, or a quoted phrase; quotes inside it are dropped."""
    word = first_word(after)
    text = word.text.translate(_WITHOUT_QUOTES).strip()
    return Reading(text, word.rest) if text else None


def read_bool(row: Param, after: str, vocabulary: Vocabulary) -> Reading | None:
    """Nothing to read: the flag alone says yes."""
    return Reading(True, after)


def read_list(row: Param, after: str, vocabulary: Vocabulary) -> Reading | None:
    """Everything up to the next flag, as `a, b`."""
    items = [" ".join(item.split()).strip(f"{QUOTES} ") for item in _COMMA.split(unescape(after))]
    return Reading(", ".join(filter(None, items))) if any(items) else None


def read_loras(row: Param, after: str, vocabulary: Vocabulary) -> Reading | None:
    """`ink:0.8`, `ink:0.8, oil:1`: known names, each with a weight, 1 without. One out of range is corrected."""
    found = _LORAS.match(after)
    names = {fold(name): name for name in vocabulary.of(row)}
    low, high = Decimal(str(row.low)), Decimal(str(row.high))
    items, problem = [], None
    for item in found[1].split(",") if found else ():
        name, _, number = item.strip().partition(":")
        weight = Decimal(number or 1)
        if fold(name) not in names:
            return None
        if not low <= weight <= high:
            problem = complaint(row, item.strip(), vocabulary)
        items.append(f"{names[fold(name)]}:{plain(float(min(max(weight, low), high)))}")
    return Reading(", ".join(items), after[found.end() :], problem) if found else None


def read_control(row: Param, after: str, vocabulary: Vocabulary) -> Reading | None:
    """`canny`, `canny:0.8:0-0.6, pose:ready`: kinds with what belongs to them. Numbers out of range are corrected."""
    found = _CONTROLS.match(after)
    if not found:
        return None
    controls = read_controls(found[1])
    problem = None if all(control.legal for control in controls) else complaint(row, found[1], vocabulary)
    return Reading(spell_controls(tuple(control.mended() for control in controls)), after[found.end() :], problem)


def read_weights(row: Param, after: str, vocabulary: Vocabulary) -> Reading | None:
    """`2, 1`, `::2 ::1`: a number for each picture. Codes and links of Midjourney are left out, with the reason."""
    word = first_word(after)
    numbers = (
        [Decimal(number.strip(" :")) for number in re.split(r"[,\s]+", found[1])]
        if (found := _WEIGHTS.match(after))
        else []
    )
    if word.text.lower() == "random" or any(number >= _CODE for number in numbers) or "://" in word.text:
        kind = "link" if "://" in word.text else "code"
        facts: dict[str, Fact] = {"flag": row.flag, "written": shorten(word.text)}
        facts["option"] = "style_image" if row.flag == "--sref" else "character_image"
        return Reading(LEFT_OUT, _behind_values(after), (f"error-prompt-reference-{kind}", facts))
    if not found:
        return None
    low, high = Decimal(str(row.low)), Decimal(str(row.high))
    legal = ", ".join(plain(float(min(max(number, low), high))) for number in numbers)
    problem = complaint(row, found[1].strip(), vocabulary) if max(numbers) > high else None
    return Reading(legal, after[found.end() :], problem)


def _behind_values(after: str) -> str:
    """What is left behind links, codes and numbers."""
    rest = after
    for word in words(after):
        if not looks_like_value(word.text):
            break
        rest = word.rest
    return rest


# --- Guesses: what was meant by a value that cannot be read --------------------------------------------------------


def guess_nothing(row: Param, after: str, vocabulary: Vocabulary) -> Reading | None:
    """No idea."""
    return None


def guess_number(row: Param, after: str, vocabulary: Vocabulary) -> Reading | None:
    """The digits of `20steps`, `#5` or `[20]`, if nothing else follows: `3d render` is a picture."""
    word = first_word(after)
    digits = _DIGITS.search(unicodedata.normalize("NFKC", word.text))
    return replace(_fit(row, Decimal(digits[0]), word, vocabulary), rest="") if digits and word.alone else None


def guess_quality(row: Param, after: str, vocabulary: Vocabulary) -> Reading | None:
    """A misspelt preset, or the digits of `2x`."""
    return guess_name(row, after, vocabulary) or _as_text(guess_number(row, after, vocabulary))


def guess_ratio(row: Param, after: str, vocabulary: Vocabulary) -> Reading | None:
    """The word for a shape, two numbers without a colon, or half of a well-known ratio."""
    word = first_word(after)
    if word.alone and (ratio := aspect.NAMED.get(word.text.lower())):
        return Reading(ratio, word.rest)
    bare = after.lstrip(" \t\n([<")
    found = aspect.guess_ratio(bare)
    return Reading(aspect.clamp(found[0]), bare[found[1] :]) if found else None


def guess_name(row: Param, after: str, vocabulary: Vocabulary) -> Reading | None:
    """The known name that the first words look most like, or that contains them."""
    names = {fold(name): name for name in vocabulary.of(row)}
    best, best_score = None, 74.0
    for joined, word in _growing(after):
        if joined in names:  # not what was meant, or it would have been read
            continue
        near = process.extractOne(joined, names.keys(), scorer=fuzz.ratio, score_cutoff=best_score)
        part = [name for name in names if len(joined) > 1 and (name.startswith(joined) or joined in name[2:])]
        if near and near[1] > best_score:
            best, best_score = Reading(names[near[0]], word.rest), near[1]
        elif part and best is None:
            best = Reading(names[part[0]], word.rest)
    return best


def guess_control(row: Param, after: str, vocabulary: Vocabulary) -> Reading | None:
    """The kind that the word looks most like."""
    word = first_word(after)
    kind = word.text.partition(":")[0]
    near = guess_name(row, kind, vocabulary) if kind else None
    return near and Reading(f"{near.value}:1", word.rest)


def guess_lora(row: Param, after: str, vocabulary: Vocabulary) -> Reading | None:
    """The LoRA that the name looks most like."""
    word = first_word(after)
    name, _, number = word.text.partition(":")
    near = guess_name(row, name, vocabulary) if name else None
    mended = read_loras(row, f"{near.value}:{number or 1}", vocabulary) if near else None
    return mended and Reading(mended.value, word.rest)


@dataclass(frozen=True, slots=True)
class Kind:
    """How the values of one kind of parameter are read, guessed at and complained about."""

    read: Reader
    guess: Reader = guess_nothing
    problem: str = "error-prompt-missing"
    """The sentence for a wrong value; facts `flag`, `written`, `low`, `high`, `choices`."""


KINDS: dict[str, Kind] = {
    "int": Kind(read_number, guess_number, "error-prompt-whole"),
    "float": Kind(read_number, guess_number, "error-prompt-number"),
    "quality": Kind(read_quality, guess_quality, "error-prompt-quality"),
    "ratio": Kind(read_ratio, guess_ratio, "error-prompt-ratio"),
    "choice": Kind(read_choice, guess_name, "error-prompt-choice"),
    "model": Kind(read_name, guess_name, "error-prompt-choice"),
    "style": Kind(read_name, guess_name, "error-prompt-choice"),
    "loras": Kind(read_loras, guess_lora, "error-prompt-lora"),
    "controls": Kind(read_control, guess_control, "error-prompt-control"),
    "weights": Kind(read_weights, problem="error-prompt-references"),
    "list": Kind(read_list),
    "str": Kind(read_text),
    "bool": Kind(read_bool),
}
"""One for each kind of the table. A new kind is its reader and one line here."""


def read(row: Param, after: str, vocabulary: Vocabulary) -> Reading | None:
    """The value of `row` at the start of `after`, or None where none stands there."""
    return KINDS[row.kind].read(row, after, vocabulary)


def misread(row: Param, after: str, vocabulary: Vocabulary) -> Reading:
    """What is wrong where `read` found nothing, and the correction.

    Without a guess the flag is left out. A single wrong word goes with it; more words belong to the prompt.
    """
    word = first_word(after)
    if not word.text:
        missing: Problem = "error-prompt-missing", {"flag": row.flag, "example": example(row, vocabulary)}
        return Reading(LEFT_OUT, word.rest, missing)
    guess = KINDS[row.kind].guess(row, after, vocabulary)
    written = after.removesuffix(guess.rest).strip() if guess else word.text
    problem = complaint(row, written, vocabulary)
    if guess:
        return Reading(guess.value, guess.rest, problem)
    return Reading(LEFT_OUT, "" if word.alone else after, problem)


def complaint(row: Param, written: str, vocabulary: Vocabulary) -> Problem:
    """The sentence for a wrong value: the flag, what is legal, what was written."""
    low, high = (f"1:{aspect.MAX_RATIO}", f"{aspect.MAX_RATIO}:1") if row.kind == "ratio" else (row.low, row.high)
    facts: dict[str, Fact] = {"flag": row.flag, "written": shorten(written)}
    facts |= {name: plain(value) for name, value in (("low", low), ("high", high)) if value is not None}
    return KINDS[row.kind].problem, facts | {"choices": shorten(", ".join(vocabulary.of(row)), 600)}


def read_foreign(name: str, after: str, problem: Problem) -> Reading | None:
    """Skip the value of a flag that is not Easel's: a number, a link, a code, or several where it takes many."""
    rest, skipped = after, 0
    for word in () if name in BARE else words(after):
        if not looks_like_value(word.text) or (skipped and name not in MANY):
            break
        rest, skipped = word.rest, skipped + 1
    return Reading(LEFT_OUT, rest, problem) if skipped or name in BARE else None


def example(row: Param, vocabulary: Vocabulary) -> str:
    """A legal use of the flag, such as `--steps 30`."""
    value = row.examples[0] if row.examples else next(iter(vocabulary.of(row)), plain(row.default))
    return f"{row.flag} {value}".rstrip()


def _as_text(reading: Reading | None) -> Reading | None:
    return replace(reading, value=plain(reading.value)) if reading and reading.value is not LEFT_OUT else reading


def _growing(after: str) -> Iterator[tuple[str, Word]]:
    """The first word folded, the first two joined, and so on, as far as a name may reach."""
    joined = ""
    for count, word in enumerate(words(after), 1):
        joined += fold(word.text)
        if not joined:
            return
        yield joined, word
        if word.closed or count == _LONGEST_NAME:
            return


def _number(text: str, *, whole: bool) -> Decimal | None:
    """The number that `text` spells. A comma groups the thousands of a whole number, else it is a decimal point."""
    spelt = unicodedata.normalize("NFKC", text).replace("−", "-")
    spelt = spelt.replace(",", "") if whole and _GROUPED.fullmatch(spelt) else spelt.replace(",", ".", 1)
    return Decimal(spelt) if _NUMBER.fullmatch(spelt) else None


def _fit(row: Param, number: Decimal, word: Word, vocabulary: Vocabulary) -> Reading:
    """The nearest legal number. One on the wrong side of zero is no slip: it is left out (`--seed -1` means random)."""
    low, high = Decimal(str(row.low)), Decimal(str(row.high))
    legal = min(max(number, low), high)
    value = int(legal.to_integral_value()) if row.kind == "int" else float(legal)
    if low <= number <= high and (row.kind != "int" or value == number):
        return Reading(value, word.rest)
    return Reading(LEFT_OUT if number < 0 <= low else value, word.rest, complaint(row, word.text, vocabulary))
