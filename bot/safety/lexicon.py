"""The term lists of `terms/*.toml`, expanded and indexed.

A file has tables (`[explicit]`, `[mild]` …) with one text per language; the tag of a term is "file.table", such as
"sexual.explicit". In a text, terms are separated by commas or line ends; `{a|b|}` expands to alternatives; a word that
ends in `*` also matches longer words. Terms in scripts without spaces are kept apart: they are found inside a text.
Knows nothing of policies.
"""

from __future__ import annotations

import itertools
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.safety.normalise import fold, skeleton

FOLDER = Path(__file__).parent / "terms"

DENSE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
"""Scripts written without spaces between words (or, Korean, with particles glued to them)."""

_IS_DENSE = re.compile(f"[{DENSE}]")
_WORD = re.compile(r"[^\W_]+\*?|#\w+")
_GROUP = re.compile(r"\{([^{}]*)\}")
_RUN = re.compile(r"(.)\1+")
_RUNS = re.compile(r"(.)\1*")
_KATAKANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)} | {0x30FC: None}


@dataclass(frozen=True, slots=True)
class Phrase:
    """One term: the words after its first one, its tag, and the whole term as it is listed."""

    rest: tuple[str, ...]
    tag: str
    term: str


@dataclass
class Lexicon:
    """Every term, by the words it starts with. Filled by `load`, then only read."""

    phrases: dict[str, list[Phrase]] = field(default_factory=lambda: defaultdict(list))
    """First word → the terms that start with it. A word of a prefix term is kept without its star."""
    words: set[str] = field(default_factory=set)
    """Every word that occurs in a term."""
    stems: set[str] = field(default_factory=set)
    """Words that also match as the beginning of a longer word."""
    stem_lengths: tuple[int, ...] = ()
    prefixes: set[str] = field(default_factory=set)
    """Every beginning of every word: what the speller walks along."""
    collapsed: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Word without repeated letters → the words that look like this."""
    aliases: dict[str, str] = field(default_factory=dict)
    """Word → the class of words it also counts as ("sixteen" → "#minor")."""
    dense: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    """First character → (term, tag) in scripts without spaces, longest first."""
    skeletons: dict[str, str] = field(default_factory=dict)
    """Word of another alphabet in the Latin letters it looks like → the word."""
    signs: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Emoji → the tags it has."""
    rules: dict[str, Any] = field(default_factory=dict)
    """`rules.toml` as it is."""

    def add(self, term: str, tag: str) -> None:
        """Add one expanded term."""
        folded = fold(term)
        if _IS_DENSE.search(folded):
            text = kana(folded)
            self.dense[text[0]].append((text, tag))
            return
        words = _WORD.findall(folded)
        if not words:
            self.signs[folded].append(tag)
            return
        for spelling in {tuple(words), ("".join(words),)} if "-" in term else {tuple(words)}:
            self._add_words(spelling, tag)

    def _add_words(self, words: tuple[str, ...], tag: str) -> None:
        self.stems.update(word[:-1] for word in words if word.endswith("*"))
        first, *rest = (word.removesuffix("*") for word in words)
        self.phrases[first].append(Phrase(tuple(rest), tag, " ".join((first, *rest))))
        self.words.update((first, *rest))

    def finish(self) -> None:
        """Build the indexes once all terms are in."""
        self.skeletons = {skeleton(word): word for word in self.words if not word.isascii()}
        for word in (*self.words, *self.skeletons):
            self.prefixes.update(word[:end] for end in range(1, len(word) + 1))
        for word in self.words:
            self.collapsed[collapse(word)].append(word)
        for entries in self.dense.values():
            entries.sort(key=lambda entry: -len(entry[0]))
        self.stem_lengths = tuple(sorted(set(map(len, self.stems))))


def collapse(word: str) -> str:
    """`word` with each run of one letter as one letter."""
    return _RUN.sub(r"\1", word)


def is_stretched(word: str, known: str) -> bool:
    """Whether `word` is `known` with some letters repeated; both collapse to the same."""
    runs = zip(_RUNS.finditer(word), _RUNS.finditer(known), strict=True)
    return all(len(run.group()) >= len(other.group()) for run, other in runs)


def kana(text: str) -> str:
    """Katakana as hiragana, without length marks: Japanese writes the same word both ways."""
    return text.translate(_KATAKANA)


def expand(text: str) -> Iterator[str]:
    """The terms in a list's text: comments off, split, groups in braces multiplied out."""
    for line in text.splitlines():
        for pattern in line.partition("//")[0].split(","):
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
        if path.stem == "rules":
            lexicon.rules = content
        else:
            _add_file(lexicon, path.stem, content)
    lexicon.finish()
    return lexicon


def _add_file(lexicon: Lexicon, stem: str, content: Mapping[str, Any]) -> None:
    for table, lists in content.items():
        for term in _terms(lists):
            if table.startswith("#"):
                lexicon.aliases[fold(term)] = table
                lexicon.words.add(fold(term))
            else:
                lexicon.add(term, f"{stem}.{table}")


def _terms(lists: Mapping[str, str]) -> Iterable[str]:
    return itertools.chain.from_iterable(expand(text) for text in lists.values())
