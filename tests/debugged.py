"""Signpost's command line with everything logged that any library would say: `python -m tests.debugged FILE run …`."""

from __future__ import annotations

import logging
import runpy
import sys

if __name__ == "__main__":
    logging.basicConfig(level=logging.DEBUG, filename=sys.argv.pop(1))
    runpy.run_module("bot", run_name="__main__", alter_sys=True)
