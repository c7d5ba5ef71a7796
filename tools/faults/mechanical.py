"""Single-node edits of every function behind the nine losses: cosmic-ray's operators, and rules of our own.

Which functions, and which edits of them, is decided by rule and not by chance. Left out are

- functions that only describe a loss: ``get_config``, ``from_config``, ``__repr__``, decorators that export it;
- ``scale_loss_for_distribution``, which does nothing where there is one device, and no claim is about several;
- what stands in a ``raise`` or a warning, docstrings and annotations: no claim quotes a message. The conditions under
  which an error is raised are edited;
- the losses' ``name``, which only names scopes of a graph;
- edits that leave a file that Python can't parse, or one that says the same as before, or as after another edit:
  ``not a == b`` is ``a != b``, and ``a = a`` is nothing;
- of the edits of one line by one set of rules, all but the first.
"""

from __future__ import annotations

import ast
import textwrap
from collections import Counter
from pathlib import Path
from typing import Iterator

from tools.faults.edits import Fault, Function, read, segment
from tools.faults.rules import edits_of

LOSSES, LOSS, KERNELS = "src/losses/losses.py", "src/losses/loss.py", "src/backend/tensorflow/nn.py"

FUNCTIONS = {
    LOSSES: (
        "convert_binary_labels_to_hinge",
        "hinge",
        "squared_hinge",
        "mean_squared_error",
        "mean_absolute_error",
        "mean_squared_logarithmic_error",
        "kl_divergence",
        "categorical_crossentropy",
        "sparse_categorical_crossentropy",
        "binary_crossentropy",
        "LossFunctionWrapper.__init__",
        "LossFunctionWrapper.call",
        "MeanSquaredError.__init__",
        "MeanAbsoluteError.__init__",
        "MeanSquaredLogarithmicError.__init__",
        "Hinge.__init__",
        "SquaredHinge.__init__",
        "KLDivergence.__init__",
        "BinaryCrossentropy.__init__",
        "CategoricalCrossentropy.__init__",
        "SparseCategoricalCrossentropy.__init__",
    ),
    LOSS: (
        "Loss.__init__",
        "Loss.__call__",
        "standardize_reduction",
        "squeeze_or_expand_to_same_rank",
        "reduce_values",
        "reduce_weighted_values",
        "apply_mask",
    ),
    KERNELS: (
        "sigmoid",
        "softmax",
        "_get_logits",
        "categorical_crossentropy",
        "sparse_categorical_crossentropy",
        "binary_crossentropy",
    ),
}
"""The functions behind the nine losses, by file."""


def mechanical(keras: Path) -> list[Fault]:
    """All single-node edits, in the order of the files.

    Raises:
        UsageProblem: when the installed Keras lacks a file.
    """
    return [fault for file, names in FUNCTIONS.items() for name in names for fault in _of_function(keras, file, name)]


def _of_function(keras: Path, file: str, name: str) -> Iterator[Fault]:
    source = read(keras, file, name)
    span = segment(source, name)
    if span is None:
        return  # another Keras may have none of that name
    start, end = span
    code = textwrap.dedent(source[start:end])
    indent = " " * (len(source[start:end]) - len(source[start:end].lstrip(" ")))
    seen, lines, counts = {_shape(code)}, set(), Counter[str]()
    for rule, edited in edits_of(code):
        shape, line = _shape(edited), (rule.split(":")[0], _first_line(code, edited))
        if shape is None or shape in seen or line in lines or not _is_of_interest(code, edited):
            continue
        seen.add(shape)
        lines.add(line)
        counts[rule] += 1
        yield _fault(source, (start, end), file, name, rule, counts[rule], textwrap.indent(edited, indent))


def _fault(source: str, span: tuple[int, int], file: str, name: str, rule: str, number: int, edited: str) -> Fault:
    return Fault(
        id=f"{Path(file).stem}.{name}: {rule} {number}",
        kind="mechanical",
        family=rule.split(":")[0],
        says=rule,
        file=file,
        before=source,
        after=source[: span[0]] + edited + source[span[1] :],
    )


def _first_line(before: str, after: str) -> int:
    """The first line that differs."""
    pairs = zip(before.splitlines(), after.splitlines())
    return next((number for number, (one, other) in enumerate(pairs) if one != other), -1)


def _shape(code: str) -> str | None:
    """The syntax tree, which has no layout; None where there is none."""
    try:
        return ast.dump(_Plain().visit(_without_words(ast.parse(code))))
    except SyntaxError:
        return None


def _is_of_interest(before: str, after: str) -> bool:
    """Whether something is left of the edit once all that no claim is about is taken out."""
    bare, edited = (ast.dump(_without_words(ast.parse(code), deeply=True)) for code in (before, after))
    return bare != edited


_OPPOSITE = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.Lt: ast.GtE,
    ast.Gt: ast.LtE,
}


class _Plain(ast.NodeTransformer):
    """Says one thing in one way."""

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:  # ast looks it up by this name
        inner = self.generic_visit(node).operand  # type: ignore[attr-defined] # it stays what it is
        if isinstance(node.op, ast.Not) and isinstance(inner, ast.Compare) and type(inner.ops[0]) in _OPPOSITE:
            return ast.Compare(inner.left, [_OPPOSITE[type(inner.ops[0])]()], inner.comparators)
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.AST:  # likewise
        return ast.Pass() if ast.unparse(node.targets[0]) == ast.unparse(node.value) else self.generic_visit(node)


class _Bare(ast.NodeTransformer):
    """Takes out messages of errors and warnings, and the losses' names."""

    def visit_Raise(self, node: ast.Raise) -> ast.AST:  # ast looks it up by this name
        return ast.copy_location(ast.Raise(None, None), node)

    def visit_Call(self, node: ast.Call) -> ast.AST:  # likewise
        if ast.unparse(node.func) == "warnings.warn":
            return ast.Constant("a warning")
        node.keywords = [each for each in node.keywords if each.arg != "name"]
        return self.generic_visit(node)

    def visit_arguments(self, node: ast.arguments) -> ast.AST:
        for number, each in enumerate(node.args[len(node.args) - len(node.defaults) :]):
            if each.arg == "name":
                node.defaults[number] = ast.Constant(None)
        return self.generic_visit(node)


def _without_words(tree: ast.Module, *, deeply: bool = False) -> ast.Module:
    """The tree without docstrings; deeply, without anything that no claim is about."""
    for node in ast.walk(tree):
        if isinstance(node, Function) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    if deeply:
        _Bare().visit(tree)
    return tree
