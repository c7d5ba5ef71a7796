"""How a function is edited: one node at a time, by cosmic-ray's operators and by tables of names.

Of cosmic-ray's replacements of an operator (each by some ten others) one is kept, its opposite; of a number, one more.
Conditions, truth and loops it edits as it does. Array code lives on names, which cosmic-ray doesn't know: those are
edited by the tables below.
"""

from __future__ import annotations

import ast
from typing import Callable, Iterable, Iterator

COSMIC_RAY = (
    *(f"ReplaceBinaryOperator_{each}" for each in ("Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul")),
    *(f"ReplaceBinaryOperator_{each}" for each in ("BitAnd_BitOr", "BitOr_BitAnd")),
    *(f"ReplaceComparisonOperator_{each}" for each in ("Eq_NotEq", "NotEq_Eq", "Is_IsNot", "IsNot_Is")),
    *(f"ReplaceComparisonOperator_{each}" for each in ("Lt_LtE", "Lt_GtE", "Gt_GtE", "Gt_LtE")),
    *(f"ReplaceUnaryOperator_{each}" for each in ("USub_UAdd", "Delete_Not")),
    "AddNot",
    "ReplaceTrueWithFalse",
    "ReplaceFalseWithTrue",
    "ReplaceAndWithOr",
    "ReplaceOrWithAnd",
    "NumberReplacer",
    "ZeroIterationForLoop",
)
ONE_IN = {"NumberReplacer": 2}
"""Every how manieth of an operator's edits is kept: it makes a number one more, and then one less."""

NAMES = {
    "mean": "sum",
    "sum": "mean",
    "reduce_sum": "reduce_mean",
    "prod": "sum",
    "maximum": "minimum",
    "log": "log1p",
    "square": "abs",
    "abs": "square",
    "equal": "not_equal",
    "not_equal": "equal",
    "logical_or": "logical_and",
    "all": "any",
    "divide_no_nan": "divide",
    "expand_dims": "squeeze",
    "squeeze": "expand_dims",
}
"""A function that array code calls by an attribute, and one that could stand in its place by mistake."""

DROPPED = (
    "cast",
    "convert_to_tensor",
    "clip",
    "clip_by_value",
    "maximum",
    "abs",
    "square",
    "squeeze",
    "expand_dims",
    "reshape",
    "divide_no_nan",
    "multiply",
)
"""Calls of which the first argument alone can stand for the whole, by mistake."""

SWAPPED = {"where": (1, 2), "cond": (1, 2), "divide_no_nan": (0, 1)}
"""Calls of which two arguments can be exchanged by mistake."""

PRECISIONS = ("int32", "int64", "bool", "float32")

Edit = tuple[str, str]
"""What was done, and the code that came out."""


Change = tuple[str, ast.expr, ast.expr]
"""What was done, and which expression became which."""


def edits_of(code: str) -> Iterator[Edit]:
    """Every edit of a function, each of one node; some may change nothing, or not be valid Python."""
    for rule in (_by_cosmic_ray, _renamed, _dropped_calls, _swapped, _dropped_keywords, _strings, _dropped_statements):
        yield from rule(code)


def _by_cosmic_ray(code: str) -> Iterator[Edit]:
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    nodes = list(ast_nodes(get_ast(code)))
    for name in COSMIC_RAY:
        operator = get_operator(f"core/{name}")()
        places = sum(len(list(operator.mutation_positions(node))) for node in nodes)
        for occurrence in range(0, places, ONE_IN.get(name, 1)):
            yield f"cosmic-ray: {name}", mutate_code(code, operator, occurrence)


def _called(node: ast.AST) -> str:
    """The last name of what is called: ``mean`` of ``ops.mean(...)``; empty where nothing is called by an attribute."""
    return node.func.attr if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else ""


def _renamed(code: str) -> Iterator[Edit]:
    def edit(node: ast.Call) -> Iterator[Change]:
        name = _called(node)
        if name in NAMES and isinstance(node.func, ast.Attribute):
            other = ast.Attribute(node.func.value, NAMES[name], ast.Load())
            yield f"name: {name} to {NAMES[name]}", node.func, other

    yield from _of_calls(code, edit)


def _dropped_calls(code: str) -> Iterator[Edit]:
    def edit(node: ast.Call) -> Iterator[Change]:
        if _called(node) in DROPPED and node.args:
            yield f"dropped call: {_called(node)}", node, node.args[0]

    yield from _of_calls(code, edit)


def _swapped(code: str) -> Iterator[Edit]:
    def edit(node: ast.Call) -> Iterator[Change]:
        places = SWAPPED.get(_called(node), ())
        if places and len(node.args) > max(places):
            one, other = places
            arguments = list(node.args)
            arguments[one], arguments[other] = arguments[other], arguments[one]
            yield f"swapped arguments: {_called(node)}", node, ast.Call(node.func, arguments, node.keywords)

    yield from _of_calls(code, edit)


def _dropped_keywords(code: str) -> Iterator[Edit]:
    def edit(node: ast.Call) -> Iterator[Change]:
        for each in node.keywords:
            others = [keyword for keyword in node.keywords if keyword is not each]
            yield f"dropped argument: {each.arg}", node, ast.Call(node.func, node.args, others)

    yield from _of_calls(code, edit)


def _of_calls(code: str, edit: Callable[[ast.Call], Iterator[Change]]) -> Iterator[Edit]:
    for node in _nodes(code):
        if isinstance(node, ast.Call):
            for rule, old, new in edit(node):
                yield rule, _with(code, old, ast.unparse(new))


def _strings(code: str) -> Iterator[Edit]:
    """A text that decides something, spelt another way; the name of a precision would only be unknown."""
    function = ast.parse(code).body[0]
    docstring = ast.get_docstring(function, clean=False) if isinstance(function, ast.FunctionDef) else None
    for node in _nodes(code):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and node.value not in (docstring, *PRECISIONS)
        ):
            yield f"text: {node.value}", _with(code, node, repr(f"{node.value}_"))


def _dropped_statements(code: str) -> Iterator[Edit]:
    """A statement that makes a new value of a name's old one, left out; without another the name would be unknown."""
    for node in _nodes(code):
        if isinstance(node, ast.AugAssign) or (
            isinstance(node, ast.Assign) and _names(node.targets) <= _names([node.value])
        ):
            yield "dropped statement", _with(code, node, "pass")


def _names(nodes: Iterable[ast.AST]) -> set[str]:
    return {each.id for node in nodes for each in ast.walk(node) if isinstance(each, ast.Name)}


Placed = ast.expr | ast.stmt
"""What has a place in the text."""


def _nodes(code: str) -> list[Placed]:
    """All nodes with a place, in the order of the text."""
    found = [node for node in ast.walk(ast.parse(code)) if isinstance(node, (ast.expr, ast.stmt))]
    return sorted(found, key=lambda node: (node.lineno, node.col_offset, -(node.end_col_offset or 0)))


def _with(code: str, node: Placed, text: str) -> str:
    """The code with the text of a node replaced."""
    starts = [0]
    for line in code.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    start = starts[node.lineno - 1] + node.col_offset
    end = starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
    return code[:start] + text + code[end:]
