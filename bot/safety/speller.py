"""Finds the words of the lexicon in a text, plain or disguised.

Plain words are looked up. Only what looks odd (digits or signs inside a word, mixed scripts, single letters in a row)
is spelled: the speller walks along the beginnings of all known words with every letter that a character may stand for,
skipping separators and repeated letters, so disguises may be combined in any way. Knows words, not what they mean.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from itertools import pairwise

from bot.safety.lexicon import DENSE, Lexicon, dense_form
from bot.safety.normalise import letters, looks

_CHUNK = re.compile(r"\S+")
_PIECE = re.compile(r"[^\W\d_]+")
_ALNUM = re.compile(r"[^\W_]+")
_DENSE = re.compile(f"[{DENSE}]")
_DENSE_RUN = re.compile(f"[{DENSE}](?:[\\W_]{{0,3}}[{DENSE}])*")
_NUMBER = re.compile(r"(?<![\d.,:/])\d{1,2}(?![\d%]|[.,:/]\d)")
_ODD = re.compile(r"(.)\1|.I|[a-zA-Z][^a-zA-Z]|[^a-zA-Z][a-zA-Z]", re.DOTALL)
"""In a word: a double letter, a capital I inside, two alphabets."""
_PLAIN_SIGNS = ".,;:!?()[]{}\"'`~…“”„«»‹›—–-_#=*&%^/\\"
_MIN_SPELLED = 3
_MAX_SINGLE = 6
_MASKS = "*•●○✱＊"
_FIRST_EMOJI = "\U0001f000"
_MAX_MASKED = 8
"""Walks that a mask may widen at most: a text full of masks says nothing and would cost much."""
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Hit:
    """A word of the lexicon at [start, end) of the text."""

    start: int
    end: int
    word: str


def spell(text: str, lexicon: Lexicon) -> list[Hit]:
    """Every known word in `text` (already cleaned, case kept)."""
    text = _DENSE.sub(" ", text)
    hits: list[Hit] = []
    loose: list[tuple[int, int]] = []
    for match in _CHUNK.finditer(text):
        chunk, start = match.group(), match.start()
        hits += _in_chunk(text, chunk, start, lexicon)
        if len(chunk) <= _MAX_SINGLE and len({char for char in chunk.lower() if char.isalnum()}) <= 1:
            loose.append(match.span())
        elif loose:
            hits += _in_run(text, loose, lexicon)
            loose = []
    hits += _in_run(text, loose, lexicon)
    hits += _numbers(text)
    hits += [Hit(hit.start, hit.end, lexicon.aliases[hit.word]) for hit in hits if hit.word in lexicon.aliases]
    return hits


def dense(text: str, lexicon: Lexicon) -> Iterator[tuple[int, int, str]]:
    """(start, end, tag) of the terms in scripts without spaces: the longest term at a place wins, then the next place.

    Signs between the letters do not matter; each run is also read without doubled letters.
    """
    for match in _DENSE_RUN.finditer(text):
        places = [at for at in range(match.start(), match.end()) if dense_form(text[at])]
        once = [at for before, at in zip([-1, *places], places, strict=False) if before < 0 or text[before] != text[at]]
        for run in (places, once) if len(once) < len(places) else (places,):
            yield from _longest(dense_form("".join(text[at] for at in run)), run, lexicon)


def _longest(folded: str, places: list[int], lexicon: Lexicon) -> Iterator[tuple[int, int, str]]:
    at = 0
    while at < len(folded):
        found = [(term, tag) for term, tag in lexicon.dense.get(folded[at], ()) if folded.startswith(term, at)]
        for term, tag in found:
            if len(term) == len(found[0][0]):
                yield places[at], places[at + len(term) - 1] + 1, tag
        at += len(found[0][0]) if found else 1


def _in_chunk(text: str, chunk: str, start: int, lexicon: Lexicon) -> Iterator[Hit]:
    """Words in a stretch without white space."""
    core = chunk.strip(_PLAIN_SIGNS)
    if core.isalpha() and not _ODD.search(core):
        yield from _plain(core.lower(), start + chunk.index(core), lexicon)
        return
    for piece in {(piece.start(), piece.group()) for rule in (_PIECE, _ALNUM) for piece in rule.finditer(chunk)}:
        yield from _plain(piece[1].lower(), start + piece[0], lexicon)
    if len(core) > 1 and not core.isdigit():
        yield from _spelled(text, range(start, start + len(chunk)), lexicon)


def _plain(word: str, start: int, lexicon: Lexicon) -> Iterator[Hit]:
    """`word` itself, a stem that it begins with, or, in another alphabet, the Latin word that it looks like."""
    end = start + len(word)
    if word in lexicon.words:
        yield Hit(start, end, word)
    if word[: lexicon.stem_lengths[0]] in lexicon.stem_heads:
        for length in lexicon.stem_lengths:
            if word[:length] in lexicon.stems:
                yield Hit(start, end, f"{word[:length]}*")
    if not word.isascii():
        for look in looks(word):
            yield from _plain(look, start, lexicon)


def _in_run(text: str, loose: list[tuple[int, int]], lexicon: Lexicon) -> Iterator[Hit]:
    """Words in a run of single letters: "n u d e". Where some gaps are wider they separate words; else any gap may."""
    readable = [span for span in loose if any(map(letters, text[slice(*span)]))]
    if len(readable) < _MIN_SPELLED:
        return
    gaps = [after[0] - before[1] for before, after in pairwise(readable)]
    if max(gaps) == min(gaps):
        yield from _spelled(text, range(readable[0][0], readable[-1][1]), lexicon, starts=range(readable[-1][1]))
        return
    first = 0
    for index in range(1, len(readable) + 1):
        if index == len(readable) or gaps[index - 1] > min(gaps):
            group = readable[first:index]
            starts = [at for at, _ in group[:2]] if text[group[0][0]] in "aAiI" else [group[0][0]]
            yield from _spelled(text, range(group[0][0], group[-1][1]), lexicon, starts=starts)
            first = index


def _spelled(text: str, places: range, lexicon: Lexicon, starts: Container[int] = ()) -> Iterator[Hit]:
    """Known words in a part of the text, read through disguises.

    Without `starts` words begin and end where no letter is beside them; with it they begin at these places, and end
    anywhere if these are all, else at the end. A walk is the beginning of a word, and where it began; of two walks
    with the same beginning the later one goes on, so that their number is bounded whatever the text.
    """
    free = isinstance(starts, range)
    walks: dict[str, int] = {}
    for at in places:
        if at in starts or (not starts and (at == places.start or not text[at - 1].isalpha())):
            walks[""] = at
        reached = _reached(walks, letters(text[at]), lexicon)
        if len(walks) < _MAX_MASKED and _is_mask(text, at, places):
            reached |= _reached(walks, _ALPHABET, lexicon)
        ends = free or at + 1 == places.stop or (not starts and not text[at + 1].isalpha())
        for prefix, origin in reached.items():
            word = lexicon.skeletons.get(prefix, prefix)
            if ends and word in lexicon.words and len(word) >= _MIN_SPELLED:
                yield Hit(origin, at + 1, word)
            if word in lexicon.stems:
                yield Hit(origin, at + 1, f"{word}*")
        walks = reached if text[at].isalnum() else walks | reached
        walks.pop("", None)


def _is_mask(text: str, at: int, places: range) -> bool:
    """Whether a sign stands for a letter that was left out, as in "n*de"."""
    inside = places.start < at < places.stop - 1 and text[at - 1].isalnum() and text[at + 1].isalnum()
    return inside and (text[at] in _MASKS or text[at] > _FIRST_EMOJI)


def _reached(walks: dict[str, int], options: str, lexicon: Lexicon) -> dict[str, int]:
    """The walks after one more character that may be any of `options`: one letter further, or the same letter again."""
    reached: dict[str, int] = {}
    for prefix, origin in walks.items():
        for option in options:
            for longer in (prefix + option, prefix if prefix[-1:] == option else ""):
                if longer in lexicon.prefixes and origin >= reached.get(longer, 0):
                    reached[longer] = origin
    return reached


def _numbers(text: str) -> Iterator[Hit]:
    """Ages below 18 as the word class "#minor", any other number of one or two digits as "#number"."""
    for match in _NUMBER.finditer(text):
        yield Hit(match.start(), match.end(), "#minor" if int(match.group()) < 18 else "#number")
