"""Flags that people bring along from Midjourney and that Easel does not have.

They are known by name only, so that a line copied from there loses exactly the flag and its value in the suggestion.
A flag that moves into the parameter table must leave this list (a test holds that).
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


BARE = _words(
    "raw draft hd turbo fast relax stealth public loop video preview test testp creative uplight upbeta upanime "
    "sameseed vibe hq newclip nostretch old"
)
"""Take no value."""

ONE = _words(
    "chaos c stylize s version v niji weird w sw sv cw ow exp stop motion bs end width height"
)
"""Take one value."""

MANY = _words("sref cref oref edit profile p")
"""Take links and codes until the first other word."""

FOREIGN = BARE | ONE | MANY

WORDS = _words("random low high none")
"""Values that look like words."""
