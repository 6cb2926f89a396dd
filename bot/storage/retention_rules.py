"""For how long each thing is kept, and what becomes of it then: what enforces it and what tells of it go by these."""

from __future__ import annotations

from dataclasses import dataclass

from bot.storage.key_rotation import IS_MODERATORS, NOBODY, UNLINKED

SIGN_IN_DAYS = 1
"""For how long attempts to sign in that failed are kept; they are counted over minutes."""


@dataclass(frozen=True)
class Rule:
    """One kind of thing that is kept for so many days.

    `setting` is the setting's name (RetentionSettings), or the number of days where there is none. `since` says in
    words when the days begin, and `columns` which are emptied in `table`: none of them where whole rows go. `old` is
    the condition for a row `it` (?1: a time, before which things are old), and `steps` are the statements that do it
    to some rows, in one transaction (?2: their rowids, as JSON).
    """

    name: str
    setting: str | int
    since: str
    table: str
    columns: tuple[str, ...]
    old: str
    steps: tuple[str, ...]


_CHOSEN = "rowid in (select value from json_each(?2))"


def _emptied(
    name: str, setting: str, since: str, table: str, values: dict[str, str], old: str, *afterwards: str
) -> Rule:
    """A rule that leaves the rows, so that what is counted stays the same."""
    sets = ", ".join(f'"{column}" = {value}' for column, value in values.items())
    # Whether it is old is asked again, since much may have happened since it was found.
    step = f"update {table} as it set {sets} where {_CHOSEN} and {old}"
    return Rule(name, setting, since, table, tuple(values), old, (step, *afterwards))


def _deleted(name: str, setting: str | int, since: str, table: str, old: str) -> Rule:
    """A rule by which whole rows go."""
    return Rule(name, setting, since, table, (), old, (f"delete from {table} as it where {_CHOSEN} and {old}",))


_WAITS = """
    exists (
        select 1 from theme_questions x join themes t on t.id = x.theme_id
        where x.question_id = {} and (t.state in ('new', 'in_hand') or t.closed_at >= ?1)
    )
"""
"""Whether a question waits for its answer, or has only lately got it."""
_IN_HAND = """
    exists (
        select 1 from outbox o where o.question_id = it.rowid
        and (o.delivered_at is null and o.dropped_at is null or o.delivered_at >= ?1)
    )
"""
# A closed theme goes on being counted as it was when it was closed.
_LEAVE_CLOSED = """
    delete from theme_changes where question_id in (select value from json_each(?2)) and theme_id in (
        select id from themes where state not in ('new', 'in_hand')
    )
"""
_OLD_WORDS = "it.asked_at < ?1 and (it.asker != '' or it.text is not null)"
_OLD_IDS = f"""
    it.asked_at < ?1 and (it.message_id != '' or it.thread != '')
    and not {_IN_HAND} and not {_WAITS.format("it.rowid")}
"""
_OLD_REPLIES = f"""
    coalesce(it.delivered_at, it.dropped_at) < ?1 and it.channel is not '' and not {_WAITS.format("it.question_id")}
"""
# Posts of older versions stand under no reply.
_OLD_POSTS = """
    it.outbox_id is null and exists (select 1 from questions q where q.id = it.question_id and q.asked_at < ?1)
"""
_SUPERSEDED = """
    it.changed_at < ?1 and exists (
        select 1 from settings_changes later where later.platform = it.platform and later.community = it.community
        and later.channel = it.channel and later.name = it.name and later.id > it.id
    )
"""

_NAMED = "it.{} < ?1 and it.asker > '' and it.asker < '~'"
_POSTS_OF = "delete from posts where outbox_id in (select value from json_each(?2))"

# Words go before the names of who joined in, so that a theme that is counted still knows all who are counted in it.
RULES = (
    _emptied(
        "words", "words_days", "after the question was asked", "questions",
        {"text": "null", "candidates": "'[]'", "personal_data": "'[]'", "asker": "''"}, _OLD_WORDS, _LEAVE_CLOSED,
    ),
    _emptied(
        "reply ids", "reply_ids_days", "after the question was settled", "questions",
        {"message_id": "''", "thread": "''", "channel": "case community when '' then '' else channel end"}, _OLD_IDS,
    ),
    _emptied(
        "replies", "reply_ids_days", "after it was delivered or given up, or the question settled", "outbox",
        {"reply": "''", "reply_to": "''", "thread": "''", "channel": "''"}, _OLD_REPLIES, _POSTS_OF,
    ),
    _deleted("posts", "reply_ids_days", "after its reply was delivered, or the question settled", "posts", _OLD_POSTS),
    _emptied(
        "voters", "words_days", "after the vote", "feedback", {"asker": UNLINKED}, _NAMED.format("given_at")
    ),
    _emptied("pickers", "words_days", "after the pick", "choices", {"asker": "''"}, _NAMED.format("chosen_at")),
    _emptied("joiners", "words_days", "after joining in", "me_too", {"asker": UNLINKED}, _NAMED.format("asked_at")),
    _emptied(
        "moderators", "moderators_days", "after the change", "settings_changes", {"changed_by": "''"},
        "it.changed_at < ?1 and it.changed_by != ''",
    ),
    _deleted("old settings", "moderators_days", "after the change, once another has followed", "settings_changes",
             _SUPERSEDED),
    _emptied(
        "moderators' decisions", "moderators_days", "after the decision", "theme_notes", {"by": NOBODY},
        f"it.at < ?1 and {IS_MODERATORS}",
    ),
    _emptied(
        "staff channels", "moderators_days", "after the digest", "digests", {"channel": "''"},
        "it.made_at < ?1 and it.channel != ''",
    ),
    _deleted("notes", "records_days", "after it was written", "theme_notes", "it.at < ?1"),
    _deleted("pauses", "records_days", "after its end", "pauses", "coalesce(it.ended_at, it.ends_at) < ?1"),
    _deleted("builds", "records_days", "after its end", "builds", "coalesce(it.ended_at, it.touched_at) < ?1"),
    _deleted("audit log", "records_days", "after the entry", "audit", "it.at < ?1"),
    _deleted("sign-ins", SIGN_IN_DAYS, "after the attempt", "sign_in_failures", "it.at < ?1"),
)  # fmt: skip
