"""What is held of people who ask."""

from bot.storage.annotations.terms import FOR_GOOD, NOBODY, NONE, OFFICIALS, PUBLIC_TASK, Column, Personal, Table, plain

WORDS, ACT, PSEUDONYM, PLATFORM_ID = Personal.WORDS, Personal.ACT, Personal.PSEUDONYM, Personal.PLATFORM_ID
MERGED = "at once, with the words (an index; what is left in the file goes within minutes, and at night)"

CITIZENS = {
    "questions": Table(
        "Questions",
        "What was asked and what became of it: to answer, to see what has no answer yet, and to count.",
        PUBLIC_TASK, FOR_GOOD, OFFICIALS,
        {
            **plain(id="Number of the question"),
            "asked_at": Column("When it was asked: reports by day", ACT),
            **plain(
                platform="Discord, Telegram or the terminal: reports",
                community="The server or group; empty in a direct message: reports",
            ),
            "channel": Column(
                "Where to reply; in a direct message it is the person's own, and goes with the other ids",
                PLATFORM_ID, "reply ids", NOBODY,
            ),
            "thread": Column("Where to reply", PLATFORM_ID, "reply ids", NOBODY),
            "message_id": Column(
                "What to reply to, and whether a message has been handled before", PLATFORM_ID, "reply ids", NOBODY
            ),
            "asker": Column(
                "Who asked, as an HMAC under the key: /mydata, /forgetme, and to count people once",
                PSEUDONYM, "words", NOBODY,
            ),
            **plain(addressed="Whether the bot was addressed, or overheard it"),
            "text": Column(
                "The question, with personal details taken out; none for idle talk and for emergencies", WORDS, "words"
            ),
            "personal_data": Column("Which kinds of personal details were taken out", ACT, "words"),
            "outcome": Column("What became of it: reports", ACT),
            "answer": Column("Which answer was given: reports", ACT),
            **plain(confidence="How sure the model was"),
            "candidates": Column("What the model made of the words", ACT, "words"),
            **plain(
                release="Which release answered",
                revised_at="When the message was edited or deleted",
                helpful="How many found the reply helpful",
                unhelpful="How many did not",
                day="The day on which it was asked: reports",
            ),
        },
    ),
    "questions_fts": Table(
        "Search index", "Officials find questions by their words.", PUBLIC_TASK, MERGED, OFFICIALS,
        {"text": Column("The words of the questions", WORDS)},
    ),
    "question_vectors": Table(
        "Meanings", "Questions that mean the same are shown together.", PUBLIC_TASK, "words", NOBODY,
        {
            **plain(id="Number", question_id="Which question"),
            "vector": Column("What the words mean, as 384 numbers", WORDS),
            **plain(encoder="Which encoder made it"),
            "scores": Column("Which answers the words are near to", ACT),
            **plain(release="Which release's"),
        },
    ),
    "feedback": Table(
        "Votes", "Whether replies help: one vote a person.", PUBLIC_TASK, FOR_GOOD, f"{OFFICIALS}, as counts",
        {
            **plain(question_id="On which reply"),
            "asker": Column(
                "Who voted, as an HMAC; afterwards a number made up for the row", PSEUDONYM, "voters", NOBODY
            ),
            "helpful": Column("The vote", ACT),
            "given_at": Column("When", ACT),
        },
    ),
    "choices": Table(
        "Picks", "Which of the answers that were offered was meant.", PUBLIC_TASK, FOR_GOOD, f"{OFFICIALS}, as counts",
        {
            **plain(id="Number", question_id="For which question"),
            "asker": Column("Who picked, as an HMAC", PSEUDONYM, "pickers", NOBODY),
            "answer": Column("What was picked", ACT),
            "nation": Column("For which nation", ACT),
            "chosen_at": Column("When", ACT),
        },
    ),
    "me_too": Table(
        "Who would like to know too", "How many wait for an answer, each counted once, and telling them when it comes.",
        PUBLIC_TASK, FOR_GOOD, f"{OFFICIALS}, as counts",
        {
            **plain(question_id="Which question"),
            "asker": Column(
                "Who joined in, as an HMAC; afterwards a number made up for the row", PSEUDONYM, "joiners", NOBODY
            ),
            "asked_at": Column("When", ACT),
        },
    ),
    "outbox": Table(
        "Replies", "What is owed to a channel, until it is delivered, and for corrections.", PUBLIC_TASK, FOR_GOOD,
        f"{OFFICIALS}, as counts",
        {
            **plain(id="Number", question_id="For which question"),
            "reply": Column(
                "The official answer as it was posted; what staff are shown quotes questions, until it is delivered",
                ACT, "replies", NOBODY,
            ),
            **plain(created_at="Since when it is owed", delivered_at="When it was delivered"),
            **plain(platform="Where to", community="Where to"),
            "channel": Column("Where to", PLATFORM_ID, "replies", NOBODY),
            "thread": Column("Where to", PLATFORM_ID, "replies", NOBODY),
            "reply_to": Column("Under which message", PLATFORM_ID, "replies", NOBODY),
            **plain(
                dropped_at="When it was given up", drop_reason="Why", action="A post, an edit or a removal",
                replaces="Whose posts it changes", is_urgent="Whether it goes before others",
                keeps="Whether it outlasts a long wait", not_before="From when it may be delivered",
            ),
        },
    ),
    "posts": Table(
        "The bot's own posts", "Buttons under a reply, replies to it and corrections of it go by these ids.",
        PUBLIC_TASK, "replies; posts", NOBODY,
        {
            **plain(platform="Where"),
            "channel": Column("Where; in a direct message it is the person's own", PLATFORM_ID),
            "message_id": Column("The post", PLATFORM_ID),
            **plain(question_id="For which question", answer="What it shows", nation="For which nation"),
            **plain(outbox_id="Which reply it is"),
        },
    ),
    "tellings": Table(
        "Who has been told", "Nobody is told twice that their question has an answer.", NONE, FOR_GOOD,
        f"{OFFICIALS}, as counts",
        plain(draft_id="Of what answer", question_id="Under which question", outbox_id="By which post", told_at="When"),
    ),
    "themes": Table(
        "Themes", "Questions that ask for the same thing, for officials to see to.", PUBLIC_TASK, FOR_GOOD, OFFICIALS,
        {
            **plain(id="Number"),
            "title": Column(
                "The words of one of its questions; of another one once those are taken away, or none", WORDS, "words"
            ),
            **plain(state="How far it is"),
            "reason": Column("Why it was closed", Personal.OFFICIAL),
            **plain(department="Who sees to it"),
            "assigned_to": Column("Which official sees to it", Personal.OFFICIAL),
            **plain(
                answer="What answers it", subject="What it stands beside", merged_into="What it has become part of",
                questions="How many questions", addressed="How many addressed the bot", people="How many people",
                me_too="How many joined in", this_week="How many this week", last_week="How many last week",
                first_asked_at="When it was first asked", last_asked_at="When it was last asked",
                created_at="When it began", closed_at="When it was closed",
            ),
        },
    ),
    "theme_questions": Table(
        "Questions of themes", "Which questions are shown together.", PUBLIC_TASK, "words", OFFICIALS,
        plain(question_id="Which question", theme_id="In which theme", by_hand="Whether an official put it there"),
    ),
    "theme_changes": Table(
        "Questions to look at again", "What the grouping has to look at, for a second or so.", NONE,
        "until it has been looked at", NOBODY, plain(question_id="Which question", theme_id="Which theme it was in"),
    ),
}  # fmt: skip
"""Tables by name."""
