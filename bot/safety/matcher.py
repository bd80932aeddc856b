"""Finds terms in a text: the words that the speller read, put together, with what their neighbours make of them.

A term inside a harmless phrase ("naked mole rat") is dropped, a term near certain words turns harmless, mild or
harmful, as `terms/rules.toml` says. Knows tags, not policies.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from bot.safety.lexicon import HARMLESS, Lexicon, Node, Term
from bot.safety.speller import Hit, dense, spell

_WORD = re.compile(r"[^\W_]+")
_BREAK = re.compile(r"(?:(?<!\b[^\W\d_])\.|[,;!?:])\s|\n")
_APART = re.compile(r"[\s'’-]+|\.\s")
_KANA = re.compile("[\u3041-\u30ff]")
_MAX_GAP = 8
_SHORT = 2


class Found(NamedTuple):
    """A term at [start, end) of the text, under its tag ("sexual.explicit")."""

    start: int
    end: int
    tag: str
    term: str = ""
    language: str = ""

    @property
    def list(self) -> str:
        """The file that the term is from ("sexual")."""
        return self.tag.partition(".")[0]

    @property
    def table(self) -> str:
        """The table of that file ("explicit")."""
        return self.tag.partition(".")[2]


class Reading:
    """One cleaned text and what was found in it."""

    def __init__(self, text: str, lexicon: Lexicon) -> None:
        self.text = text
        self._lexicon = lexicon
        words = list(_WORD.finditer(text))
        self._words = [word.start() for word in words]
        self._languages = Counter(lang for word in words for lang in lexicon.hints.get(word.group().lower(), ()))
        self._languages["ja"] += bool(_KANA.search(text))
        capitals = sum(word.group()[0].isupper() for word in words)
        self._all_capital = len(words) > 3 and capitals > 0.7 * len(words)
        hits = spell(text, lexicon)
        self._at: dict[int, list[Hit]] = defaultdict(list)
        for hit in hits:
            self._at[hit.start].append(hit)
        found = {*self._terms(hits), *self._dense(), *self._signs()}
        self.found = self._without_covered(found)

    def tagged(self, *tags: str) -> list[Found]:
        """What was found under any of these tags."""
        return [found for found in self.found if found.tag in tags]

    def distance(self, one: Found, other: Found) -> int:
        """Words between two finds; 0 when they touch or overlap."""
        first, second = sorted((one, other), key=lambda found: found.start)
        between = bisect_left(self._words, second.start) - bisect_left(self._words, first.end)
        return max(0, between)

    def same_clause(self, one: Found, other: Found) -> bool:
        """Whether no comma, full stop or line end is between the two."""
        first, second = sorted((one, other), key=lambda found: found.start)
        return not _BREAK.search(self.text, first.end, second.start)

    def following(self, end: int, *tags: str) -> Iterator[Found]:
        """What was found under these tags directly after position `end`."""
        starts = {hit.start for hit in self.follows(end)}
        return (found for found in self.tagged(*tags) if found.start in starts)

    def is_capital(self, at: int) -> bool:
        """Whether a word at `at` is set off by a capital letter, in a text that does not capitalise every word."""
        return self.text[at].isupper() and not self._all_capital

    def is_foreign(self, found: Found) -> bool:
        """Whether the term is a plain word of the language that the text is in."""
        most = max(self._languages.values(), default=0)
        homes = self._lexicon.homographs.get(found.term, set()) - {found.language, "en"}
        own = max(self._languages["en"], self._languages[found.language])
        return any(self._languages[home] == most > own for home in homes)

    def follows(self, end: int) -> Iterator[Hit]:
        """The words that come directly after position `end`."""
        for at in range(end, min(end + _MAX_GAP, len(self.text))):
            yield from self._at.get(at, ())
            if self.text[at].isalnum() or _BREAK.match(self.text, at):
                return

    def _terms(self, hits: Sequence[Hit]) -> Iterator[Found]:
        for hit in hits:
            if node := self._lexicon.root.after.get(hit.word):
                yield from self._from(node, hit.start, hit.end)

    def _from(self, node: Node, start: int, end: int) -> Iterator[Found]:
        """The terms of a node and of the nodes behind it, whose words so far stand at [start, end)."""
        for term in node.terms:
            if self._counts(term, start, end):
                yield Found(start, end, term.tag, term.text, term.language)
        for hit in self.follows(end) if node.after else ():
            if after := node.after.get(hit.word):
                yield from self._from(after, start, hit.end)

    def _counts(self, term: Term, start: int, end: int) -> bool:
        """Whether a term holds there: some need a text in their language, very short and harmless ones no disguise."""
        if term.at_home and not self._languages[term.language]:
            return False
        if term.tag != HARMLESS and (len(term.text) > _SHORT or (term.at_home and end - start == len(term.text))):
            return True
        written = self.text[start:end].lower()
        apart = _APART.split(written) if " " in term.text else ["".join(written.split())]
        return apart == term.text.split()

    def _dense(self) -> Iterator[Found]:
        for start, end, tag in dense(self.text, self._lexicon):
            yield Found(start, end, tag, self.text[start:end])

    def _signs(self) -> Iterator[Found]:
        if self.text.isascii():
            return
        for at, char in enumerate(self.text):
            for tag in self._lexicon.signs.get(char, ()):
                yield Found(at, at + 1, tag, char)

    def _without_covered(self, found: set[Found]) -> list[Found]:
        covers = [cover for cover in found if cover.tag == HARMLESS]
        kept = [f for f in found if f.tag != HARMLESS and not any(_covers(cover, f) for cover in covers)]
        return sorted(kept, key=lambda f: (f.start, f.end, f.tag))


def _covers(cover: Found, found: Found) -> bool:
    """Whether a harmless phrase holds a term, or the term only begins in its middle ("thirty-[five years old]")."""
    if not cover.start <= found.start < cover.end:
        return False
    whole_words = " " in cover.term or not cover.term.isascii()
    return found.end <= cover.end or (whole_words and cover.start < found.start)


def in_context(
    reading: Reading, rules: Mapping[str, Sequence[Mapping[str, Any]]], lists: Container[str]
) -> list[Found]:
    """What was found of these lists, after the rules about neighbours (`terms/rules.toml`)."""
    found = [found for found in reading.found if found.list in lists and not reading.is_foreign(found)]
    for rule in rules["harmful"]:
        found += _together(reading, rule)
    for rule in rules["harmless"]:
        found = [f for f in found if not _applies(reading, f, rule)]
    return [
        f._replace(tag=f"{f.list}.mild") if any(_applies(reading, f, rule) for rule in rules["mild"]) else f
        for f in found
    ]


def _together(reading: Reading, rule: Mapping[str, Any]) -> Iterator[Found]:
    """Two neighbours that are harmful together."""
    for one, other in itertools.product(reading.tagged(rule["one"]), reading.tagged(rule["other"])):
        if one != other and reading.distance(one, other) <= rule["within"]:
            yield Found(min(one.start, other.start), max(one.end, other.end), rule["tag"], one.term)


def _applies(reading: Reading, found: Found, rule: Mapping[str, Any]) -> bool:
    """Whether `found` is one of the rule's terms and has the rule's neighbour in the same clause."""
    if found.term not in rule.get("terms", ()) and found.tag not in rule.get("tags", ()):
        return False
    return any(
        (other.end <= found.start or found.end <= other.start)
        and reading.distance(found, other) <= rule["within"]
        and (rule.get("across") or reading.same_clause(found, other))
        for other in reading.tagged(rule["near"])
    )
