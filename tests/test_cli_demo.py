"""`signpost demo`: the bot in a simulated community, for who has no token."""

from __future__ import annotations

import subprocess
import sys

from bot.app import Project
from bot.releases import Release


def test_the_scene_is_played_to_its_end(small_project: Project, release: Release) -> None:
    """Citizens, moderators and trolls do what the script says, and the bot's part is shown beside it."""
    command = (sys.executable, "-m", "bot", "demo", "--speed", "100", "--data", str(small_project.data))
    before = sorted(small_project.data.iterdir())
    done = subprocess.run(command, cwd=small_project.root, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr
    shown = done.stdout
    for part in ("How much Statutory Maternity Pay is", "only Dee sees", "changes its reply", "removes its reply"):
        assert part in shown
    assert "116 123" in shown and "Someone may need help now" in shown and "#moderators" in shown
    assert shown.index("Leeds Carers") < shown.index("What I hold about you")
    assert "Traceback" not in done.stderr
    assert sorted(small_project.data.iterdir()) == before, "What is said in the scene is nobody's question."
