"""What is counted and timed while the bot runs, for Prometheus."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 600)

OUTCOMES = Counter("signpost_outcomes", "Messages by what became of them.", ["platform", "outcome"])
LATENCY = Histogram(
    "signpost_reply_seconds", "Time from a message's arrival to its sent reply.", ["platform"], buckets=SECONDS
)
OUTBOX = Gauge("signpost_outbox_depth", "Replies that are owed and not yet delivered.", ["platform"])
DELIVERED = Counter("signpost_delivered", "Things owed that were delivered.", ["platform", "action"])
DROPPED = Counter("signpost_dropped", "Things owed that were given up, by reason.", ["platform", "reason"])
WAITS = Counter("signpost_rate_limit_waits", "Times that a limit of the platform was waited for.", ["platform", "why"])
WAIT_SECONDS = Counter("signpost_rate_limit_wait_seconds", "Time spent waiting for limits.", ["platform", "why"])
RECONNECTS = Counter("signpost_reconnects", "Times that a connection to the platform was lost.", ["platform"])
CONNECTED = Gauge("signpost_connected", "Whether messages are being received (1) or not (0).", ["platform"])
RELEASE = Gauge("signpost_release", "The number of the release that answers.")
PRESSES = Counter("signpost_presses", "Presses of buttons.", ["platform", "kind"])
