"""Members' settings and the audit log."""

from __future__ import annotations

from storage.audit import AuditLog
from storage.database import Database
from storage.models import AuditEntry, UserSettings
from storage.users import UserStore
from tests.storage.making import Clock


async def test_settings_are_empty_until_saved_and_replaced_as_a_whole(db: Database) -> None:
    users = UserStore(db)
    assert await users.settings(1) == UserSettings(1, {})
    await users.save(UserSettings(1, {"aspect_ratio": "3:2", "num_images": 1}))
    await users.save(UserSettings(1, {"style": "anime"}))
    assert await users.settings(1) == UserSettings(1, {"style": "anime"})
    assert await users.settings(2) == UserSettings(2, {})


async def test_the_audit_log_has_actor_target_before_after_and_reason(db: Database, clock: Clock) -> None:
    log = AuditLog(db, clock=clock)
    first = await log.record(5, "cancel", "abc", guild_id=1, before="running", after="cancelled", reason="spam")
    clock.now += 1
    second = await log.record(5, "delete", "abc", guild_id=1)
    await log.record(6, "delete", "xyz", guild_id=2)
    assert await log.entries(1) == [second, first]
    assert await log.entries(1, limit=1) == [second]
    assert first == AuditEntry(
        at=1000.0, actor_id=5, action="cancel", target="abc", guild_id=1, before="running", after="cancelled",
        reason="spam",
    )  # fmt: skip
