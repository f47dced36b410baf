"""What the figures were measured on, and how much of its memory a process takes."""

import os
import platform
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from bench.children import filesystem_of, private_folder

_SYNCS = 200


def machine() -> str:
    """One paragraph: processor, memory, disk, versions, day, and what else the machine was doing."""
    return (
        f"{os.cpu_count()} cores ({_processor()}), {_memory():.0f} GB of memory, Linux {platform.release()}, Python "
        f"{platform.python_version()}; databases on {_disk()}, where a synced write of 4 kB takes {_sync():.2f} ms. "
        f"{datetime.now(UTC):%d %B %Y}, load {os.getloadavg()[0]:.1f} before the run."
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _memory() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9


def _disk() -> str:
    with private_folder() as folder:
        return filesystem_of(folder)


def _sync() -> float:
    """Milliseconds that one small durable write takes; the least that any filing must wait."""
    with private_folder() as folder, tempfile.TemporaryFile(dir=folder) as file:
        began = time.perf_counter()
        for _ in range(_SYNCS):
            file.write(bytes(4096))
            file.flush()
            os.fdatasync(file.fileno())
        return (time.perf_counter() - began) * 1000 / _SYNCS


def pss_of(pid: int | str) -> float:
    """Megabytes that a process takes: each page that several share is divided among them (proc(5))."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024 / 1_000_000
    raise RuntimeError(f"the kernel does not say how much memory process {pid} takes")
