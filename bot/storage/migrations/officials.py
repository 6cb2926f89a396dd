"""What officials work with: accounts, themes, drafts, pauses, the search index, and erasing."""

from __future__ import annotations

from sqlite_utils import Database

from bot.storage.migrations.registry import migrations


@migrations()
def create_accounts(db: Database) -> None:
    """Who may use the console. `stamp` changes whenever earlier sign-ins must end; `subject` is a provider's id."""
    db.table("accounts").create(
        {
            "id": int,
            "email": str,
            "name": str,
            "role": str,
            "department": str,
            "password_hash": str,
            "totp_secret": str,
            "totp_last_used": int,
            "subject": str,
            "stamp": str,
            "is_active": int,
            "created_at": str,
        },
        pk="id",
        not_null={"email", "name", "role", "stamp", "is_active", "created_at"},
    )
    db.execute("create unique index accounts_by_email on accounts (email collate nocase)")
    db.execute("create unique index accounts_by_subject on accounts (subject) where subject is not null")
    db.table("sign_in_failures").create({"id": int, "at": str, "email": str, "address": str}, pk="id")
    db.table("sign_in_failures").create_index(["at"])


@migrations()
def create_audit_log(db: Database) -> None:
    """Every change that somebody made in the console. Rows can be added, and neither changed nor taken away."""
    db.table("audit").create(
        {"id": int, "at": str, "by": str, "action": str, "subject": str, "detail": str},
        pk="id",
        not_null={"at", "by", "action", "subject", "detail"},
    )
    db.table("audit").create_index(["subject"])
    for act in ("update", "delete"):
        db.execute(
            f"create trigger audit_forbids_{act} before {act} on audit "
            "begin select raise(abort, 'The audit log can only be added to.'); end"
        )


@migrations()
def create_themes(db: Database) -> None:
    """Questions that mean the same. `subject` numbers themes near each other; counts are kept by the regrouping.

    A theme that has become part of another has the state "merged", and `merged_into` names the other.
    """
    db.table("themes").create(
        {
            "id": int,
            "title": str,
            "state": str,
            "reason": str,
            "department": str,
            "assigned_to": int,
            "answer": str,
            "subject": int,
            "merged_into": int,
            "questions": int,
            "addressed": int,
            "people": int,
            "me_too": int,
            "this_week": int,
            "last_week": int,
            "first_asked_at": str,
            "last_asked_at": str,
            "created_at": str,
            "closed_at": str,
        },
        pk="id",
        not_null={"title", "state", "created_at"},
        defaults={"questions": 0, "addressed": 0, "people": 0, "me_too": 0, "this_week": 0, "last_week": 0},
    )
    db.table("themes").create_index(["state", "people"])
    db.table("themes").create_index(["subject"])
    # `by_hand` holds a question where an official has put it, whatever a later regrouping says.
    db.table("theme_questions").create(
        {"question_id": int, "theme_id": int, "by_hand": int},
        pk="question_id",
        not_null={"theme_id"},
        defaults={"by_hand": 0},
        foreign_keys=[("question_id", "questions", "id"), ("theme_id", "themes", "id")],
    )
    db.table("theme_questions").create_index(["theme_id"])
    db.table("theme_notes").create(
        {"id": int, "theme_id": int, "at": str, "by": str, "text": str},
        pk="id",
        not_null={"theme_id", "at", "by", "text"},
        foreign_keys=[("theme_id", "themes", "id")],
    )
    db.table("theme_notes").create_index(["theme_id"])
    # An id is never used again, so that whoever holds vectors can ask for those that came since. `scores` are those of
    # a release's model, and vectors of different encoders can't be compared.
    db.execute("""
        create table question_vectors (
            id integer primary key autoincrement, question_id integer not null unique references questions (id),
            vector blob not null, encoder text, scores text, release text
        )
    """)
    _create_theme_changes(db)


def _create_theme_changes(db: Database) -> None:
    """Questions of which the words, the outcome or the votes have changed since the grouping last looked.

    `theme_id` names the theme of which a question has left nothing behind, so that it is counted anew.
    """
    db.execute("""
        create table theme_changes (
            question_id integer not null, theme_id integer not null default 0, primary key (question_id, theme_id)
        ) without rowid
    """)
    # Words that are no longer kept leave nothing behind, whoever erases them. A theme may go by the words of a question
    # that has long been in another one.
    db.table("themes").create_index(["title"])
    db.execute("""
        create trigger questions_forget_meaning after update of text on questions when new.text is not old.text begin
            insert or ignore into theme_changes (question_id, theme_id)
            select new.id, theme_id from theme_questions where question_id = new.id;
            update themes set title = coalesce((
                select substr(q.text, 1, 200) from theme_questions x join questions q on q.id = x.question_id
                where x.theme_id = themes.id and q.id != new.id and q.text is not null
                order by x.question_id desc limit 1
            ), '') where title = substr(old.text, 1, 200);
            delete from question_vectors where question_id = new.id;
            delete from theme_questions where question_id = new.id;
        end
    """)
    changed = {
        "questions": ("insert", "new.id"), "questions_outcome": ("update of text, outcome", "new.id"),
        "feedback": ("insert", "new.question_id"), "feedback_gone": ("delete", "old.question_id"),
        "choices": ("insert", "new.question_id"), "choices_gone": ("delete", "old.question_id"),
        "me_too": ("insert", "new.question_id"), "me_too_gone": ("delete", "old.question_id"),
    }  # fmt: skip
    for name, (act, question) in changed.items():
        table = name.removesuffix("_gone").removesuffix("_outcome")
        db.execute(
            f"create trigger {name}_changes_themes after {act} on {table} begin "
            f"insert or ignore into theme_changes (question_id) values ({question}); end"
        )
    db.table("choices").create_index(["question_id"])


@migrations()
def create_drafts(db: Database) -> None:
    """Changes to the answer base on their way from an author to a release, and each answer's published texts."""
    db.table("drafts").create(
        {
            "id": int,
            "kind": str,
            "service": str,
            "answer": str,
            "content": str,
            "questions": str,
            "base_content": str,
            "theme_id": int,
            "author": str,
            "edited_by": str,
            "writers": str,
            "state": str,
            "reason": str,
            "version": int,
            "submitted_at": str,
            "approved_by": str,
            "approved_at": str,
            "publish_at": str,
            "worse_reason": str,
            "worse_what": str,
            "candidate": int,
            "candidate_of": str,
            "problem": str,
            "is_correction": int,
            "created_at": str,
            "changed_at": str,
            "published_at": str,
            "release": str,
            "announced_at": str,
        },
        pk="id",
        not_null={"kind", "answer", "author", "edited_by", "writers", "state", "version", "created_at", "changed_at"},
        defaults={"is_correction": 0, "writers": ""},
    )
    db.table("drafts").create_index(["state"])
    db.table("answer_versions").create(
        {
            "id": int,
            "answer": str,
            "content": str,
            "questions": str,
            "author": str,
            "approved_by": str,
            "reason": str,
            "release": str,
            "draft_id": int,
            "published_at": str,
        },
        pk="id",
        not_null={"answer", "content", "author", "published_at"},
    )
    db.table("drafts").create_index(["answer", "state"])
    db.table("answer_versions").create_index(["answer"])
    # What a release build is doing, for every process to show. A build that nobody has touched for a while has died.
    db.table("builds").create(
        {
            "id": int,
            "draft_id": int,
            "started_by": str,
            "started_at": str,
            "touched_at": str,
            "ended_at": str,
            "step": str,
            "done": float,
            "release": int,
            "problem": str,
        },
        pk="id",
        not_null={"started_by", "started_at", "touched_at", "step", "done"},
    )
    db.table("builds").create_index(["draft_id"])


@migrations()
def create_pauses(db: Database) -> None:
    """When the bot holds its tongue, and why. `scope` is everything, community, service or answer."""
    db.table("pauses").create(
        {
            "id": int,
            "scope": str,
            "target": str,
            "reason": str,
            "set_by": str,
            "set_at": str,
            "starts_at": str,
            "ends_at": str,
            "ended_by": str,
            "ended_at": str,
        },
        pk="id",
        not_null={"scope", "target", "reason", "set_by", "set_at", "starts_at"},
    )


@migrations()
def create_tellings(db: Database) -> None:
    """Who is told that their question has an answer, each once a draft; and when owed rows may first be delivered."""
    db.table("tellings").create(
        {"draft_id": int, "question_id": int, "outbox_id": int, "told_at": str},
        pk=("draft_id", "question_id"),
        not_null={"told_at"},
        foreign_keys=[("draft_id", "drafts", "id"), ("question_id", "questions", "id")],
    )
    # What staff are shown (see create_digests) is owed for no question.
    db.table("outbox").transform(not_null={"question_id": False})
    db.table("outbox").add_column("not_before", str)
    db.execute(
        "create index outbox_by_what_officials_owe on outbox (platform, channel, action, not_before) "
        "where not_before is not null and delivered_at is null and dropped_at is null"
    )
    db.execute(
        "create index outbox_by_what_officials_said on outbox (platform, channel, action, delivered_at) "
        "where not_before is not null and delivered_at is not null"
    )
    db.table("posts").create_index(["answer"])


@migrations()
def create_digests(db: Database) -> None:
    """What staff of a community were shown of new themes, each theme once."""
    db.table("digests").create(
        {"id": int, "platform": str, "community": str, "channel": str, "made_at": str},
        pk="id",
        not_null={"platform", "community", "channel", "made_at"},
    )
    db.table("digests").create_index(["platform", "community"])
    db.table("digest_themes").create(
        {"digest_id": int, "theme_id": int},
        pk=("digest_id", "theme_id"),
        foreign_keys=[("digest_id", "digests", "id")],
    )
    db.table("digest_themes").create_index(["theme_id"])


@migrations()
def create_search_index(db: Database) -> None:
    """The words of the questions, kept in step with them by triggers."""
    db.table("questions").enable_fts(["text"], fts_version="FTS5", tokenize="porter", create_triggers=True)
    # A question is written again for every vote and for every edit; its words are indexed anew only if they changed.
    db.execute("drop trigger questions_au")
    db.execute("""
        create trigger questions_au after update of text on questions when new.text is not old.text begin
            insert into questions_fts (questions_fts, rowid, text) values ('delete', old.id, old.text);
            insert into questions_fts (rowid, text) values (new.id, new.text);
        end
    """)


@migrations()
def count_votes(db: Database) -> None:
    """How many found a question's reply helpful, and how many did not: counted beside it, by triggers."""
    for column in ("helpful", "unhelpful"):
        db.table("questions").add_column(column, int, not_null_default=0)
    db.execute("""
        update questions set helpful = counted.helpful, unhelpful = counted.unhelpful from (
            select question_id, sum(helpful) as helpful, sum(not helpful) as unhelpful from feedback group by 1
        ) as counted where id = counted.question_id
    """)
    for act, row, sign in (("insert", "new", "+"), ("delete", "old", "-")):
        db.execute(
            f"create trigger votes_count_{act} after {act} on feedback begin update questions "
            f"set helpful = helpful {sign} {row}.helpful, unhelpful = unhelpful {sign} (not {row}.helpful) "
            f"where id = {row}.question_id; end"
        )


@migrations()
def index_reports(db: Database) -> None:
    """What the console counts, it counts in the order of these: nothing is sorted, no text read. Days are of UTC."""
    db.execute("alter table questions add column day text generated always as (substr(asked_at, 1, 10)) virtual")
    for name, columns, rows in (
        ("day", "day, outcome, helpful, unhelpful", ""),
        ("community", "platform, community, outcome, day, helpful, unhelpful", ""),
        ("answer", "answer, day, outcome, helpful, unhelpful", "where answer is not null"),
    ):
        db.execute(f"create index questions_by_{name} on questions ({columns}) {rows}")
    db.execute("drop index idx_questions_asker")
    db.execute("create index questions_by_asker on questions (asker, platform, channel, asked_at, outcome, answer)")
    db.execute(
        "create index outbox_by_drop on outbox (dropped_at, platform, community, drop_reason) "
        "where dropped_at is not null"
    )


@migrations()
def create_erasures(db: Database) -> None:
    """How often words have been erased, and how many of these times nothing can be left in the file (see Erasure)."""
    db.execute("create table erasures (asked integer not null, done integer not null, rewritten integer not null)")
    db.execute("insert into erasures values (0, 0, 0)")
    db.execute("""
        create trigger questions_ask_for_erasure after update of text on questions
        when old.text is not null and new.text is not old.text begin
            update erasures set asked = asked + 1;
        end
    """)
    # What staff are shown quotes questions. It isn't kept once it has been done with, and made anew where it waits.
    for end in ("delivered_at", "dropped_at"):
        db.execute(f"""
            create trigger outbox_forget_digests_{end} after update of {end} on outbox
            when new.question_id is null and new.{end} is not null begin
                update outbox set reply = '' where id = new.id;
            end
        """)
    waiting = "question_id is null and delivered_at is null and dropped_at is null"
    here = "platform = old.platform and community = old.community"
    made_anew = f"select id from digests where {here} and made_at in "
    made_anew += f"(select created_at from outbox where {waiting} and {here})"
    db.execute(f"""
        create trigger questions_forget_digests after update of text on questions
        when old.text is not null and new.text is not old.text begin
            delete from digest_themes where digest_id in ({made_anew});
            delete from digests where id in ({made_anew});
            update outbox set dropped_at = strftime('%Y-%m-%dT%H:%M:%f+00:00'), drop_reason = 'forgotten'
            where {waiting} and {here};
        end
    """)
