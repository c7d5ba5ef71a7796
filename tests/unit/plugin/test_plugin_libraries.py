"""Specs of another library than the subject's are left out, and none is missed."""

import pytest

CONFTEST = """
    import contextlib
    from lossspec.plugin import binding

    class Torch:
        internal_errors = ()
        seeded = staticmethod(contextlib.nullcontext)
        versions = {"torch": "2.13.0"}

    binding.load_backend = lambda **_: Torch()
"""
MAP = """
[document]
id = "map"
title = "A map"
author = "us"
date = "2026"
own = true
libraries = ["torch"]
sections = ["First section"]
"""
REFUTED = 'verdict = "refuted"\nreason = "No."'
BOTH = """
    @pytest.mark.claim("{id}")
    def test_{name}():
        '''It is so.'''
"""


@pytest.fixture(name="both")
def _both(suite, claim_entry):
    """A suite of a claim on Keras and of one on torch, each with its spec in a folder."""
    for folder in ("ledger/doc", "ledger/map"):
        (suite.path / folder).mkdir()
    suite.ledger("doc.a")
    (suite.path / "ledger" / "map" / "map.toml").write_text(MAP + claim_entry("map.a"))
    suite.specs(BOTH.format(id="doc.a", name="doc"), file="specs/doc/test_doc.py")
    suite.specs(BOTH.format(id="map.a", name="map"), file="specs/map/test_map.py")
    return suite


def test_keras_is_not_asked_of_torch(both):
    """The map's folder isn't collected, and its claim isn't missed."""
    result = both.run()

    assert result.ret == 0, result.stdout.str()
    result.stdout.fnmatch_lines(["*TensorFlow 2.21.0, Keras 3.15.1: 1 hold, 0 changed*"])
    result.stdout.no_fnmatch_line("*test_map*")


def test_torch_is_not_asked_of_keras(both):
    """The document's spec, which lies in a folder of Keras's, is left out."""
    both.conftest(CONFTEST)

    result = both.run("--lossspec-backend", "torch")

    assert result.ret == 0, result.stdout.str()
    result.stdout.fnmatch_lines(["*PyTorch 2.13.0: 1 hold, 0 changed*"])


def test_a_claim_of_the_subjects_library_is_missed(both, claim_entry):
    """Without a spec it ends the session, as ever."""
    file = both.path / "ledger" / "map" / "map.toml"
    file.write_text(file.read_text() + claim_entry("map.b"))
    both.conftest(CONFTEST)

    result = both.run("--lossspec-backend", "torch")

    assert result.ret == 2
    result.stdout.fnmatch_lines(["*the claim 'map.b' has no spec*"])


def test_a_counter_spec_of_another_library_is_left_out(both, claim_entry):
    """What happens instead on Keras is neither run nor missed on torch, nor the other way."""
    expected = [
        f'libraries = ["{library}"]\n{REFUTED}\ninstead = "test_{library}"'
        for library in ("keras", "torch")
    ]
    head = MAP.replace('["torch"]', '["keras", "torch"]')
    (both.path / "ledger" / "map" / "map.toml").write_text(head + claim_entry("map.a", *expected))
    refuted = BOTH.format(id="map.a", name="map") + "        assert False\n"
    for library in ("keras", "torch"):
        refuted += BOTH.format(id="map.a", name=library).replace("claim(", "instead(")
    both.specs(refuted, file="specs/map/test_map.py")

    on_keras = both.run("-v")
    both.conftest(CONFTEST)
    on_torch = both.run("-v", "--lossspec-backend", "torch")

    for result, here, there in ((on_keras, "keras", "torch"), (on_torch, "torch", "keras")):
        assert result.ret == 0, result.stdout.str()
        result.stdout.fnmatch_lines([f"*::test_{here} PASSED*"])
        result.stdout.no_fnmatch_line(f"*::test_{there} *")
