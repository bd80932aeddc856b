"""The term lists of `terms/*.toml`, expanded and indexed.

A file has tables (`[explicit]`, `[mild]` …) with one text per language; the tag of a term is "file.table", such as
"sexual.explicit". In a text, terms are separated by commas or line ends; `{a|b|}` expands to alternatives; a word that
ends in `*` also matches longer words; a term that ends in `?` counts only in a text in its own language. Terms in
scripts without spaces are kept apart: they are found inside a text. Knows nothing of policies.
"""

from __future__ import annotations

import itertools
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from bot.safety.normalise import fold, skeleton

HARMLESS = "allow.phrase"
"""The tag of harmless phrases."""

FOLDER = Path(__file__).parent / "terms"

DENSE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
DENSE += "\uac00-\ud7af\uf900-\ufaff"
"""Scripts written without spaces between words (or, Korean, with particles glued to them)."""

_IS_DENSE = re.compile(f"[{DENSE}]")
_WORD = re.compile(r"[^\W_]+\*?|#\w+")
_MIN_ONCE = 3
_RUN = re.compile(r"(.)\1+")
_GROUP = re.compile(r"\{([^{}]*)\}")
_LETTERS = re.compile(r"[^\W_]|[\u0e31-\u0e4e\u0eb1-\u0ece\u102b-\u103e\u17b6-\u17d3]")
_ALL_HIRAGANA = re.compile("[\u3041-\u309f]+")
_ALL_KATAKANA = re.compile("[\u30a0-\u30ff]+")
_KATAKANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}


@dataclass(frozen=True, slots=True)
class Term:
    """One listed term."""

    tag: str
    text: str
    language: str = ""
    """The language of its list."""
    at_home: bool = False
    """It counts only in a text that shows its language."""


class DenseTerm(NamedTuple):
    """A term in a script without spaces, in its `dense_form`."""

    form: str
    tag: str
    kana: str
    """"hiragana" or "katakana" where it is written in nothing else."""


@dataclass(slots=True)
class Node:
    """Where a reader stands after some words: the terms that are complete, and the words that may follow."""

    terms: list[Term] = field(default_factory=list)
    after: dict[str, Node] = field(default_factory=dict)


@dataclass
class Lexicon:
    """Every term, indexed. Filled by `load`, then only read."""

    root: Node = field(default_factory=Node)
    """Every term, word by word. A stem keeps its star."""
    words: set[str] = field(default_factory=set)
    """Every word that occurs in a term."""
    stems: set[str] = field(default_factory=set)
    """Words with a star, without it: they also match as the beginning of a longer word."""
    undoubled: set[str] = field(default_factory=set)
    """Every word without repeated letters; stems with their star."""
    stem_lengths: tuple[int, ...] = ()
    stem_heads: set[str] = field(default_factory=set)
    """The stems, cut to the length of the shortest."""
    prefixes: set[str] = field(default_factory=set)
    """Every beginning of every word: what the speller walks along."""
    aliases: dict[str, str] = field(default_factory=dict)
    """Word → the class of words it also counts as ("sixteen" → "#minor")."""
    dense: dict[str, list[DenseTerm]] = field(default_factory=lambda: defaultdict(list))
    """First character → the terms in scripts without spaces."""
    skeletons: dict[str, str] = field(default_factory=dict)
    """Word of another alphabet in the Latin letters it looks like → the word."""
    signs: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Emoji → the tags it has."""
    rules: dict[str, Any] = field(default_factory=dict)
    """`rules.toml` as it is."""
    hints: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Common word → the languages it is common in."""
    homographs: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Listed term → the languages in which it is a plain word."""
    spellings: dict[str, str] = field(default_factory=dict)
    """Word with its accents → what it is read as."""

    def add(self, term: str, tag: str, language: str = "") -> None:
        """Add one expanded and folded term of a list in `language`."""
        words = _WORD.findall(term)
        if _IS_DENSE.search(term):
            form = dense_form(term)
            once = undoubled(form)
            for spelling in {form} if tag == HARMLESS or len(once) < _MIN_ONCE else {form, once}:
                self.dense[spelling[0]].append(DenseTerm(spelling, tag, _kana_script(term)))
        elif not words:
            self.signs[term].append(tag)
        else:
            at_home = term.endswith("?")
            self._add_words(words, Term(tag, " ".join(words), language, at_home))
            if "-" in term:
                self._add_words(["".join(words)], Term(tag, "".join(words), language, at_home))

    def _add_words(self, words: list[str], term: Term) -> None:
        node = self.root
        for word in words:
            node = node.after.setdefault(word, Node())
        node.terms.append(term)
        self.words.update(words)
        self.stems.update(word[:-1] for word in words if word[-1] == "*")

    def may_be_stretched(self, word: str) -> bool:
        """Whether `word` (lower case) could be a known word or stem with some letters repeated."""
        once = undoubled(word)
        return once in self.undoubled or any(f"{once[:length]}*" in self.undoubled for length in self.stem_lengths)

    def finish(self) -> None:
        """Build the indexes once all terms are in."""
        plain = {word.removesuffix("*") for word in self.words}
        self.skeletons = {skeleton(word): word for word in plain if not word.isascii()}
        for word in (*plain, *self.skeletons):
            end = len(word)
            while end and word[:end] not in self.prefixes:
                self.prefixes.add(word[:end])
                end -= 1
        self.undoubled = set(map(undoubled, (*self.words, *self.skeletons)))
        self.stem_lengths = tuple(sorted(set(map(len, self.stems))))
        self.stem_heads = {stem[: self.stem_lengths[0]] for stem in self.stems}


def _kana_script(term: str) -> str:
    return "katakana" if _ALL_KATAKANA.fullmatch(term) else "hiragana" if _ALL_HIRAGANA.fullmatch(term) else ""


def dense_form(text: str) -> str:
    """How a script without spaces is compared: letters and their vowel signs, katakana as hiragana."""
    return "".join(_LETTERS.findall(text.lower().translate(_KATAKANA)))


def undoubled(text: str) -> str:
    """`text` with each run of one character as one."""
    return _RUN.sub(r"\1", text)


def expand(text: str) -> Iterator[str]:
    """The terms in a list's text, folded: comments off, split, groups in braces multiplied out."""
    for line in text.splitlines():
        for pattern in fold(line).partition("//")[0].split(","):
            if pattern.strip():
                parts = _GROUP.split(pattern.strip())
                choices = [part.split("|") if index % 2 else [part] for index, part in enumerate(parts)]
                for chosen in itertools.product(*choices):
                    yield " ".join("".join(chosen).split())


def load(folder: Path = FOLDER) -> Lexicon:
    """Read every list of `folder`."""
    lexicon = Lexicon()
    for path in sorted(folder.glob("*.toml")):
        content = tomllib.loads(path.read_text("utf-8"))
        _READERS.get(path.stem, _add_terms)(lexicon, path.stem, content)
    lexicon.finish()
    return lexicon


def _add_terms(lexicon: Lexicon, stem: str, content: Mapping[str, Any]) -> None:
    for table, lists in content.items():
        for language, text in lists.items():
            for term in expand(text):
                if table.startswith("#"):
                    lexicon.aliases[term] = table
                    lexicon.words.add(term)
                else:
                    lexicon.add(term, f"{stem}.{table}", language)


def _add_languages(lexicon: Lexicon, stem: str, content: Mapping[str, Any]) -> None:
    for language, text in content["words"].items():
        for word in expand(text):
            lexicon.hints[word].append(language)
    for language, text in content["homographs"].items():
        for word in expand(text):
            lexicon.homographs[word].add(language)


def _add_spellings(lexicon: Lexicon, stem: str, content: Mapping[str, Any]) -> None:
    lexicon.spellings |= content["means"]
    lexicon.spellings |= dict.fromkeys(content["harmless"]["words"].split(", "), "")


def _add_rules(lexicon: Lexicon, stem: str, content: Mapping[str, Any]) -> None:
    lexicon.rules = dict(content)


_READERS = {"languages": _add_languages, "spellings": _add_spellings, "rules": _add_rules}
"""The files that hold something else than terms."""
