"""Asks for known vulnerabilities of all pinned packages: `uv run python .ci/audit.py`.

It fails where one is known that deploy/accepted.toml doesn't accept, or accepts no longer. Where no advisories can be
had it says so, and does not fail: it is the packages that are judged, not the network.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import tomli

CHECKOUT = Path(__file__).resolve().parent.parent
ACCEPTED = CHECKOUT / "deploy" / "accepted.toml"
EXPORT = ("uv", "export", "--frozen", "--no-dev", "--no-emit-project", "--no-hashes", "--no-header", "--quiet")
AUDIT = ("uvx", "pip-audit==2.10.1", "--no-deps", "--disable-pip", "--progress-spinner", "off", "--format", "json")
SECONDS = 240
NOT_DONE = "Dependency audit: NOT DONE, for no source of advisories could be reached."


def main() -> int:
    """Print what is found; the exit code is 1 where something must be done."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as listed:
        subprocess.run(EXPORT, cwd=CHECKOUT, check=True, stdout=listed)
        try:
            told = subprocess.run((*AUDIT, "--requirement", listed.name), capture_output=True, timeout=SECONDS)
            audited = json.loads(told.stdout)["dependencies"]
        except (OSError, subprocess.TimeoutExpired, ValueError, KeyError):
            print(NOT_DONE)
            return 0
    lines, is_bad = verdict(audited, tomli.loads(ACCEPTED.read_text(encoding="utf-8")), date.today())
    print("\n".join(lines))
    return int(is_bad)


def verdict(audited: list[dict[str, Any]], accepted: dict[str, Any], day: date) -> tuple[list[str], bool]:
    """What to say of pip-audit's findings, and whether something must be done.

    A package that the source doesn't know is one that wasn't audited: pip-audit itself calls that "no known
    vulnerabilities", as it does where the source can't be reached at all.
    """
    known = [one for one in audited if "skip_reason" not in one]
    if not known:
        return [NOT_DONE], False
    lines = [f"Dependency audit: {len(known)} of {len(audited)} packages looked up."]
    lines += [f"  not looked up: {one['name']}" for one in audited if "skip_reason" in one]
    found = [(one, vulnerability) for one in known for vulnerability in one["vulns"]]
    bad = False
    for package, vulnerability in found:
        reason, is_bad = _word(vulnerability, accepted, day)
        lines.append(f"  {package['name']} {package['version']}: {vulnerability['id']}: {reason}")
        bad = bad or is_bad
    return lines, bad


def _word(vulnerability: dict[str, Any], accepted: dict[str, Any], day: date) -> tuple[str, bool]:
    for name in (vulnerability["id"], *vulnerability.get("aliases", [])):
        if entry := accepted.get(name):
            if entry["review_by"] >= day:
                return f"accepted until {entry['review_by']}: {entry['reason']}", False
            return f"accepted only until {entry['review_by']}: look at it again (deploy/accepted.toml)", True
    fixed = ", ".join(vulnerability.get("fix_versions", [])) or "no version yet"
    return f"not accepted; fixed in {fixed}. Update it, or write into deploy/accepted.toml why not", True


if __name__ == "__main__":
    sys.exit(main())
