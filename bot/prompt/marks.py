"""Where flags begin in a line, and how words are kept from being flags.

A dash run marks a flag by how it stands, in three degrees of evidence:

    sure      `--word` after a space                      always a flag; an unknown one is an error
    likely    `—word`, `–word` after a space (phones)     a flag when the word is known, or nearly, and its value fits
    hint      `-word`, `-- word`, `fox--ar 3:2`, `8k—ar`  a flag when the word is known and its value fits

Everything else is prose: `a knight — brave`, `state-of-the-art`, `1920–1930`, `rock -- paper`. Two ways keep a flag's
spelling as words: double quotes around them, and a backslash before the dashes (`\\--ar`). One pass, linear time.
Knows the names of flags, not their values.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum

from rapidfuzz.distance import OSA

from bot.prompt.foreign import FOREIGN
from gpu.params import BY_FLAG, Param

HYPHENS = "-\u2010\u2011\u2043\u2212\ufe63\uff0d"
DASHES = HYPHENS + "\u2012\u2013\u2014\u2015\u2e3a\u2e3b\ufe58\u30fc"
QUOTES = '"\u201c\u201d\u201e\u201f\uff02'

_RUN = re.compile(rf"[{DASHES}](?<![{DASHES}]{{2}})[{DASHES}]*+(?=\s*+[^\W\d_])")
"""A whole run of dashes with a letter behind it."""
_NAME = re.compile(r"[^\W\d_]+(?:[-_\u2011][^\W\d_]+)*")
_SPACE = re.compile(r"\s*")
_QUOTE = re.compile(f"[{QUOTES}]")
_ESCAPED = re.compile(rf"\\([{DASHES}{QUOTES}])")
_CLOSING = ",;)]}" + QUOTES
_NAMES = {flag.removeprefix("--"): row for flag, row in BY_FLAG.items()}


class Evidence(Enum):
    """How surely a dash run begins a flag."""

    SURE = 3
    LIKELY = 2
    HINT = 1


@dataclass(frozen=True, slots=True)
class Mark:
    """A place where a flag may begin: `text[start:end]` is its dashes and name."""

    start: int
    end: int
    name: str
    """Without dashes, in lower case, words joined by `-`."""
    evidence: Evidence
    open_ended: bool = True
    """Whether a flag whose value is any words, or none, is believed here."""
    whole: bool = False
    """Whether the value must be a ratio or fill the rest of its piece: prose has dashes of that kind."""

    @property
    def row(self) -> Param | None:
        """The parameter of that name."""
        return _NAMES.get(self.name)

    @property
    def known(self) -> bool:
        """Whether the name is a flag here or in Midjourney."""
        return self.name in _NAMES or self.name in FOREIGN

    @property
    def sure(self) -> bool:
        """Whether no prose looks like this."""
        return self.evidence is Evidence.SURE


def find_marks(text: str) -> list[Mark]:
    """Every place where a flag may begin, in order. It depends on the text before and the name, not on the value."""
    marks: list[Mark] = []
    spans = iter(quoted_spans(text)[0])
    span = next(spans, None)
    for run in _RUN.finditer(text):
        while span and span[1] <= run.start():
            span = next(spans, None)
        inside = (span and span[0] < run.start()) or (marks and run.start() < marks[-1].end)
        if not inside and (mark := _mark(text, *run.span())):
            marks.append(mark)
    return marks


def _mark(text: str, start: int, stop: int) -> Mark | None:
    """The mark of the dash run `text[start:stop]`, if it is one."""
    before = text[start - 1] if start else " "
    spaced = before.isspace()
    hyphens = not text[start:stop].strip(HYPHENS)
    single, double = hyphens and stop - start == 1, hyphens and stop - start > 1
    if before == "\\" or (single and not spaced):  # a compound word: most dashes are
        return None
    glued = not text[stop].isspace()
    found = _NAME.match(text, stop if glued else _after_space(text, stop))
    if found is None:
        return None
    name = _plain_name(found[0])
    known = name in _NAMES or name in FOREIGN
    if spaced and glued and double:
        head = name.partition("-")[0]  # --no-text is --no text
        cut = not known and head in _NAMES and _NAMES[head].kind == "list" and f"--{head}" == _NAMES[head].flag
        return Mark(start, found.start() + len(head) if cut else found.end(), head if cut else name, Evidence.SURE)
    if spaced and glued and not hyphens:
        near = known or nearest_flag(name, strict=True)
        return Mark(start, found.end(), name, Evidence.LIKELY) if near else None
    if not known or not (spaced or glued) or (single and not glued):
        return None
    listed = double and glued and before in _CLOSING
    return Mark(start, found.end(), name, Evidence.HINT, open_ended=single or listed, whole=not hyphens)


def _plain_name(written: str) -> str:
    name = written.lower().replace("_", "-")
    return name if name.isascii() else unicodedata.normalize("NFKC", name).replace("\u2010", "-")


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def nearest_flag(name: str, *, strict: bool = False) -> Param | None:
    """The parameter whose flag looks most like `name`; `strict` allows one slip in a word, none in a short one."""
    slips = (len(name) >= 4) + (len(name) >= 7) if strict else (len(name) >= 2) + (len(name) >= 5)
    near = min(_NAMES, key=lambda flag: OSA.distance(flag, name, score_cutoff=3))
    if slips and len(near) > 1 and OSA.distance(near, name) <= slips:
        return _NAMES[near]
    if strict or len(name) < 3:
        return None
    begun = [row for flag, row in _NAMES.items() if flag.startswith(name) or _begins(flag, name)]
    return begun[0] if len({row.name for row in begun}) == 1 else None


def _begins(flag: str, name: str) -> bool:
    """Whether `name` is a flag with more behind it: `cfg-scale`, `aspectratio`."""
    return len(flag) > 1 and name.startswith(flag if len(flag) > 3 else f"{flag}-")


def quoted_spans(text: str) -> tuple[list[tuple[int, int]], list[int]]:
    """The pieces in double quotes, which are words whatever they look like, and the quotes that open without an end.

    A quote opens after a space and closes before a space or a sign, so that 12" is no quote. Quotes around the whole
    line protect nothing: people paste lines that way.
    """
    spans: list[tuple[int, int]] = []
    lonely: list[int] = []
    start = -1
    for found in _QUOTE.finditer(text):
        at = found.start()
        before, after = text[at - 1] if at else " ", text[at + 1 : at + 2] or " "
        if (before.isspace() or before in "([{") and not after.isspace():
            lonely += [start] * (start >= 0)
            start = at
        elif start >= 0 and not before.isspace() and not after.isalnum():
            spans.append((start, at + 1))
            start = -1
    whole = spans == [(0, len(text))]
    return [] if whole else spans, lonely + [start] * (start >= 0)


def quoted_whole(line: str) -> bool:
    """Whether one pair of quotes holds the whole line."""
    return quoted_spans(f"{line} ")[0] == [(0, len(line))]


def escape(words: str) -> str:
    """Put a backslash wherever `words` would be read as a flag or as an open quote; `unescape` takes them off."""
    places = {mark.start for mark in find_marks(words)} | set(quoted_spans(words)[1])
    places |= {found.start() + 1 for found in _ESCAPED.finditer(words)}
    pieces, last = [], 0
    for place in sorted(places):
        pieces += [words[last:place], "\\"]
        last = place
    return "".join([*pieces, words[last:]])


def unescape(text: str) -> str:
    """Take off the backslashes that `escape` puts."""
    return _ESCAPED.sub(r"\1", text)
