"""What the figures were measured on, and when, as one paragraph: `python -m benchmarks.machine`."""

from __future__ import annotations

import os
import platform
from datetime import date
from importlib.metadata import version
from pathlib import Path

_PACKAGES = ("openvino", "torch", "sentence-transformers", "faiss-cpu", "langchain-core")
_FLAGS = ("avx512_vnni", "avx_vnni", "amx_int8", "avx512_bf16")


def main() -> None:
    print(f"{date.today():%d %B %Y}: {processor()}, {memory_gb():.0f} GB, {load()}; {versions()}.")


def processor() -> str:
    """Its name, how many cores may be used, and what it knows of 8 and 16 bits."""
    fields: dict[str, str] = {}
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        field, _, value = line.partition(":")
        fields[field.strip()] = value.strip()
    known = [flag for flag in _FLAGS if flag in fields.get("flags", "").split()]
    name = fields.get("model name", platform.machine())
    return f"{len(os.sched_getaffinity(0))} cores of {name} ({', '.join(known) or 'no VNNI'})"


def memory_gb() -> float:
    """Of the machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9


def memory_mb(process: int | str = "self", what: str = "VmRSS") -> float:
    """What a process holds of it; `VmHWM` is the most that it has held."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.split(f"{what}:")[1].split()[0]) * 1024 / 1e6


def load() -> str:
    """What else is running: 0 is an idle machine, as many as cores a busy one."""
    return f"load {os.getloadavg()[1]:.1f} in the five minutes before"


def versions() -> str:
    """Of what computes."""
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return f"{platform.system()}, Python {platform.python_version()}, {packages}"


if __name__ == "__main__":
    main()
