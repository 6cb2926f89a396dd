"""Every fixed sentence that a citizen can receive. Answers and urgent help have files of their own."""

from __future__ import annotations

from bot.messages import Outcome
from bot.places import Notice

_COVERED = "benefits, work, tax, pensions, housing, health, schools, childcare, debt, documents and voting"
_ELSEWHERE = "Meanwhile, try https://www.gov.uk or https://www.citizensadvice.org.uk."

CLARIFY = "I'm not sure which of these you need. Choose one:"
ALSO_ASKED = "You also asked about: {title}"
NONE_OF_THESE = "None of these"
OUTDATED_FIGURES = "Some figures have just changed, so they are left out here. See the link for today's."
PERSONAL_DATA = (
    "Please don't post personal details such as your {kinds} here: others can see them. They were not kept. "
    "Think about deleting your message."
)
VOTE_HELPFUL = "Thank you. Good to know that it helped."
VOTE_NOT_HELPFUL = "Thank you. Officials will see that it did not help."
ME_TOO_NOTED = "Noted. Officials will see that you would like to know too."
ME_TOO_COUNTED = "You are counted already."
NOT_YOURS = "Only the person who asked can do that. Ask me yourself and you get your own answer."
NOT_YOURS_TO_REMOVE = "Only the person who asked and moderators can remove this."
TOO_OLD = "This reply is too old to change. Please ask again."
CANNOT_NOTE = "Sorry, I can't note that right now. Please try again in a few minutes."

TOLD_ASKER = "You asked this on {day}. There is now an official answer."
TOLD_ONE = "Someone here wanted to know this. There is now an official answer."
TOLD_SEVERAL = "{count} people here asked this. There is now an official answer."
CORRECTED = "Corrected on {day}: this answer has changed."

DIGEST_TITLE = "New questions that have no answer"
DIGEST_ASKED = "People here who asked this: {people}."
DIGEST_JOINED = "Would like to know too: {count}."
DIGEST_IN_HAND = "Somebody has it in hand."
DIGEST_ANSWERED = "It has an answer now."
DIGEST_CLOSED = "It is closed."
DIGEST_MORE = "There are more. They come with the next of these messages."
DIGEST_OPEN, DIGEST_ASSIGN, DIGEST_NOT_FOR_US = "Open", "Assign to me", "Not for us"
DIGEST_YOURS = "Noted: you have it in hand. Officials can see that a moderator here took it."
DIGEST_NOT_OURS = "Noted: it is not for us, and closed. Officials can open it again."
DIGEST_DECIDED = "Somebody has dealt with that already."
DIGEST_SHARED = "People elsewhere ask this too, so it can't be closed from here. Officials can close it in the console."
DIGEST_GONE = "That question has changed since. Please look in the next of these messages."
DIGEST_MODERATORS = "Only moderators can do that."
DIGEST_NOTE_MINE = "Taken in hand from chat."
DIGEST_NOTE_CLOSED = "Closed from chat: not for us."
DIGEST_REASON = "from chat"

ALERT_TITLE = "Someone may need help now"
ALERT = "I gave urgent help in reply to a message here. Please look after the person who wrote it: {link}"
NO_LINK = "see the newest messages"

HELD_NOTHING = "I hold nothing about you."
HELD_INTRO = (
    "This is all that I hold about you. You are stored under a made-up name, never your own. Use /forgetme to erase it."
)
HELD_NO_WORDS = "words not kept"
HELD_MORE = "These are the newest {shown} of {count} messages. Those who run me can give you all of them."
FORGOTTEN = "Done. What I held about you is erased (messages: {count}). What I posted stays where it is."

SETTINGS_COMMANDS = {"discord": "/signpost setup", "telegram": "/settings"}

NOTICES = {
    Notice.WELCOME: (
        "Hello, I'm Signpost: I answer questions about public services with official, checked answers. "
        "For now I speak only when I'm mentioned. Moderators choose more, or less, with {settings_command}."
    ),
    Notice.CANNOT_POST: (
        "I was asked something but I'm not allowed to post there. Please let me send messages (on Discord also: view "
        "the channel, embed links and read the message history), or switch me off there."
    ),
    Notice.CANNOT_POST_ALERTS: (
        "I can't post in the channel that was chosen for alerts, so nobody was told of an emergency. "
        "Please let me send messages there, or choose another channel."
    ),
    Notice.CANNOT_POST_DIGEST: (
        "I can't post in the channel that was chosen for new themes. "
        "Please let me send messages there, or choose another channel."
    ),
    Notice.NO_MESSAGE_CONTENT: (
        "I can't read messages that don't mention me, because the Message Content intent is off. Whoever runs me can "
        "switch it on in the Discord Developer Portal, under Bot, and start me again."
    ),
    Notice.PRIVACY_MODE: (
        "Telegram shows me only commands, mentions and replies, because privacy mode is on. Make me an administrator, "
        "or send /setprivacy to @BotFather, choose Disable, and add me to the group again."
    ),
    Notice.SLOW_MODE: (
        "Slow mode holds my replies up here. Please exempt me from it, or let people ask me in another channel."
    ),
}
"""What is explained, once, to somebody who can mend it."""
WITHDRAWN = "That answer has been withdrawn. Please ask again."
NONE_NOTED = "Thank you. Your question has been passed to officials."

UNANSWERED = {
    Outcome.UNANSWERED_OUT_OF_SCOPE: (
        f"I don't have an official answer to that. I can help with {_COVERED}. "
        "For anything else, try https://www.gov.uk or https://www.citizensadvice.org.uk."
    ),
    Outcome.UNANSWERED_AMBIGUOUS: (
        "I'm not sure what you're asking, so I won't guess. Please ask again in one short sentence. "
        "Your question has been noted for officials."
    ),
    Outcome.UNANSWERED_LOW_CONFIDENCE: (
        "I don't have an official answer that I'm sure fits, so I won't guess. "
        f"Your question has been noted for officials. {_ELSEWHERE}"
    ),
    Outcome.WITHHELD_SERVICE_OFF: (
        "The moderators here have left that subject out. Ask me in a direct message and I will answer."
    ),
    Outcome.WITHHELD_PAUSED: f"Officials have paused this service for now. {_ELSEWHERE}",
    Outcome.WITHHELD_ANSWER_PAUSED: f"Officials have paused that answer for now. {_ELSEWHERE}",
    Outcome.WITHHELD_PERSONAL_DATA: "What would you like to know? Please ask without any personal details.",
}

NOTED = (Outcome.UNANSWERED_AMBIGUOUS, Outcome.UNANSWERED_LOW_CONFIDENCE)
"""Where officials have been told of a question, others may say that they have it too."""

ERRORS = {
    Outcome.ERROR_CLASSIFIER: "Sorry, I can't read questions right now. Please try again in a few minutes.",
    Outcome.ERROR_QUESTION_LOG: "Sorry, I can't note your question right now. Please try again in a few minutes.",
    Outcome.ERROR_INTERNAL: "Sorry, something went wrong here. Please try again in a few minutes.",
}

SMALL_TALK = {
    "greeting": f"Hello. I answer questions about {_COVERED}, with official information. Ask away.",
    "thanks": "You're welcome.",
    "goodbye": "Goodbye. Ask again any time.",
    "bot_question": (
        f"I'm Signpost, an automated service. I match questions about {_COVERED} to official answers that people "
        "have written and checked. I'm not a person and I can't see your records. "
        "Please don't post personal details."
    ),
}

URGENT_FALLBACK = (
    "If anyone is in danger now, call **999**. To talk to someone at any hour, call Samaritans free on **116 123**."
)
"""For an emergency that was noticed while the model or its message could not be had."""

LABELS = {
    Outcome.ANSWERED: "Answered",
    Outcome.CLARIFY: "Offered a choice of answers",
    Outcome.SMALL_TALK: "Small talk",
    Outcome.UNANSWERED_LOW_CONFIDENCE: "Not answered: not sure enough",
    Outcome.UNANSWERED_AMBIGUOUS: "Not answered: could be several things",
    Outcome.UNANSWERED_OUT_OF_SCOPE: "Not answered: no answer covers it",
    Outcome.URGENT_HELP: "Urgent help given",
    Outcome.WITHHELD_PERSONAL_DATA: "Nothing left to answer once personal details were removed",
    Outcome.IGNORED_EMPTY: "Ignored: no words in it",
    Outcome.IGNORED_NOT_A_QUESTION: "Ignored: not a question for us",
    Outcome.IGNORED_NOT_CONFIDENT: "Ignored: overheard, and not sure enough",
    Outcome.IGNORED_COOLDOWN: "Ignored: spoke here a moment ago",
    Outcome.IGNORED_MUTED: "Ignored: moderators have muted the bot",
    Outcome.WITHHELD_SERVICE_OFF: "Withheld: moderators have left the subject out",
    Outcome.WITHHELD_PAUSED: "Withheld: officials have paused the bot",
    Outcome.WITHHELD_ANSWER_PAUSED: "Withheld: officials have paused the answer",
    Outcome.IGNORED_PAUSED: "Ignored: overheard, and paused by officials",
    Outcome.IGNORED_NOT_ADDRESSED: "Ignored: not addressed to the bot",
    Outcome.IGNORED_STAFF_TALKING: "Ignored: staff are talking",
    Outcome.IGNORED_PART_OF_BURST: "Ignored: read as one with another message",
    Outcome.IGNORED_TOO_LATE: "Ignored: edited too late",
    Outcome.IGNORED_DUPLICATE: "Ignored: the same message again",
    Outcome.IGNORED_BOT: "Ignored: another bot",
    Outcome.ERROR_CLASSIFIER: "Error: the model failed",
    Outcome.ERROR_TIMEOUT: "Error: the model took too long",
    Outcome.ERROR_QUESTION_LOG: "Error: the question log could not be written",
    Outcome.ERROR_INTERNAL: "Error: a fault in the bot",
}
"""Each outcome as officials and reports name it."""
