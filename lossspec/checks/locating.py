"""A loss found by where it stands: ``package.module:name`` or ``path/to/file.py:name``."""

from __future__ import annotations

import contextlib
import difflib
import importlib
import importlib.util
import inspect
import os
import pkgutil
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import Iterable, Iterator, Sequence

from lossspec.core.errors import UsageProblem

FORM = "package.module:function or path/to/file.py:function"

_MOST = 8
"""Names that a line lists."""


def loss_at(target: str) -> object:
    """Import a loss: a function, an instance, or Keras's string for one.

    What its module prints goes to standard error.

    Raises:
        UsageProblem: when there is no such file, module or name, its import fails, or it is no
            loss.
    """
    where, colon, name = target.rpartition(":")
    if not (colon and where and name):
        raise UsageProblem(f"{target!r} names no loss", expected=FORM, do="name one so")
    if not all(part.isidentifier() for part in name.split(".")):
        raise UsageProblem(
            f"{name!r} is no name",
            expected="the name of a function or of an instance",
            do=f"write loss = {name} into the module, say, and name loss" if "(" in name else FORM,
        )
    is_path = where.lower().endswith(".py") or "/" in where or os.sep in where
    is_path = is_path or not where.strip(".")  # a folder
    module = _of_file(Path(where)) if is_path else _of_name(where)
    return _checked(target, _attribute(module, where, name))


def _checked(target: str, loss: object) -> object:
    if inspect.isclass(loss):
        raise UsageProblem(
            f"{target} is a class",
            expected="a function, or an instance",
            do=f"write loss = {loss.__name__}() into the module, say, and name loss",
        )
    if not isinstance(loss, str) and not callable(loss):
        raise UsageProblem(
            f"{target} is of type {type(loss).__name__}, which can't be called",
            expected="a function of (y_true, y_pred), or an instance of a loss",
            do="name one of those",
        )
    return loss


def _of_file(file: Path) -> ModuleType:
    """Import a file, beside whose folder it finds its neighbours."""
    if not file.is_file() or file.suffix != ".py":
        folder = file if file.is_dir() else file.parent
        names = [str(path) for path in folder.glob("*.py")] if folder.is_dir() else []
        raise UsageProblem(
            f"{str(file)!r} is no Python file" if file.exists() else f"there is no file {file}",
            expected=_near(str(file), sorted(names), "a .py file"),
            do="name one of those" if names else f"name it as {FORM}",
        )
    _look_in(Path.cwd())
    _look_in(file.resolve().parent)
    # Under another name where one of that name is there: it may be one that lossspec needs.
    name = file.stem if file.stem not in sys.modules else f"{file.stem}_of_file"
    with _imported(str(file), file.resolve()):
        spec = importlib.util.spec_from_file_location(name, file.resolve())
        if spec is None or spec.loader is None:
            raise ImportError("Python finds no loader for it")
        module = sys.modules[name] = importlib.util.module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[name]
            raise
    return module


def _of_name(dotted: str) -> ModuleType:
    """Import a module, from the current folder if it isn't installed."""
    _look_in(Path.cwd())
    parts = dotted.split(".")
    if not all(part.isidentifier() for part in parts):
        raise UsageProblem(
            f"there is no module {dotted!r}, which is no name of one",
            expected="names with dots between, or a path that ends in .py",
            do=f"name it as {FORM}",
        )
    path: Iterable[str] | None = None
    for count in range(1, len(parts) + 1):
        name = ".".join(parts[:count])
        spec = None
        if count == 1 or path is not None:
            with _imported(name, None):
                spec = importlib.util.find_spec(name)
        if spec is None:
            parent = ".".join(parts[: count - 1])
            folders = None if count == 1 else path or ()
            known = [each.name for each in pkgutil.iter_modules(folders)]
            known = [f"{parent}.{each}" for each in known] if parent else known
            where = f"a module in {parent}" if parent else "one installed or in the current folder"
            raise UsageProblem(
                f"there is no module {name!r}",
                expected=_near(name, known, where, closely=True),
                do=f"name it as {FORM}",
            )
        with _imported(name, Path(spec.origin) if spec.origin else None):
            module = importlib.import_module(name)
        path = vars(module).get("__path__")
    return module


def _look_in(folder: Path) -> None:
    """Let modules be imported from a folder first, as Python does from a script's own."""
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
        importlib.invalidate_caches()


def _attribute(module: ModuleType, where: str, dotted: str) -> object:
    found: object = module
    for name in dotted.split("."):
        with _imported(where, None):
            found, owner = getattr(found, name, _NONE), found
        if found is _NONE:
            functions = {
                each: getattr(value, "__module__", None)
                for each, value in getattr(owner, "__dict__", {}).items()
                if callable(value) and not each.startswith("_")
            }
            own = [each for each, home in functions.items() if home == module.__name__]
            raise UsageProblem(
                f"{where} has no {name!r}",
                expected=_near(name, own or list(functions), "the name of a function in it"),
                do="name one that it has",
            )
    return found


_NONE = object()


def _near(name: str, known: Sequence[str], otherwise: str, closely: bool = False) -> str:
    """Known names like a wrong one; else the first of them, unless they are of everything."""
    found = difflib.get_close_matches(name, known)
    if not found and not closely:
        found = list(known[:_MOST])
    return " or ".join(found) or otherwise


@contextlib.contextmanager
def _imported(what: str, origin: Path | None) -> Iterator[None]:
    """Say in one line why somebody's module can't be imported in the block."""
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    except (KeyboardInterrupt, UsageProblem):
        raise
    except SystemExit as error:
        raise UsageProblem(
            f"{what} ends the process when it is imported: sys.exit({error.code!r})",
            expected="a module that can be imported",
            do="put what runs below if __name__ == '__main__'",
        ) from error
    # Whatever somebody's module raises, a skip of pytest's included, is what is to be told of it.
    except BaseException as error:
        # Of a syntax error without the line's number, which follows.
        text = error.msg if isinstance(error, SyntaxError) else str(error)
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        said = lines[0][:200] if lines else "no message"
        raise UsageProblem(
            f"{what} can't be imported: {type(error).__name__}: {said}{_line(error, origin)}",
            expected="a module that can be imported",
            do="mend it, or install what it needs",
        ) from error


def _line(error: BaseException, origin: Path | None) -> str:
    """Where in somebody's file an import failed."""
    if isinstance(error, SyntaxError) and error.filename:
        return f" ({Path(error.filename).name}, line {error.lineno})"
    frames = traceback.extract_tb(error.__traceback__)
    theirs = [frame for frame in frames if origin and Path(frame.filename) == origin]
    return f" ({Path(theirs[-1].filename).name}, line {theirs[-1].lineno})" if theirs else ""
