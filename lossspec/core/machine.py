"""The machine that a process runs on, as far as it can change an answer: what a record's environment says of it."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any

INSTRUCTIONS = (
    *("sse4_1", "sse4_2", "avx", "avx2", "fma", "f16c", "avx_vnni"),
    *("avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512_vnni", "avx512_bf16", "avx512_fp16"),
    *("amx_tile", "amx_bf16", "amx_fp16", "amx_int8"),
    *("asimd", "asimdhp", "fphp", "bf16", "sve", "sve2", "svebf16"),
)
"""The sets of instructions by which libraries choose how they compute, as Linux calls them."""

VARIABLES = (
    *(
        "TF_XLA_FLAGS",
        "XLA_FLAGS",
        "TF_ENABLE_ONEDNN_OPTS",
        "TF_DETERMINISTIC_OPS",
        "TF_CUDNN_DETERMINISTIC",
    ),
    *("ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA", "ONEDNN_DEFAULT_FPMATH_MODE"),
    *("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"),
    *("OPENBLAS_NUM_THREADS", "OPENBLAS_CORETYPE", "MKL_NUM_THREADS", "MKL_CBWR"),
    *("NPY_DISABLE_CPU_FEATURES", "NVIDIA_TF32_OVERRIDE", "CUDA_VISIBLE_DEVICES"),
)
"""The environment variables that change how something is computed, and are left as they are."""

_CPUINFO = Path("/proc/cpuinfo")


def about() -> dict[str, Any]:
    """What a record's environment says: ``processor``, ``instructions``, ``blas`` if that is known, ``variables``."""
    found = blas()
    return {
        "processor": processor(),
        "instructions": instructions(),
        **({"blas": found} if found else {}),
        "variables": variables(),
    }


def processor() -> str:
    """The processor's name; step times of two of them can't be compared."""
    names = _lines("model name")
    return " ".join((names[0] if names else platform.processor() or platform.machine()).split())


def instructions() -> list[str]:
    """Those of `INSTRUCTIONS` that the processor has, by name; none where the system doesn't tell."""
    flags = set(" ".join([*_lines("flags"), *_lines("Features")]).split())
    return sorted(flags & set(INSTRUCTIONS))


def variables() -> dict[str, str]:
    """Those of `VARIABLES` that are set, with their values; of a flag that names a place the name alone."""
    return {name: _without_places(os.environ[name]) for name in VARIABLES if name in os.environ}


def blas() -> list[str]:
    """The libraries that multiply NumPy's and SciPy's matrices: ``openblas 0.3.27 SkylakeX, 2 threads``."""
    try:
        import numpy  # noqa: F401 # both bring their own
        import scipy.linalg  # noqa: F401
        from threadpoolctl import threadpool_info

        known = [each for each in threadpool_info() if each.get("user_api") == "blas"]
    except Exception:  # whatever is wrong with them, a run has more to say
        return []
    return sorted({_library(each) for each in known})


def _library(each: dict[str, Any]) -> str:
    name = (each.get("internal_api"), each.get("version"), each.get("architecture"))
    return f"{' '.join(str(part) for part in name if part)}, {each.get('num_threads')} threads"


def _lines(key: str) -> list[str]:
    """What follows a key in the first processor's lines of Linux's own description."""
    try:
        lines = _CPUINFO.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    return [
        line.partition(":")[2].strip() for line in lines if line.partition(":")[0].strip() == key
    ][:1]


def _without_places(value: str) -> str:
    """Flags without the paths that some of them hold, since nobody's home stands in a record."""
    return " ".join(
        f"{''.join(flag.partition('=')[:2])}…" if "/" in flag else flag for flag in value.split()
    )
