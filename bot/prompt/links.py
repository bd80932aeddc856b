"""Links to pictures in a line: what each is for, and the line without them.

    LINK a fox                a picture beside the words; `LINK::2` counts twice as much as the others
    --sref LINK LINK::2       style pictures, up to the next word that is no link
    --cref LINK               character pictures

Only pictures that lie on Discord's own servers are taken: the two host names letter by letter, https, no port but its
own, and the paths of attachments. Every other address is refused with a sentence. Between quotes, an address is words.
Knows no network, no Discord and no model.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.errors import Refusal
from bot.prompt.foreign import BARE
from bot.prompt.marks import QUOTES, Mark, find_marks, quoted_spans
from bot.prompt.parser import ParsedPrompt, format_line
from bot.prompt.permutations import Permutations, literal
from bot.prompt.reader import visible
from bot.prompt.words import CLOSING, plain, shorten
from gpu.params import BY_NAME
from gpu.types import InputRole

FLAGS = {"style_references": InputRole.STYLE, "character_references": InputRole.CHARACTER}
"""Parameters whose pictures may be links → what those are for."""
MOST_WEIGHT = 10.0

_HOSTS = r"cdn\.discordapp\.com|media\.discordapp\.net"
_WEIGHT = r"::\s?([+-]?[\d.]*)"
_LINK = re.compile(
    rf"(?<![^\s<,={{|{QUOTES}])<?((?:[a-z][a-z0-9+.-]*:[/\\]{{2}}|(?:{_HOSTS})[/:])[^\s<>,;{{}}|{QUOTES}]+)>?(?:\s?{_WEIGHT})?",
    re.IGNORECASE,
)
"""Whatever begins like an address, with the weight behind it."""
_INSIDE = re.compile(rf"{_WEIGHT}$")
_DISCORD = re.compile(
    rf"(?i:https://({_HOSTS})(?::443)?)/((?:ephemeral-)?attachments/\d+/\d+/[\w%~+-][\w.%~+-]*(?:\?[\w=&%.~+-]*)?)",
    re.ASCII,
)
_NUMBER = re.compile(r"(?:::)?(\d+(?:\.\d+)?|\.\d+)(?![\w.])")
_BRACE = re.compile(r"\\.|[{}]")
_BETWEEN = f" \t\n,=:<{QUOTES}'"


@dataclass(frozen=True, slots=True)
class Link:
    """A picture on Discord's servers."""

    role: InputRole
    url: str
    weight: float = 1.0
    weighted: bool = False
    """Whether the weight was written."""

    def __str__(self) -> str:
        return f"{self.url}::{plain(self.weight)}" if self.weighted else self.url


@dataclass(frozen=True, slots=True)
class Linked:
    """A line without its links, and these."""

    line: str
    links: tuple[Link, ...] = ()

    def restored(self, line: str, parse: Callable[[str], ParsedPrompt]) -> str:
        """Another line, such as a corrected one, with the same links in it."""
        if not self.links:
            return line
        parsed = parse(Permutations(line).line(0))
        linked = {name: self._of(role) for name, role in FLAGS.items()}
        kept = {name: value for name, value in parsed.chosen.items() if not linked.get(name)}
        flags = [f"{BY_NAME[name].flag} {links}" for name, links in linked.items() if links]
        words = [self._of(InputRole.IMAGE), literal(format_line(parsed.prompt, kept)), *flags]
        return " ".join(filter(None, words))

    def _of(self, role: InputRole) -> str:
        return " ".join(str(link) for link in self.links if link.role is role)


@dataclass(frozen=True, slots=True)
class _Found:
    """An address in the line: `line[start:end]` goes when it is taken."""

    start: int
    end: int
    link: Link
    mark: Mark | None
    """The flag that takes it."""


def take(text: str, attached: Mapping[InputRole, int]) -> Linked:
    """Take the links out of a line; `attached` counts the pictures that were sent as files: they come first.

    The weights of links behind a flag stay there as numbers. Raises `Refusal` for an address that is not fetched.
    """
    line = visible(text)
    found = list(_found(line))
    if not found:
        return Linked(text)
    cuts: list[tuple[int, int, str]] = [(one.start, one.end, "") for one in found if one.mark is None]
    for mark in dict.fromkeys(one.mark for one in found if one.mark):
        run = [one for one in found if one.mark is mark]
        cuts.append((mark.start, run[-1].end, _flag(line, mark, run, attached)))
    return Linked(_cut(line, sorted(cuts)), tuple(one.link for one in found))


def refuse(text: str) -> None:
    """For what is kept for later lines. Raises `Refusal` where it has a link in it."""
    if take(text, {}).links:
        raise Refusal("error-link-kept")


def _found(line: str) -> Iterator[_Found]:
    """Every address that is taken, in order."""
    quoted = quoted_spans(line)[0]
    marks = find_marks(_LINK.sub(lambda link: "x" * len(link[0]), line))  # dashes in a file's name are no flags
    ends = [mark.end for mark in marks]
    run_end = 0
    for match in _LINK.finditer(line):
        at = bisect_right(ends, match.start())
        mark = marks[at - 1] if at else None
        if any(start < match.start() < end for start, end in quoted) and not _takes_links(mark):
            continue
        between = line[max(mark.end, run_end) if mark else 0 : match.start()]
        role = _role(mark, between)
        if role is None:
            run_end = match.end()
            continue
        if _depth(line[: match.start()]):
            raise Refusal("error-link-braces")
        owner = mark if role in FLAGS.values() else None
        run_end = match.end() if owner else run_end
        behind = f" \t\n,{QUOTES}" if owner else " \t\n,"
        end = len(line) - len(line[match.end() :].lstrip(behind))
        yield _Found(match.start(), end, _link(match, role), owner)


def _takes_links(mark: Mark | None) -> bool:
    return bool(mark and mark.row and mark.row.name in FLAGS)


def _role(mark: Mark | None, between: str) -> InputRole | None:
    """What an address is for; None where a flag that is not ours takes it. Raises `Refusal` where no flag can."""
    row = mark.row if mark else None
    if mark is None or mark.name in BARE:
        return InputRole.IMAGE
    if row is None or row.name in FLAGS:
        direct = not _NUMBER.sub("", between).strip(_BETWEEN)
        return (FLAGS[row.name] if row else None) if direct else InputRole.IMAGE
    if row.kind == "list" or (row.kind != "bool" and not between.strip(_BETWEEN)):
        raise Refusal("error-link-flag", flag=row.flag)
    return InputRole.IMAGE


def _link(match: re.Match[str], role: InputRole) -> Link:
    """Raises `Refusal` for what is not fetched, and for a weight that cannot be."""
    written, weight = match[1].rstrip(CLOSING), match[2]
    if inside := _INSIDE.search(written):
        written, weight = written[: inside.start()], inside[1]
    discord = _DISCORD.fullmatch(written)
    if discord is None:
        raise Refusal("error-link-elsewhere", written=shorten(written))
    url = f"https://{discord[1].lower()}/{discord[2]}"
    if not weight:
        return Link(role, url)
    number = float(weight) if _NUMBER.fullmatch(weight) else -1.0
    if not 0 <= number <= MOST_WEIGHT:
        raise Refusal("error-link-weight", written=shorten(weight), limit=int(MOST_WEIGHT))
    return Link(role, url, number, weighted=True)


def _flag(line: str, mark: Mark, run: Sequence[_Found], attached: Mapping[InputRole, int]) -> str:
    """The flag with numbers instead of links, where a weight was written; else nothing."""
    at, numbers = mark.end, []
    for one in run:
        numbers += _NUMBER.findall(line[at : one.start])
        at = one.end
    links = [one.link for one in run]
    if not numbers and not any(link.weighted for link in links):
        return ""
    numbers = numbers or ["1"] * attached.get(links[0].role, 0)
    return f"{line[mark.start : mark.end]} {', '.join([*numbers, *(plain(link.weight) for link in links)])} "


def _depth(before: str) -> int:
    """How many braces are open."""
    depth = 0
    for brace in _BRACE.finditer(before):
        depth = max(0, depth + {"{": 1, "}": -1}.get(brace[0], 0))
    return depth


def _cut(line: str, cuts: Sequence[tuple[int, int, str]]) -> str:
    pieces, at = [], 0
    for start, end, instead in cuts:
        pieces += [line[at:start], instead]
        at = end
    return "".join([*pieces, line[at:]])
