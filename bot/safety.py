"""Emergencies that can be told by their plainest words: a net beneath the model, never instead of it."""

from __future__ import annotations

import re

from bot.classifier import Prediction
from bot.decision import Thresholds

_PLAIN_WORDS = {
    "suicide": r"kill(?:ing)? my ?self|suicid|end(?:ing)? (?:my (?:own )?life|it all)|(?:want|going) to die|"
    r"better off dead|(?:not|don'?t) want to be (?:alive|here any ?more)",
    "self_harm": r"self.?harm|cut(?:ting)? my ?self|hurt(?:ing)? my ?self",
    "medical_emergency": r"not breathing|can'?t breathe|won'?t wake up|chest pains?|unconscious|overdos",
    "domestic_abuse": r"(?:he|she|partner|husband|wife|ex)(?: has been| has| is|'?s)? "
    r"(?:hits?|hitting|hurts?|hurting|beats?|beating|strangl\w+) me",
}
_NET = {slug: re.compile(rf"\b(?:{words})", re.IGNORECASE) for slug, words in _PLAIN_WORDS.items()}

WITH_PLAIN_WORDS = 0.4
"""Where the plain words stand too, this share of the urgency that is otherwise needed is enough."""


def plain_emergency(text: str) -> str | None:
    """The urgent-help message whose plainest words stand in a text, or None."""
    plain = text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return next((slug for slug, words in _NET.items() if words.search(plain)), None)


def urgent_help_for(text: str, prediction: Prediction, thresholds: Thresholds) -> str | None:
    """The urgent-help message that a text calls for, or None."""
    if not prediction.urgent:
        return None
    plain = plain_emergency(text)
    needed = thresholds.urgent * (WITH_PLAIN_WORDS if plain else 1.0)
    return prediction.urgent[0].answer if prediction.urgency >= needed else None
