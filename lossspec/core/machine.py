"""The machine, as far as it can change results."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Mapping, TypedDict

INSTRUCTIONS = (
    *("sse4_1", "sse4_2", "avx", "avx2", "fma", "f16c", "avx_vnni"),
    *("avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512_vnni", "avx512_bf16", "avx512_fp16"),
    *("amx_tile", "amx_bf16", "amx_fp16", "amx_int8"),
    *("asimd", "asimdhp", "fphp", "bf16", "sve", "sve2", "svebf16"),
)
"""The sets of instructions by which libraries choose how they compute, as Linux calls them."""

VARIABLES = (
    *("TF_XLA_FLAGS", "XLA_FLAGS", "TF_ENABLE_ONEDNN_OPTS", "TF_DETERMINISTIC_OPS"),
    *("TF_CUDNN_DETERMINISTIC", "ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA"),
    *("ONEDNN_DEFAULT_FPMATH_MODE", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"),
    *("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OPENBLAS_CORETYPE", "MKL_NUM_THREADS"),
    *("MKL_CBWR", "NPY_DISABLE_CPU_FEATURES", "NVIDIA_TF32_OVERRIDE", "CUDA_VISIBLE_DEVICES"),
)
"""The environment variables that change how something is computed, and are left as they are."""

MOST_WORKERS = 2
"""Processes for one run: each imports TensorFlow anew, and computes with threads of its own."""

_CPUINFO = Path("/proc/cpuinfo")


class Machine(TypedDict, total=False):
    """What a record's environment says of the machine."""

    processor: str
    instructions: list[str]
    blas: list[str]
    variables: Mapping[str, str]


def about() -> Machine:
    """Describe this machine; ``blas`` where it is known."""
    found: Machine = {"processor": processor(), "instructions": instructions()}
    if libraries := blas():
        found["blas"] = libraries
    found["variables"] = variables()
    return found


def processor() -> str:
    """Name the processor."""
    named = _described_as("model name") or platform.processor() or platform.machine()
    return " ".join(named.split())


def instructions() -> list[str]:
    """List the processor's `INSTRUCTIONS`, as far as the system tells."""
    flags = f"{_described_as('flags')} {_described_as('Features')}".split()
    return sorted(set(flags) & set(INSTRUCTIONS))


def variables() -> dict[str, str]:
    """Map those `VARIABLES` that are set to values, without paths."""
    return {name: _without_paths(os.environ[name]) for name in VARIABLES if name in os.environ}


def blas() -> list[str]:
    """List the BLAS libraries: ``openblas 0.3.27 SkylakeX, 2 threads``."""
    try:
        import numpy  # noqa: F401 # both bring their own
        import scipy.linalg  # noqa: F401
        from threadpoolctl import threadpool_info

        libraries = [info for info in threadpool_info() if info.get("user_api") == "blas"]
    except (ImportError, AttributeError, OSError, RuntimeError, ValueError):
        return []
    return sorted({_in_words(library) for library in libraries})


def processors() -> int:
    """Count the processors open to this process."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def workers(at_once: int = 1) -> int:
    """Divide the processors among runs side by side."""
    return max(1, min(MOST_WORKERS, processors() // at_once))


def _in_words(library: Mapping[str, object]) -> str:
    name = (library.get("internal_api"), library.get("version"), library.get("architecture"))
    return f"{' '.join(str(part) for part in name if part)}, {library.get('num_threads')} threads"


def _described_as(key: str) -> str:
    """Look a key up in ``/proc/cpuinfo``, else empty."""
    try:
        lines = _CPUINFO.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    pairs = (line.partition(":") for line in lines)
    return next((value.strip() for name, _, value in pairs if name.strip() == key), "")


def _without_paths(value: str) -> str:
    """Drop paths from flags: nobody's home is recorded."""
    flags = ((*flag.partition("="), flag) for flag in value.split())
    return " ".join(f"{name}{sign}…" if "/" in flag else flag for name, sign, _, flag in flags)
