"""Every fixed sentence that a citizen can receive. Answers and urgent help have files of their own."""

from __future__ import annotations

from bot.messages import Outcome

_COVERED = "benefits, work, tax, pensions, housing, health, schools, childcare, debt, documents and voting"

CLARIFY = "I'm not sure which of these you need. Choose one:"
ALSO_ASKED = "You also asked about: {title}"
NONE_OF_THESE = "None of these"
OUTDATED_FIGURES = "Some figures have just changed, so they are left out here. See the link for today's."
PERSONAL_DATA = (
    "Please don't post personal details such as your {kinds} here: others can see them. They were not kept. "
    "Think about deleting your message."
)
FEEDBACK_THANKS = "Thank you. Your feedback has been noted."
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
        "Your question has been noted for officials. Meanwhile, try https://www.gov.uk or "
        "https://www.citizensadvice.org.uk."
    ),
    Outcome.WITHHELD_PERSONAL_DATA: "What would you like to know? Please ask without any personal details.",
}

ERRORS = {
    Outcome.ERROR_CLASSIFIER: "Sorry, I can't read questions right now. Please try again in a few minutes.",
    Outcome.ERROR_TIMEOUT: "Sorry, that took me too long. Please try again in a few minutes.",
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
    Outcome.IGNORED_DUPLICATE: "Ignored: the same message again",
    Outcome.IGNORED_BOT: "Ignored: another bot",
    Outcome.ERROR_CLASSIFIER: "Error: the model failed",
    Outcome.ERROR_TIMEOUT: "Error: the model took too long",
    Outcome.ERROR_QUESTION_LOG: "Error: the question log could not be written",
    Outcome.ERROR_INTERNAL: "Error: a fault in the bot",
}
"""Each outcome as officials and reports name it."""
