"""The one-way street: which module may import what, and how the specs speak, read from their source."""

import ast
from pathlib import Path

import pytest

import lossspec

PACKAGE = Path(lossspec.__file__).parent
SPECS = Path(__file__).parents[1] / "specification"
MODULES = {
    ".".join(["lossspec", *path.relative_to(PACKAGE).with_suffix("").parts]).replace(".__init__", ""): path
    for path in sorted(PACKAGE.rglob("*.py"))
}

# From left to right; a module imports only from further left, or from its own place.
STREET = [
    ["lossspec", "lossspec.core.errors", "lossspec.core.arrays"],
    [
        "lossspec.ledger.versions",
        "lossspec.ledger.verdicts",
        "lossspec.core.toml_files",
        "lossspec.core.json_files",
        "lossspec.core.files",
        "lossspec.experiments.printed_figures",
        "lossspec.core.one_line_errors",
        "lossspec.core.signals",
        "lossspec.core.held",
        "lossspec.core.environment_variables",
        "lossspec.core.machine",
        "lossspec.backends.keras.settings",
        "lossspec.core.workers",
        "lossspec.core.bytecode",
        "lossspec.core.console",
        "lossspec.records.packing",
        "lossspec.core.progress",
        "lossspec.records.catalog",
        "lossspec.targets.requirements",
    ],
    ["lossspec.experiments.recipes", "lossspec.experiments.curves", "lossspec.judging.statistics"],
    ["lossspec.ledger.claims", "lossspec.losses.reference", "lossspec.experiments.datasets", "lossspec.losses.grids"],
    ["lossspec.ledger.specification"],
    ["lossspec.losses.fingerprints"],
    ["lossspec.judging.evidence", "lossspec.records.findings"],
    [
        "lossspec.losses.tolerance",
        "lossspec.backends.keras.network",
        "lossspec.backends.keras.loss",
        "lossspec.backends.keras.training_step",
        "lossspec.backends.keras.batched_dense",
        "lossspec.backends.keras.batched_training",
        "lossspec.records.record",
    ],
    ["lossspec.backends.keras.losses"],
    [
        "lossspec.backends.keras.subject",
        "lossspec.records.results",
        "lossspec.records.tables",
        "lossspec.targets.environments",
    ],
    ["lossspec.plugin.messages", "lossspec.experiments.model_fit", "lossspec.experiments.replication"],
    ["lossspec.experiments.study_summary"],
    ["lossspec.judging.study_evidence"],
    [
        "lossspec.plugin",
        "lossspec.report",
        "lossspec.studies",
        "lossspec.commands.claims",
        "lossspec.commands.explain",
        "lossspec.commands.run",
        "lossspec.compare",
        "lossspec.compare.matrix",
        "lossspec.targets.sweep",
        "lossspec.timing",
        "lossspec.targets.bisection",
    ],
    ["lossspec.commands.main"],
    ["lossspec.__main__"],
]


def parsed(path):
    """A file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports_of(path):
    """Every module that a file imports, anywhere within; ``from a import b`` gives ``a`` and ``a.b``."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively, which this test doesn't follow"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def tops_of(path):
    """The top packages that a file imports."""
    return {name.split(".")[0] for name in imports_of(path)}


def place(module):
    """How far along the street a module, or the package it is in, stands."""
    return next(
        number
        for number, modules in enumerate(STREET)
        if module in modules or any(module.startswith(f"{each}.") for each in modules if each != "lossspec")
    )


def within(*names):
    """The modules of those names, or below them."""
    return {module for module in MODULES if any(module == name or module.startswith(f"{name}.") for name in names)}


def test_every_module_has_its_place():
    """A module that isn't on the street has to be given a place on it."""
    for module in MODULES:
        assert place(module) >= 0


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_one_way(module):
    """No module imports from one further along the street."""
    ours = {name for name in imports_of(MODULES[module]) if name in MODULES}

    assert {name for name in ours if place(name) > place(module)} == set()


def test_only_the_door_imports_the_subject():
    """TensorFlow and Keras are imported by the module that is the door to them, and in no other."""
    importing = {name for name, path in MODULES.items() if tops_of(path) & {"tensorflow", "keras", "tf_keras"}}

    assert importing == {"lossspec.backends.keras.subject"}


def test_only_the_plugin_knows_pytest():
    """Every module of the plugin imports pytest, and of the others only the command that starts it."""
    importing = {name for name, path in MODULES.items() if tops_of(path) & {"pytest", "_pytest", "pluggy", "xdist"}}

    assert importing == {*within("lossspec.plugin"), "lossspec.commands.run"}


@pytest.mark.parametrize(
    ("who", "never"),
    [
        (
            ["lossspec.report"],
            [
                "lossspec.backends.keras.subject",
                "lossspec.backends.keras.network",
                "lossspec.plugin",
                "lossspec.ledger.claims",
            ],
        ),
        (
            ["lossspec.compare", "lossspec.compare.matrix", "lossspec.records.catalog"],
            [
                "lossspec.backends.keras.subject",
                "lossspec.backends.keras.network",
                "lossspec.plugin",
                "lossspec.ledger.claims",
                "lossspec.report",
            ],
        ),
        (
            ["lossspec.records.record", "lossspec.records.results"],
            ["lossspec.plugin", "lossspec.backends.keras.subject", "lossspec.report"],
        ),
        (["lossspec.plugin"], ["lossspec.report", "lossspec.commands.main"]),
        (
            ["lossspec.ledger.claims"],
            ["lossspec.records.record", "lossspec.records.results", "lossspec.losses.reference"],
        ),
        (
            ["lossspec.losses.reference", "lossspec.losses.grids", "lossspec.losses.tolerance"],
            ["lossspec.backends.keras.subject", "lossspec.ledger.claims"],
        ),
    ],
)
def test_some_never_meet(who, never):
    """What only formats, only stores or only computes doesn't reach for what judges."""
    imported = {name for module in within(*who) for name in imports_of(MODULES[module])}

    assert imported & within(*never) == set()


def test_only_pages_and_plots_draw():
    """What draws is imported by the report, and by the plot of a study, alone."""
    importing = {name for name, path in MODULES.items() if tops_of(path) & {"jinja2", "matplotlib"}}

    assert importing <= within("lossspec.report", "lossspec.studies.plot")


def specs():
    """Every test of the specification, by file and name."""
    return [
        pytest.param(node, id=f"{path.name}::{node.name}")
        for path in sorted(SPECS.glob("test_*.py"))
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]


@pytest.mark.parametrize("spec", specs())
def test_a_spec_says_one_sentence(spec):
    """A spec's docstring is one sentence on one line, since the record quotes it."""
    says = ast.get_docstring(spec) or ""

    assert says.endswith(".")
    assert "\n" not in says


def test_specs_see_no_tensorflow():
    """Specs meet the subject through its fixtures, never on their own."""
    assert {path.name for path in SPECS.glob("*.py") if tops_of(path) & {"tensorflow", "keras"}} == set()


def test_spec_names_are_told_apart():
    """No two tests of a file share a name, of which the second would hide the first."""
    for path in SPECS.glob("test_*.py"):
        names = [node.name for node in parsed(path).body if isinstance(node, ast.FunctionDef)]

        assert len(set(names)) == len(names)
