"""What is held of officials, and what they have made."""

from bot.storage.annotations.terms import (
    ADMINISTRATORS,
    NOBODY,
    OFFICIALS,
    RECORD,
    SECURITY,
    Column,
    Personal,
    Table,
    plain,
)

OFFICIAL, CREDENTIAL = Personal.OFFICIAL, Personal.CREDENTIAL
EMPLOYED = "while they may sign in, and as long as the audit log names them; an administrator ends it"
HISTORY = "for as long as the answers are published: who answers for an official text"


def _by(purpose: str) -> Column:
    return Column(purpose, OFFICIAL)


OFFICIAL_TABLES = {
    "accounts": Table(
        "Accounts", "Who may use the console, and what they may do there.", RECORD, EMPLOYED, ADMINISTRATORS,
        {
            **plain(id="Number"),
            "email": _by("Their address, with which they sign in; beside all they do"),
            "name": _by("Their name"),
            **plain(role="What they may do"),
            "department": _by("Their department"),
            "password_hash": Column("To check their password (argon2)", CREDENTIAL, "", NOBODY),
            "totp_secret": Column("To check their second factor", CREDENTIAL, "", NOBODY),
            "totp_last_used": Column("A code is good once", CREDENTIAL, "", NOBODY),
            "subject": Column("Their department's sign-in knows them by this", CREDENTIAL, "", NOBODY),
            "stamp": Column("Ends earlier sign-ins when it changes", CREDENTIAL, "", NOBODY),
            **plain(is_active="Whether they may sign in", created_at="Since when"),
        },
    ),
    "sign_in_failures": Table(
        "Failed sign-ins", "Nobody can try passwords at will.", SECURITY, "sign-ins", NOBODY,
        {
            **plain(id="Number"),
            "at": _by("When"),
            "email": _by("For which account"),
            "address": _by("From which address on the network"),
        },
    ),
    "audit": Table(
        "Audit log", "Who did what in the console. Nobody can change it, or shorten it below two years.", RECORD,
        "audit log", ADMINISTRATORS,
        {
            **plain(id="Number"),
            "at": _by("When"),
            "by": _by("Who"),
            "action": _by("What"),
            "subject": _by("To what"),
            "detail": _by("How: what was changed, or what was searched for and exported"),
        },
    ),
    "theme_notes": Table(
        "Notes on themes", "What officials tell each other, and what moderators decide from their chat.", RECORD,
        "notes", OFFICIALS,
        {
            **plain(id="Number", theme_id="On which theme"),
            "at": _by("When"),
            "by": Column(
                "Which official; of a moderator the platform and the beginning of their HMAC", Personal.PSEUDONYM,
                "moderators' decisions; notes",
            ),
            "text": _by("What"),
        },
    ),
    "drafts": Table(
        "Drafts", "Changes to answers on their way to a second person's approval.", RECORD, HISTORY, OFFICIALS,
        {
            **plain(
                id="Number", kind="What is changed", service="Of which service", answer="Which answer",
            ),
            "content": _by("The answer's text"),
            "questions": Column(
                "Example questions for the model. An editor may take up what people asked: from then on it is the "
                "department's text, with nothing that leads back to who asked", Personal.WORDS,
            ),
            "base_content": _by("The text that it began with"),
            **plain(theme_id="For which theme"),
            "author": _by("Who began it"),
            "edited_by": _by("Who changed it last"),
            "writers": _by("Who changed it at all: none of them may approve it"),
            **plain(state="How far it is"),
            "reason": _by("Why"),
            **plain(version="Which version", submitted_at="When it was handed in"),
            "approved_by": _by("Who approved it"),
            **plain(approved_at="When", publish_at="From when it is to be live"),
            "worse_reason": _by("Why it was published though figures were worse"),
            **plain(
                worse_what="Which figures", candidate="The release built of it", candidate_of="Made from what",
                problem="Why none could be built", is_correction="Whether replies are corrected",
                created_at="When it was begun", changed_at="When it was changed", published_at="When it went live",
                release="In which release", announced_at="When people were told",
            ),
        },
    ),
    "answer_versions": Table(
        "Published texts", "Every text that an answer has had, and who answered for it.", RECORD, HISTORY, OFFICIALS,
        {
            **plain(id="Number", answer="Which answer"),
            "content": _by("The text"),
            "questions": Column("Example questions that were added with it: see Drafts", Personal.WORDS),
            "author": _by("Who wrote it"),
            "approved_by": _by("Who approved it"),
            "reason": _by("Why"),
            **plain(release="In which release", draft_id="By which draft", published_at="When"),
        },
    ),
    "builds": Table(
        "Builds", "How far the building of a release is.", RECORD, "builds", OFFICIALS,
        {
            **plain(id="Number", draft_id="Of which draft"),
            "started_by": _by("Who wanted it"),
            **plain(
                started_at="When it began", touched_at="When it was last heard of", ended_at="When it ended",
                step="What it does", done="How much is done", release="What came of it", problem="What went wrong",
            ),
        },
    ),
    "pauses": Table(
        "Pauses", "When the bot holds its tongue, why, and who said so.", RECORD, "pauses", OFFICIALS,
        {
            **plain(id="Number", scope="How much is paused", target="What is paused"),
            "reason": _by("Why"),
            "set_by": _by("Who paused it"),
            **plain(set_at="When", starts_at="From when", ends_at="Until when"),
            "ended_by": _by("Who ended it"),
            **plain(ended_at="When it was ended"),
        },
    ),
}  # fmt: skip
"""Tables by name."""
