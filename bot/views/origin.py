"""What is said of a picture that was made here: to everybody that it was, to those who may see the job what it is."""

from __future__ import annotations

from bot.provenance import Origin
from bot.requester import Requester, may_see
from bot.text import sentence
from bot.views.message import harmless, jump_link, shortened
from storage.models import Job

PROMPT = 1000
"""Characters of a prompt."""


def told(found: tuple[Origin, Job] | None, who: Requester) -> str:
    """The answer to "did you make this?"."""
    if found is None:
        return sentence(who.locale, "verify-unknown")
    origin, job = found
    lines = [
        sentence(
            who.locale, "verify-made", when=f"<t:{int(job.finished_at or job.created_at)}:f>",
            model=harmless(job.request.params.model), job=job.id, index=origin.index,
        ),
        sentence(who.locale, f"verify-by-{origin.by}", distance=origin.distance),
    ]  # fmt: skip
    if may_see(who, job):
        line, link = harmless(shortened(job.text, PROMPT)), jump_link(job) or "–"
        lines.append(sentence(who.locale, "verify-more", line=line, user=f"<@{job.user_id}>", link=link))
    return "\n".join(lines)
