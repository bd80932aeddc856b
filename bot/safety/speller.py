"""Finds the words of the lexicon in a text, plain or disguised.

Plain words are looked up. Only what looks odd (digits or signs inside a word, mixed scripts, single letters in a row)
is spelled: the speller walks along the beginnings of all known words with every letter that a character may stand for,
skipping separators and repeated letters, so disguises may be combined in any way. Knows words, not what they mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from bot.safety.lexicon import DENSE, HARMLESS, DenseTerm, Lexicon, dense_form
from bot.safety.normalise import letters, looks, near_letters

_HIRAGANA = re.compile("[\u3041-\u309f]")
_KATAKANA = re.compile("[\u30a0-\u30ff]")
_PARTICLES = "のがをにはでともなや"
_SHORT_KATAKANA = 3
_SHORT_HIRAGANA = 2
_SINGLE = re.compile(r"[\W_]*(?:([^\W_])(?:\1|[\W_])*)?", re.IGNORECASE)
"""One letter, perhaps repeated or with signs around it, or signs alone."""
_SIGN = re.compile(r"[\W_]")
_SPACES = re.compile(r"\s+")
_CHUNK = re.compile(r"\S+")
_PIECE = re.compile(r"[^\W\d_]+")
_ALNUM = re.compile(r"[^\W_]+")
_DENSE = re.compile(f"[{DENSE}]")
_DENSE_RUN = re.compile(f"[{DENSE}a-zA-Z0-9](?:[\\W_]{{0,6}}[{DENSE}a-zA-Z0-9])*")
_NUMBER = re.compile(r"(?<![\d.,:/])\d{1,2}(?![\d%]|[.,:/]\d)")
_ODD = re.compile(r".I|[a-zA-Z][^a-zA-Z]|[^a-zA-Z][a-zA-Z]", re.DOTALL)
"""In a word: a capital I inside, or two alphabets."""
_LATIN = re.compile(r"[a-zA-Z0-9@$|!+]")
_CONTRACTION = re.compile(r"[a-zA-Z]{2,}'[a-zA-Z]{1,2}")
_DOUBLE = re.compile(r"(.)\1", re.IGNORECASE)
_PLAIN_SIGNS = ".,;:!?()[]{}\"'`~…“”„«»‹›—–-_#=*&%^/\\"
_ODD_TEXT = re.compile(
    r"[^\W\d_][-._]?[@$!|0-9]+[-._]?[^\W\d_]|(?<!\S)[@$|]+[^\W\d_]|[^\W\d_]([@$|]|[-._]!)(?!\S)"
    r"|[^\W\d_]\d\d"
    r"|[a-zA-Z][-._]?[\u0370-\u04ff]|[\u0370-\u04ff][-._]?[a-zA-Z]"
)
"""Leetspeak or mixed alphabets: then digits alone, one letter, and a "!" at the end are spelled as well."""
_OPENING_SIGNS = _PLAIN_SIGNS.replace("!", "")
_MIN_SPELLED = 3
_TINY = 2
_MAX_SINGLE = 6
_WIDER = 2
"""Spaces by which a gap between words is wider than one between letters."""
_MASKS = "*•●○✱＊"
_FIRST_EMOJI = "\U0001f000"
_MAX_MASKED = 8
"""Walks that a mask may widen at most: a text full of masks says nothing and would cost much."""
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"


Walks = dict[str, tuple[int, int]]
"""Walks through the known words: the letters so far → where the first and the last walk with these letters began."""


class Hit(NamedTuple):
    """A word of the lexicon at [start, end) of the text."""

    start: int
    end: int
    word: str


def spell(text: str, lexicon: Lexicon) -> list[Hit]:
    """Every known word in `text` (already cleaned, case kept)."""
    text = _DENSE.sub(" ", text)
    odd = bool(_ODD_TEXT.search(text))
    hits: list[Hit] = []
    loose: list[tuple[int, int]] = []
    for match in _CHUNK.finditer(text):
        chunk, start = match.group(), match.start()
        hits += _in_chunk(text, chunk, start, lexicon, odd=odd)
        if len(chunk) <= _MAX_SINGLE and _SINGLE.fullmatch(chunk):
            loose.append(match.span())
        elif loose:
            hits += _in_run(text, loose, lexicon)
            loose = []
    hits += _in_run(text, loose, lexicon)
    hits += _numbers(text)
    hits += [Hit(hit.start, hit.end, lexicon.aliases[hit.word]) for hit in hits if hit.word in lexicon.aliases]
    return hits


def dense(text: str, lexicon: Lexicon) -> Iterator[tuple[int, int, str]]:
    """(start, end, tag) of every term in scripts without spaces.

    Signs between the letters do not matter; each run is also read without doubled letters.
    """
    for match in _DENSE_RUN.finditer(text) if _DENSE.search(text) else ():
        places = [at for at in range(match.start(), match.end()) if dense_form(text[at])]
        once = [at for before, at in zip([-1, *places], places, strict=False) if before < 0 or text[before] != text[at]]
        for run in (places, once) if len(once) < len(places) else (places,):
            folded = dense_form("".join(text[at] for at in run))
            for index, char in enumerate(folded):
                for term in lexicon.dense.get(char, ()):
                    start, last = run[index], run[min(index + len(term.form), len(run)) - 1]
                    if folded.startswith(term.form, index) and _stands(text, start, last, term):
                        yield start, last + 1, term.tag


def _stands(text: str, start: int, last: int, term: DenseTerm) -> bool:
    """Whether a term between two places is one: a harmless one has no signs in it, a short one in kana stands alone."""
    if term.tag == HARMLESS:
        return not _SIGN.search(text, start, last)
    katakana = bool(_KATAKANA.match(text[start]))
    borrowed = term.kana == "katakana" and not katakana
    if not term.kana or len(term.form) > (_SHORT_KATAKANA if katakana or borrowed else _SHORT_HIRAGANA):
        return True
    while text[last] == text[last + 1 : last + 2]:
        last += 1
    joins = _KATAKANA if katakana else _DENSE if borrowed else _HIRAGANA
    beside = (text[start - 1 : start], text[last + 1 : last + 2])
    return not any(joins.match(char) and char not in _PARTICLES for char in beside)


def _in_chunk(text: str, chunk: str, start: int, lexicon: Lexicon, *, odd: bool) -> Iterator[Hit]:
    """Words in a stretch without white space; in an `odd` text nothing is too short or too strange to be spelled."""
    core = chunk.strip(_PLAIN_SIGNS.replace("!", "")) if odd else chunk.rstrip(_PLAIN_SIGNS).lstrip(_OPENING_SIGNS)
    if core.isalpha() and not _ODD.search(core) and not (odd and len(core) == 1):
        at = start + chunk.index(core)
        yield from _plain(core, at, lexicon)
        if _DOUBLE.search(core) and lexicon.may_be_stretched(core.lower()):
            yield from _spelled(text, range(at, at + len(core)), lexicon)
        return
    for piece in {(piece.start(), piece.group()) for rule in (_PIECE, _ALNUM) for piece in rule.finditer(chunk)}:
        yield from _plain(piece[1], start + piece[0], lexicon)
    if odd or (len(core) > 1 and not core.isdigit() and not _is_contraction(core)):
        yield from _spelled(text, range(start, start + len(chunk)), lexicon)


def _is_contraction(core: str) -> bool:
    """Whether the sign in a chunk is a plain apostrophe: "who're"."""
    return bool(_CONTRACTION.fullmatch(core)) and not _DOUBLE.search(core)


def _plain(word: str, start: int, lexicon: Lexicon) -> Iterator[Hit]:
    """`word` itself, a stem that it begins with, or, in another alphabet, the Latin word that it looks like."""
    written, word = word, word.lower()
    end = start + len(word)
    if word in lexicon.words:
        yield Hit(start, end, word)
    if word[: lexicon.stem_lengths[0]] in lexicon.stem_heads:
        for length in lexicon.stem_lengths:
            if word[:length] in lexicon.stems:
                yield Hit(start, end, f"{word[:length]}*")
    if not word.isascii():
        for look in looks(written):
            yield from _plain(look, start, lexicon)


def _in_run(text: str, loose: list[tuple[int, int]], lexicon: Lexicon) -> Iterator[Hit]:
    """Words in a run of single letters: "n u d e". Where some gaps are wider, they separate words; else any gap may."""
    readable = [span for span in loose if any(map(letters, text[slice(*span)]))]
    if len(readable) < _MIN_SPELLED:
        return
    gaps = [max(map(len, _SPACES.findall(text, one[1], other[0]))) for one, other in pairwise(readable)]
    first = 0
    for index in range(1, len(readable) + 1):
        if index == len(readable) or gaps[index - 1] >= min(gaps) + _WIDER:
            yield from _spelled(text, range(readable[first][0], readable[index - 1][1]), lexicon, run=True)
            first = index


def _spelled(text: str, places: range, lexicon: Lexicon, *, run: bool = False) -> Iterator[Hit]:
    """Known words in a part of the text, read through disguises.

    Words begin and end where no letter is beside them; in a run of single letters, anywhere. Of the walks with the
    same letters the first and the last go on, so that their number is bounded whatever the text.
    """
    walks: Walks = {}
    read = letters if _LATIN.search(text, places.start, places.stop) else near_letters
    for at in places:
        if run or at == places.start or not text[at - 1].isalpha():
            walks[""] = (at, at)
        reached = _reached(walks, read(text[at]), lexicon)
        if len(walks) < _MAX_MASKED and _is_mask(text, at, places):
            reached |= _reached(walks, _ALPHABET, lexicon)
        if run or at + 1 == places.stop or not text[at + 1].isalpha():
            yield from _ended(text, reached, at + 1, places, lexicon, run=run)
        yield from (
            Hit(origin, at + 1, f"{stem}*")
            for prefix, origins in reached.items()
            for stem in (prefix, lexicon.skeletons.get(prefix, ""))
            if stem in lexicon.stems
            for origin in set(origins)
        )
        walks = reached if text[at].isalnum() else walks | reached
        walks.pop("", None)


def _ended(text: str, walks: Walks, end: int, places: range, lexicon: Lexicon, *, run: bool) -> Iterator[Hit]:
    """The whole words among the walks. Very short ones count in a run only at one of its ends."""
    for prefix, origins in walks.items():
        for origin in set(origins):
            edge = not run or len(prefix) >= _MIN_SPELLED or origin == places.start or end == places.stop
            looked_at = text if len(prefix) <= _TINY else text[origin:end]
            foreign = "" if looked_at.isascii() else lexicon.skeletons.get(prefix, "")
            yield from (Hit(origin, end, word) for word in (prefix, foreign) if edge and word in lexicon.words)


def _is_mask(text: str, at: int, places: range) -> bool:
    """Whether a sign stands for a letter that was left out, as in "n*de"."""
    inside = places.start < at < places.stop - 1 and text[at - 1].isalnum() and text[at + 1].isalnum()
    return inside and (text[at] in _MASKS or text[at] > _FIRST_EMOJI)


def _reached(walks: Walks, options: str, lexicon: Lexicon) -> Walks:
    """The walks after one more character that may be any of `options`: one letter further, or the same letter again."""
    reached: Walks = {}
    for prefix, (first, last) in walks.items():
        for option in options:
            for longer in (prefix + option, prefix if prefix[-1:] == option else ""):
                if longer in lexicon.prefixes:
                    others = reached.get(longer, (first, last))
                    reached[longer] = (min(first, others[0]), max(last, others[1]))
    return reached


def _numbers(text: str) -> Iterator[Hit]:
    """Ages below 18 as the word class "#minor", any other number of one or two digits as "#number"."""
    for match in _NUMBER.finditer(text):
        yield Hit(match.start(), match.end(), "#minor" if int(match.group()) < 18 else "#number")
