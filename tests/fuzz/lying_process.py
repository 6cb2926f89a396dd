"""A process in the place of a model's, which answers everything with the content of a file.

The file is the one that it may read, or `lies` in the folder that it may read; a NUL stands between its first answer
and all later ones.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

if __name__ == "__main__":
    readable = Path(json.loads(sys.argv[1])[0])
    lies = readable / "lies" if readable.is_dir() else readable
    first, later = (lies.read_bytes() + b"\0").split(b"\0")[:2]
    sys.stdout.buffer.write(b"[]\n")
    sys.stdout.buffer.flush()
    for number, _ in enumerate(sys.stdin.buffer):
        sys.stdout.buffer.write(later if number else first)
        sys.stdout.buffer.flush()
