"""Limits that a process of ours puts on itself, and keeps: `python -m nlu.sandbox FOLDERS MODULE ARGUMENTS`.

FOLDERS is a JSON list of what the module may read beside the code. It may write in its temporary folder alone, has no
network, starts no program and reaches no other process. The first line that is written is a JSON list of what could
not be held here, each as a clause. The limits are Linux's own: Landlock for files, and a seccomp filter for the rest.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import resource
import runpy
import sys
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from landlockpy import AccessFS, Ruleset
    from pyseccomp import SyscallFilter

PR_SET_NO_NEW_PRIVS = 38
SYSTEM = (
    *("/lib", "/lib32", "/lib64", "/usr", "/etc/ld.so.cache", "/etc/localtime", "/dev/null", "/dev/zero"),
    *(
        "/dev/random",
        "/dev/urandom",
        "/proc/self",
        "/proc/cpuinfo",
        "/proc/meminfo",
        "/proc/stat",
        "/sys/devices/system",
    ),
)
"""What Python and its libraries read of a system: nothing of a user's, and of /proc only what is their own."""
CODE = ("bot", "connectors", "nlu")
NETWORK = ("socket", "connect", "bind", "listen", "accept", "accept4", "sendmsg", "sendmmsg")
"""A pair of sockets may be made, since asyncio wakes itself by one; `sendto` is refused where it names an address."""
OTHERS = ("ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "pidfd_getfd", "kcmp")
KERNEL = (
    *("io_uring_setup", "io_uring_enter", "io_uring_register", "bpf", "perf_event_open", "userfaultfd"),
    *("keyctl", "add_key", "request_key", "mount", "umount2", "move_mount", "open_tree", "fsopen", "fsmount"),
    *("pivot_root", "chroot", "unshare", "setns", "init_module", "finit_module", "delete_module", "kexec_load"),
    *("kexec_file_load", "reboot", "swapon", "swapoff", "settimeofday", "clock_settime", "sethostname", "acct"),
    *("open_by_handle_at", "mknod", "mknodat"),
)
"""What nothing of ours calls; io_uring could do what is refused by its name."""
PROGRAMS = ("execve", "execveat", "kill", "tkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_send_signal")
ATTRIBUTES = (
    *("chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "fchown", "lchown", "fchownat", "utime", "utimes"),
    *("utimensat", "futimesat", "setxattr", "lsetxattr", "fsetxattr", "removexattr", "lremovexattr", "fremovexattr"),
)
"""What Landlock leaves open of files that may not be written."""


def confine(readable: Iterable[Path], writable: Iterable[Path], *, starts_programs: bool = False) -> list[str]:
    """Limit this process and all that it starts, for good; what else it reads is Python and the code.

    To be called before there is a second thread. A process that `starts_programs` may do so, and signal them. Returns
    what could not be held, each as a clause; empty where all is.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform != "linux":
        return [f"{sys.platform} has no Landlock and no seccomp, so it could use files and the network"]
    ctypes.CDLL(None).prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    missing = []
    # Made first: to find its library it starts a program, which will be refused.
    calls = _refused_calls(starts_programs)
    if not _hold_files(readable, writable, starts_programs):
        missing.append("this kernel has no Landlock, so it could use this user's other files")
    if calls:
        calls.load()
    else:
        missing.append("libseccomp is not installed, so it could use the network")
    return missing


def _hold_files(readable: Iterable[Path], writable: Iterable[Path], starts_programs: bool) -> bool:
    """Whether what is read and written is limited from now on."""
    from landlockpy import AccessFS, LandlockError, Ruleset, Scope

    read = AccessFS.READ_FILE | AccessFS.READ_DIR
    read_code = read | AccessFS.EXECUTE if starts_programs else read
    try:
        with Ruleset(scoped=Scope.SIGNAL | Scope.ABSTRACT_UNIX_SOCKET) as ruleset:
            _allow(ruleset, [*map(Path, SYSTEM), *_code()], read_code)
            if starts_programs:
                # Python finds our packages by the names of what lies beside them.
                _allow(ruleset, [Path(__file__).resolve().parents[1]], AccessFS.READ_DIR)
            _allow(ruleset, readable, read)
            _allow(ruleset, writable, ruleset.handled_fs & ~AccessFS.EXECUTE)
            _allow(ruleset, [Path(os.devnull)], AccessFS.WRITE_FILE)
            ruleset.restrict()
    except LandlockError as error:
        # Older than Landlock, started without it, or in a container whose own filter leaves it out.
        if error.errno not in (errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM):
            raise
        return False
    return True


def _allow(ruleset: Ruleset, paths: Iterable[Path], access: AccessFS) -> None:
    from landlockpy import AccessFS

    of_files = AccessFS.EXECUTE | AccessFS.READ_FILE | AccessFS.WRITE_FILE | AccessFS.TRUNCATE
    for path in paths:
        # What isn't there can't be read later either.
        with suppress(FileNotFoundError):
            ruleset.allow_path(path, access if path.is_dir() else access & of_files)


def _code() -> list[Path]:
    """Where Python lies, what PYTHONPATH adds, and our packages without what else lies around them."""
    packages = [find_spec(name) for name in CODE]
    folders = [Path(folder) for spec in packages if spec for folder in spec.submodule_search_locations or ()]
    around = {Path.cwd(), *(folder.resolve().parent for folder in folders)}
    added = [Path(entry) for entry in sys.path if entry and Path(entry).resolve() not in around]
    return [Path(sys.prefix), Path(sys.base_prefix), *added, *folders]


def _refused_calls(starts_programs: bool) -> SyscallFilter | None:
    """A filter that is still to be loaded, or None without libseccomp."""
    try:
        import pyseccomp
    except (ImportError, RuntimeError):
        return None
    refused = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    names = [*NETWORK, *OTHERS, *KERNEL, *(() if starts_programs else (*PROGRAMS, *ATTRIBUTES))]
    for name in names:
        # What this machine's kernel or libseccomp doesn't know by name.
        with suppress(OSError, ValueError):
            refused.add_rule(pyseccomp.ERRNO(errno.EPERM), name)
    refused.add_rule(pyseccomp.ERRNO(errno.EPERM), "sendto", pyseccomp.Arg(4, pyseccomp.NE, 0))
    return refused


def main() -> None:
    """Confine this process, say what could not be held, and become the module."""
    readable, module, *arguments = sys.argv[1:]
    own = find_spec(module)
    beside = [Path(own.origin).parent] if own and own.origin else []
    missing = confine([*map(Path, json.loads(readable)), *beside], [Path(tempfile.gettempdir())])
    print(json.dumps(missing), flush=True)
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
