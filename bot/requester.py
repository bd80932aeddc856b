"""Who asks: all that the studio knows of Discord."""

from __future__ import annotations

from dataclasses import dataclass

from storage.models import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Requester:
    """A member at the moment of a request. On the command line everything but `locale` is 0 or empty."""

    user_id: int = 0
    guild_id: int = 0
    channel_id: int = 0
    parent_id: int = 0
    """The channel that a thread hangs under; 0 where it is none."""
    locale: str = "en"
    is_moderator: bool = False
    """Has Manage Messages in that channel."""
    is_admin: bool = False
    """Has Manage Server."""
    role_ids: frozenset[int] = frozenset()
    joined_at: float = 0.0
    """Seconds since 1970 when the member came to the server; 0: not known."""
    account_at: float = 0.0
    """Seconds since 1970 when the account was made; 0: not known."""
    age_restricted: bool = False
    """The channel is marked as age-restricted."""
    interaction_id: int = 0
    interaction_token: str = ""

    @property
    def channels(self) -> tuple[int, ...]:
        """Where it happens, the nearest last."""
        return tuple(id for id in (self.parent_id, self.channel_id) if id)


def may_see(who: Requester, job: Job) -> bool:
    """One's own jobs, and those of the server, or of the direct messages, one is in; others stay private."""
    here = job.guild_id == who.guild_id and (job.guild_id != 0 or job.channel_id == who.channel_id)
    return job.user_id == who.user_id or here
