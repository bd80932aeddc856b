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

from bot.safety.lexicon import DENSE, Lexicon, collapse, is_stretched, kana
from bot.safety.normalise import letters

_CHUNK = re.compile(r"\S+")
_PIECE = re.compile(r"[^\W\d_]+")
_ALNUM = re.compile(r"[^\W_]+")
_DENSE_RUN = re.compile(f"[{DENSE}](?:[\\W_]{{0,3}}[{DENSE}])*")
_NUMBER = re.compile(r"(?<![\d.,:/])\d{1,2}(?![\d%]|[.,:/]\d)")
_DOUBLE = re.compile(r"(.)\1")
_TRIPLE = re.compile(r"(.)\1\1")
_PLAIN_SIGNS = ".,;:!?()[]{}\"'`~…“”„«»‹›—–-_#=*&%^/\\"
_MIN_SPELLED = 3
_MASKS = "*•●○✱＊"
_FIRST_EMOJI = "\U0001f000"
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Hit:
    """A word of the lexicon at [start, end) of the text."""

    start: int
    end: int
    word: str


def spell(text: str, lexicon: Lexicon) -> list[Hit]:
    """Every known word in `text` (already cleaned, case kept)."""
    hits = set[Hit]()
    loose: list[tuple[int, int]] = []
    for match in _CHUNK.finditer(text):
        start, end = match.span()
        hits.update(_in_chunk(text, start, end, lexicon))
        if _is_single(match.group()):
            loose.append((start, end))
        elif loose:
            hits.update(_in_run(text, loose, lexicon))
            loose = []
    hits.update(_in_run(text, loose, lexicon))
    hits.update(_numbers(text))
    hits |= {Hit(hit.start, hit.end, lexicon.aliases[hit.word]) for hit in hits if hit.word in lexicon.aliases}
    return sorted(hits, key=lambda hit: (hit.start, hit.end))


def dense(text: str, lexicon: Lexicon) -> Iterator[tuple[int, int, str]]:
    """(start, end, tag) of the terms in scripts without spaces: the longest term at a place wins, then the next place.

    Signs between the letters do not matter; each run is also read without doubled letters.
    """
    for match in _DENSE_RUN.finditer(text):
        places = [at for at in range(match.start(), match.end()) if text[at].isalnum() and text[at] != "ー"]
        once = [at for before, at in zip([-1, *places], places, strict=False) if before < 0 or text[before] != text[at]]
        for run in (places, once) if len(once) < len(places) else (places,):
            yield from _longest(kana("".join(text[at] for at in run)), run, lexicon)


def _longest(folded: str, places: list[int], lexicon: Lexicon) -> Iterator[tuple[int, int, str]]:
    at = 0
    while at < len(folded):
        found = [(term, tag) for term, tag in lexicon.dense.get(folded[at], ()) if folded.startswith(term, at)]
        for term, tag in found:
            if len(term) == len(found[0][0]):
                yield places[at], places[at + len(term) - 1] + 1, tag
        at += len(found[0][0]) if found else 1


def _in_chunk(text: str, start: int, end: int, lexicon: Lexicon) -> Iterator[Hit]:
    """Words in a stretch without white space."""
    chunk = text[start:end]
    core = chunk.strip(_PLAIN_SIGNS)
    if core.isascii() and core.isalpha() and "I" not in core[1:] and not _TRIPLE.search(core):
        yield from _plain(core.lower(), start + chunk.index(core), lexicon)
        return
    for piece in {(piece.start(), piece.group()) for rule in (_PIECE, _ALNUM) for piece in rule.finditer(chunk)}:
        yield from _plain(piece[1].lower(), start + piece[0], lexicon)
    if len(core) > 1 and not core.isdigit():
        yield from _spelled(text, range(start, end), lexicon)


def _plain(word: str, start: int, lexicon: Lexicon) -> Iterator[Hit]:
    """`word` itself, a stem it begins with, or a word it is with letters repeated."""
    end = start + len(word)
    if word in lexicon.words:
        yield Hit(start, end, word)
    for length in lexicon.stem_lengths:
        if word[:length] in lexicon.stems:
            yield Hit(start, end, word[:length])
    if _DOUBLE.search(word):
        for known in lexicon.collapsed.get(collapse(word), ()):
            if known != word and is_stretched(word, known):
                yield Hit(start, end, known)


def _is_single(chunk: str) -> bool:
    """Whether a chunk is one letter, perhaps repeated or with signs around it, or signs alone."""
    return len(chunk) <= 6 and len({char for char in chunk.lower() if char.isalnum()}) <= 1


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
    anywhere if these are all, else at the end.
    """
    free = isinstance(starts, range)
    walks = set[tuple[int, str]]()
    for at in places:
        if at in starts or (not starts and (at == places.start or not text[at - 1].isalpha())):
            walks.add((at, ""))
        reached = {step for walk in walks for step in _steps(walk, text[at], lexicon)}
        ends = free or at + 1 == places.stop or (not starts and not text[at + 1].isalpha())
        for origin, word in reached:
            known = lexicon.skeletons.get(word, word)
            if len(word) >= _MIN_SPELLED and (known in lexicon.stems or (ends and known in lexicon.words)):
                yield Hit(origin, at + 1, known)
        if not text[at].isalnum():
            reached |= walks
        walks = reached - {(at, "")}


def _steps(walk: tuple[int, str], char: str, lexicon: Lexicon) -> Iterator[tuple[int, str]]:
    """Where a walk can go with one more character: one more letter, or the same again."""
    origin, prefix = walk
    masked = prefix and (char in _MASKS or char > _FIRST_EMOJI)
    for option in _ALPHABET if masked else letters(char):
        if prefix + option in lexicon.prefixes:
            yield origin, prefix + option
        if prefix and prefix[-1] == option and not masked:
            yield walk


def _numbers(text: str) -> Iterator[Hit]:
    """Ages below 18 as the word class "#minor", any other number of one or two digits as "#number"."""
    for match in _NUMBER.finditer(text):
        yield Hit(match.start(), match.end(), "#minor" if int(match.group()) < 18 else "#number")
