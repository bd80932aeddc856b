"""What the bot refuses before anything is queued.

EaselError (gpu/errors.py)
├── BackendError …            gpu/errors.py
├── StorageError …            storage/errors.py
└── Refusal
    ├── PromptError           the line cannot be read; `suggestion` is a line that can
    ├── PromptBlocked         the prompt check refused it; fact `category`
    ├── NotYours              cancel or delete by someone else
    ├── PictureGone           the files of that job are no longer there
    ├── PictureWithheld       the policy of the place it would be posted to hides it; fact `category`
    ├── Unreachable           no road leads to the owner: no channel, no interaction, no direct message
    ├── MissingPermission     the bot lacks a permission in that channel; fact `permission`
    ├── Sanctioned            banned or timed out; facts `until`, `reason`
    ├── TooNew                the account, or the membership, is too young here; fact `until`
    ├── CooldownActive        the last job was a moment ago; fact `until`
    ├── DailyLimit            enough for today; fact `until`
    ├── AppealLimit           enough appeals for today
    ├── NoSuchThing           what a moderator decides about is not there, or decided
    ├── NotAllowed            that is for moderators
    ├── BadSetting            what an administrator wants to set cannot be; facts `field`, `problem`
    ├── NotOffered            that model does not draw in this server
    ├── NotHere               the server lets draw in other channels only; fact `channels`
    ├── Paused                the operator takes no new jobs
    ├── Confirmation          the line stands for several jobs: a question, with the id of what was asked
    └── ConfigError           config.toml cannot be used; facts `key`, `problem`
"""

from __future__ import annotations

from collections.abc import Sequence

from gpu.errors import EaselError, Fact


class Refusal(EaselError):
    """The request is not accepted; its sentence says what to do instead."""


class PromptError(Refusal):
    """The line cannot be read as it stands."""

    code = "error-prompt"

    def __init__(self, code: str = "", *, suggestion: str, **facts: Fact) -> None:
        super().__init__(code, **facts)
        self.suggestion = suggestion
        """A corrected line that parses; the Discord reply has a button that runs it."""


class PromptBlocked(Refusal):
    """The prompt check refused it."""

    code = "error-prompt-blocked"


class NotYours(Refusal):
    """Only the owner or a moderator may do that."""

    code = "error-not-yours"


class PictureGone(Refusal):
    """The files were removed; the line can still be run again."""

    code = "error-picture-gone"


class PictureWithheld(Refusal):
    """The picture is there, but may not be shown where it was asked for."""

    code = "error-picture-withheld"


class Unreachable(Refusal):
    """Neither the channel, nor the interaction, nor a direct message takes what is for the owner."""

    code = "error-unreachable"


class MissingPermission(Refusal):
    """The bot cannot work in that channel."""

    code = "error-missing-permission"


class PictureHeld(Refusal):
    """The picture waits for a moderator."""

    code = "error-picture-held"


class Sanctioned(Refusal):
    """Banned or timed out here."""

    code = "sanction-ban"


class TooNew(Refusal):
    """The gate for new members."""

    code = "error-member-new"


class CooldownActive(Refusal):
    """The last job was a moment ago."""

    code = "error-cooldown"


class DailyLimit(Refusal):
    """The day's images or device seconds are used up."""

    code = "error-daily-images"


class AppealLimit(Refusal):
    """Enough appeals for a day."""

    code = "error-appeal-limit"


class NoSuchThing(Refusal):
    """What a moderator decides about is not there, or somebody was faster."""

    code = "error-review-unknown"


class NotAllowed(Refusal):
    """That is for moderators or administrators."""

    code = "error-not-allowed"


class BadSetting(Refusal):
    """What an administrator wants to set cannot be set so."""

    code = "error-bad-setting"


class NotOffered(Refusal):
    """The server does not offer that model."""

    code = "error-model-not-offered"


class NotHere(Refusal):
    """The server lets draw in other channels."""

    code = "error-channel-not-allowed"


class Paused(Refusal):
    """No new jobs are taken."""

    code = "error-paused"


class Confirmation(Refusal):
    """The line stands for several jobs; facts: `jobs`, `pictures`, `seconds`, `minutes`, `price`, `sheet`."""

    code = "confirm-sweep"

    def __init__(self, sweep_id: str, lines: Sequence[str], **facts: Fact) -> None:
        super().__init__("", **facts)
        self.sweep_id = sweep_id
        """The answer goes to `bot.sweeping`, under this id."""
        self.lines = tuple(lines)


class ConfigError(Refusal):
    """config.toml cannot be used as it is."""

    code = "error-config"
