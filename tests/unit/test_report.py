"""The report room: records in, one page and a few sentences out."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from html.parser import HTMLParser
from urllib.parse import unquote

import jsonschema
import pytest

pytest.importorskip("jinja2", reason="the report's packages are an extra")
pytest.importorskip("matplotlib", reason="the report's packages are an extra")

from lossspec import grids, report
from lossspec.problems import UsageProblem
from lossspec.record import SCHEMA
from lossspec.reference import REFERENCES

HOSTILE = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{7*7}}", "</style>", "</title><b>", "&lt;")
VOID = {"meta", "br", "hr", "img", "link", "input"}


def figure(what="loss", ok=True, **more):
    """A figure of a record, within its tolerance unless told otherwise."""
    return {"what": what, "ok": ok, "got": 0.5, "cases": 4, "should_be": 0.5, "within": 1e-6, **more}


def case(mode=None, spec="tests/spec/test_x.py::test_it", parameters="", **more):
    """A case of a record: one call of a spec in one mode."""
    words = "-".join(word for word in (mode, parameters) if word)
    node = f"{spec}[{words}]" if words else spec
    plain = {"says": "It is so.", "verdict": "holds", "seconds": 0.01, "figures": [figure()], "curves": []}
    return {"spec": node, "mode": mode, **plain, **more}


def claim(verdict="holds", expected=None, **more):
    """A decided claim of a record, as expected unless told otherwise."""
    plain = {"document": "losses", "section": "Hinge Loss", "kind": "mathematics", "statement": "Hinge is a loss."}
    known = {"verdict": verdict, "expected": expected or verdict, "where": "every version", "evidence": [case()]}
    return {**plain, **known, **more}


def record(tensorflow="2.21.0", keras="3.15.1", claims=None, undecided=None):
    """A record that meets the schema."""
    environment = {"date": "2026-11-22T15:19:50Z", "python": "3.11.7", "platform": "Linux", "processors": 2}
    about = {"title": "How to Choose", "author": "A. Author", "date": "2019", "sections": ["Intro", "Hinge Loss"]}
    made = {
        "schema": 1,
        "lossspec": "0.1.0",
        "subject": {"tensorflow": tensorflow, "keras": keras},
        "environment": {**environment, "packages": {"numpy": "2.4.6"}},
        "documents": {"losses": about},
        "claims": {"losses.one": claim()} if claims is None else claims,
        "undecided": undecided or {},
        "studies": {},
        "fingerprints": {},
        "timings": {},
    }
    jsonschema.validate(made, SCHEMA)
    return made


def gradient(bend=0.0, slug="mse", name="mean_squared_error"):
    """A claim whose curves lie on the reference, the loss of its last point moved up by ``bend``."""
    line, reference = grids.line(name), REFERENCES[name]
    values = reference.value(line.targets, line.predictions)
    values[-1] += bend
    slopes = reference.derivative(line.targets, line.predictions) @ line.direction
    curves = [{"what": what, "x": list(line.x), "y": list(y)} for what, y in (("loss", values), ("slope", slopes))]
    return {f"losses.{slug}-gradient": claim(evidence=[case("eager", parameters=slug, curves=curves)])}


class Page(HTMLParser):
    """A page taken apart: its visible text, every tag with its attributes, ids, and what isn't closed in order."""

    def __init__(self, text):
        super().__init__()
        self.open, self.wrong, self.tags, self.words = [], [], [], []
        self.feed(text)
        self.close()
        self.wrong += self.open
        self.text = " ".join(" ".join(self.words).split())
        self.ids = [value for _, attributes in self.tags for name, value in attributes if name == "id"]

    def handle_starttag(self, tag, attrs):
        """Keep the tag, and that it is open."""
        self.tags.append((tag, attrs))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        """Keep a tag that closes itself."""
        self.tags.append((tag, attrs))

    def handle_endtag(self, tag):
        """Close the innermost open tag, or keep that it was another."""
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"/{tag}")

    def handle_data(self, data):
        """Keep what a reader sees."""
        if not self.open or self.open[-1] not in ("style", "title"):
            self.words.append(data)

    def values(self, attribute):
        """Every value of an attribute, in order."""
        return [value for _, attributes in self.tags for name, value in attributes if name == attribute]

    def named(self, tag):
        """The attributes of every tag of a name."""
        return [dict(attributes) for name, attributes in self.tags if name == tag]


def page(*records):
    """The page of some records, taken apart."""
    return Page(report.build(records))


@pytest.fixture(scope="module")
def full():
    """A page with one of everything: three subjects, every verdict, a change, two undecided, curves, hostile text."""
    bad = "".join(HOSTILE)
    newest = {
        "losses.one": claim(),
        "losses.two": claim("refuted", reason="It is not.", where="Keras >=3", instead=[case(says="Else.")]),
        "losses.three": claim("unsupported", expected="holds", statement=bad, section=bad, reason=bad),
        "losses.four": claim("varies", evidence=[case("eager"), case("xla", verdict="varies", message=bad)]),
        f"losses.{bad}": claim(document=bad, evidence=[case("eager", spec=bad, parameters=bad, says=bad)]),
        **gradient(),
    }
    oldest = record("2.4.4", "2.4.0", {"losses.one": claim("refuted", reason="It was not."), "losses.gone": claim()})
    undecided = {"losses.five": "not run", f"losses.six {bad}": bad}
    return [oldest, record("2.15.1", "2.15.0"), record(claims=newest, undecided=undecided)]


def test_page_is_well_formed(full):
    """Every tag is closed in order, no id is used twice, and every link inside the page leads somewhere."""
    built = page(*full)

    links = [value[1:] for value in built.values("href")]
    labels = built.values("aria-labelledby")
    assert built.wrong == []
    assert len(built.ids) == len(set(built.ids))
    assert links
    assert {*links, *labels} <= set(built.ids)


def test_page_loads_nothing(full):
    """No script, no address of another place, and a policy that forbids both."""
    text = report.build(full)
    built = Page(text)

    assert not built.named("script")
    assert not built.named("img")
    assert not built.named("link")
    assert all(value.startswith("#") for value in built.values("href"))
    assert "http://" not in text
    assert "https://" not in text
    assert "@import" not in text
    assert "default-src 'none'" in text


def test_no_handler_or_style_comes_from_a_record(full):
    """No attribute of any tag is an event handler, and there is one style sheet."""
    built = page(*full)

    names = {name for _, attributes in built.tags for name, _ in attributes}
    assert not [name for name in names if name.startswith("on")]
    assert len(built.named("style")) == 1


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_strings_stay_text(text):
    """Whatever a record says, in any of its strings, a reader sees it letter by letter."""
    made = record(claims={}, undecided={f"losses.{text}": text})
    made["documents"] = {text: {"title": text, "author": text, "date": text, "sections": [text]}}
    odd = [case("eager", spec=text, parameters=text, says=text, message=text, verdict="refuted")]
    odd[0]["figures"] = [figure(text)]
    made["claims"][text] = claim("refuted", document=text, section=text, statement=text, reason=text, evidence=odd)
    made["claims"][text].update(where=text, kind=text)
    made["environment"].update(date=text, python=text, platform=text, packages={text: text})
    made["lossspec"] = text

    built = page(made)

    assert built.wrong == []
    assert built.text.count(" ".join(text.split())) >= 16


def test_subject_and_score_stand_in_words():
    """The newest subject and how its claims stand are one sentence."""
    claims = {"losses.a": claim(), "losses.b": claim("refuted"), "losses.c": claim("unsupported")}

    built = page(record(claims=claims, undecided={"losses.d": "not run"}))

    assert (
        "On TensorFlow 2.21.0 with Keras 3.15.1, 1 of 4 claims holds, 1 is refuted, 1 calls what no longer exists "
        "and 1 is undecided, which is not a pass." in built.text
    )
    assert "22 November 2026, 15:19 UTC" in built.text


@pytest.mark.parametrize(("verdict", "sign"), [("holds", "✓"), ("varies", "~"), ("refuted", "✗"), ("unsupported", "⊘")])
def test_each_claim_shows_its_verdict_source_and_reason(verdict, sign):
    """A claim's block has its sign and word, its statement, id, section, document and reason."""
    built = page(record(claims={"losses.one": claim(verdict, reason="Since it is.", where="Keras >=3")}))

    block = built.text[built.text.index("Hinge Loss") :]
    for part in (f"{sign} {verdict}", "Hinge is a loss.", "losses.one", "A. Author, “Hinge Loss”", "Since it is."):
        assert part in block
    assert "Keras >=3" in block


def test_claims_that_hold_are_folded_and_others_open():
    """Only what holds as expected is folded away."""
    claims = {"losses.a": claim(), "losses.b": claim("refuted"), "losses.c": claim("holds", expected="refuted")}

    folds = page(record(claims=claims)).named("details")

    assert ["open" in fold for fold in folds] == [False, True, True]


def test_what_is_not_so_is_listed_first():
    """A refuted claim is linked, with its reason, before the documents; one that holds is not."""
    claims = {"losses.a": claim(statement="This is so."), "losses.b": claim("refuted", reason="No, it is not.")}

    text = page(record(claims=claims)).text

    assert text.index("No, it is not.") < text.index("The nine losses and their slopes") < text.index("This is so.")


def test_a_change_is_loud():
    """A verdict that isn't the expected one heads the page, and says both at its claim."""
    built = page(record(claims={"losses.a": claim("holds", expected="refuted", reason="It was refuted.")}))

    assert "page:changed" in built.ids
    assert "losses.a : should be ✗ refuted , is ✓ holds" in built.text
    assert "Not as expected: should be" in built.text
    assert "page:changed" not in page(record()).ids


def test_the_undecided_are_loud():
    """A claim that wasn't decided heads the page with why, and keeps its place as undecided."""
    built = page(record(undecided={"losses.b": "RuntimeError: no luck"}))

    assert "page:undecided" in built.ids
    assert built.text.count("RuntimeError: no luck") == 2
    assert "? undecided losses.b" in built.text
    assert "1 of 2 claims holds and 1 is undecided" in built.text


def test_an_undecided_claim_shows_what_an_older_subject_measured():
    """Details come from the newest record that decided the claim, which is named."""
    older = record("2.4.4", "2.4.0", {"losses.a": claim(statement="It once was.")})

    text = page(older, record(undecided={"losses.a": "not run"})).text

    assert "Undecided: not run. What follows was measured on TensorFlow 2.4.4 with Keras 2.4.0." in text
    assert "? undecided It once was." in text


def test_several_subjects_give_a_chip_each(full):
    """A claim has one chip a subject, labelled with its version and titled with its verdict."""
    titles = page(*full).values("title")

    assert "TensorFlow 2.4.4 with Keras 2.4.0: refuted" in titles
    assert "TensorFlow 2.15.1 with Keras 2.15.0: holds" in titles
    assert "TensorFlow 2.21.0 with Keras 3.15.1: unsupported, should be holds" in titles
    assert not [title for title in page(record()).values("title") if title.startswith("TensorFlow")]


def test_subjects_are_compared(full):
    """Claims whose verdict differs have a row in a table; older verdicts keep their reason and evidence."""
    text = page(*full).text

    assert "claim 2.4.4 2.15.1 2.21.0 Hinge Loss Hinge is a loss. ✗ refuted ✓ holds ✓ holds" in text
    assert "On TensorFlow 2.4.4 with Keras 2.4.0: ✗ refuted It was not." in text
    assert "Claims of older records that the newest no longer has: losses.gone" in text


def test_same_tensorflow_twice_is_told_apart():
    """Two subjects with one TensorFlow are labelled by Keras too."""
    built = page(record(keras="3.0.0"), record(keras="3.1.0"))

    assert "2.21.0/3.0.0 ✓" in built.text
    assert "2.21.0/3.1.0 ✓" in built.text


@pytest.mark.parametrize(
    ("of", "shown"),
    [
        ({"got": 0.122940347, "within": 1.12e-5}, "0.122940347 0.5 ± 1.1 × 10⁻⁵ 4"),
        ({"got": "nan", "ok": False}, "✗ off: NaN 0.5 ± 1 × 10⁻⁶ 4"),
        ({"got": "-inf", "should_be": "inf", "within": 0.0}, "−∞ ∞ exactly 4"),
        ({"got": -1.0, "cases": 20480}, "−1 0.5 ± 1 × 10⁻⁶ 20,480"),
    ],
)
def test_figures_are_readable(of, shown):
    """A figure is shown with what it should be, its tolerance, and among how many it is the worst."""
    built = page(record(claims={"losses.a": claim(evidence=[case(figures=[figure("value", **of)])])}))

    assert f"value {shown}" in built.text


@pytest.mark.parametrize("bound", ["at least", "at most", "above", "below"])
def test_bounds_are_named(bound):
    """A figure that is held against a bound says on which side of it it should lie."""
    held = {"what": "value", "ok": True, "got": 0.5, "cases": 1, bound.replace(" ", "_"): -2.0}

    built = page(record(claims={"losses.a": claim(evidence=[case(figures=[held])])}))

    assert f"value 0.5 {bound} −2 1" in built.text


def test_modes_that_agree_share_a_line():
    """Equal figures of several modes are one line; a mode that differs has its own under the same name."""
    off = [figure(ok=False, got=0.75)]
    cases = [case("xla", figures=off, verdict="refuted", message="loss: got 0.75"), case("graph"), case("eager")]

    text = page(record(claims={"losses.a": claim("refuted", evidence=cases)})).text

    assert "loss eager, graph 0.5 0.5 ± 1 × 10⁻⁶ 4 xla ✗ off: 0.75" in text
    assert "✓ holds in eager, graph ✗ refuted in xla" in text


def test_a_message_without_figures_is_shown():
    """An unsupported call measured nothing, so its message stands for the figures."""
    gone = case(figures=[], verdict="unsupported", message="SGD(lr=0.01): unknown argument")

    assert (
        "SGD(lr=0.01): unknown argument"
        in page(record(claims={"losses.a": claim("unsupported", evidence=[gone])})).text
    )


def test_what_happens_instead_is_shown():
    """The counter-spec's sentence and figures stand under the claim that fails."""
    instead = [case(says="It is in nats.", figures=[figure("nats", got=0.693)])]

    text = page(record(claims={"losses.a": claim("refuted", instead=instead)})).text

    assert "What happens instead It is in nats." in text
    assert "nats 0.693" in text


def test_command_runs_just_this():
    """Modes alone need no brackets; other parameters do, or other claims' calls would run too."""
    plain, own = [case("eager"), case("xla")], [case("eager", parameters="a-b"), case("xla", parameters="a-b")]

    text = page(record(claims={"losses.a": claim(evidence=plain), "losses.b": claim(evidence=own)})).text

    assert "pytest tests/spec/test_x.py::test_it Claim" not in text
    assert "Run it: pytest tests/spec/test_x.py::test_it " in text
    assert "pytest 'tests/spec/test_x.py::test_it[eager-a-b]' 'tests/spec/test_x.py::test_it[xla-a-b]'" in text


def test_command_is_safe_to_paste():
    """A spec's name can't break out of its quotes in a shell."""
    text = page(record(claims={"losses.a": claim(evidence=[case(spec="x'; rm -rf ~; '")])})).text

    assert """pytest 'x'"'"'; rm -rf ~; '"'"''""" in text


def test_curves_are_drawn_over_the_reference():
    """A measured loss is drawn once, with a label for who can't see it and words for what was measured."""
    built = page(record(claims=gradient()))

    drawings = [svg for svg in built.named("svg") if svg.get("role") == "img"]
    assert [svg["aria-label"] for svg in drawings] == [
        "Mean squared error: the loss and its slope measured on TensorFlow 2.21.0 with Keras 3.15.1, over the reference"
    ]
    assert "L = 1/k Σ (t − y)²" in built.text
    assert "96 points in eager, on TensorFlow 2.21.0" in built.text
    assert built.text.count("Not measured in any of these records.") == 8


def test_a_curve_off_the_reference_is_seen():
    """A point off the reference is measured in the caption and marked in its own colour; one on it is neither."""
    right, wrong = report.build([record(claims=gradient())]), report.build([record(claims=gradient(bend=0.5))])

    assert "2.21.0 0 0" in Page(right).text
    assert "2.21.0 0.5 0" in Page(wrong).text
    assert right.count('"fill: var(--off)') == 0
    assert wrong.count("var(--off)") > right.count("var(--off)")


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_a_curve_without_numbers_is_not_called_exact(value):
    """A point that is no number counts as infinitely far off."""
    claims = gradient()
    claims["losses.mse-gradient"]["evidence"][0]["curves"][0]["y"][3] = value

    assert "2.21.0 ∞ 0" in page(record(claims=claims)).text


def test_the_records_rounding_is_not_the_subjects():
    """A curve that differs from the reference by the nine digits of a record alone is shown as exact."""
    claims = gradient(slug="bce", name="binary_crossentropy")
    for curve in claims["losses.bce-gradient"]["evidence"][0]["curves"]:
        curve["y"] = [float(f"{y:.9g}") for y in curve["y"]]

    assert "2.21.0 0 0" in page(record(claims=claims)).text


def test_drawings_follow_the_page():
    """No colour or font is fixed in a drawing, and no rule in it reaches outside it."""
    text = report.build([record(claims=gradient())])
    drawing = text[text.index('<svg role="img"') :]
    drawing = drawing[: drawing.index("</svg>")]

    assert "#0" not in drawing
    assert "font-family" not in drawing
    assert "DejaVu" not in drawing
    assert "<style" not in drawing
    assert len(drawing) < 40_000


@pytest.mark.parametrize("text", HOSTILE)
def test_a_drawings_label_stays_text(text):
    """Whatever the subject is called, the drawing's label says it letter by letter."""
    from lossspec.report._drawing import draw
    from lossspec.report._losses import LOSSES, measured

    drawn = Page(draw(LOSSES[0], measured(gradient()["losses.mse-gradient"]), text))

    assert drawn.wrong == []
    assert f"measured on {text}, over the reference" in drawn.named("svg")[0]["aria-label"]


def test_drawing_leaves_matplotlib_as_it_was():
    """The settings for the drawings are taken back."""
    import matplotlib as mpl

    mpl.rcParams["font.size"] = before = 13.0
    report.build([record(claims=gradient())])

    assert mpl.rcParams["font.size"] == before


def test_the_same_records_give_the_same_page(full):
    """Two builds, also in different processes, are equal to the byte."""
    code = (
        "import json, sys; from lossspec import report;"
        "sys.stdout.buffer.write(report.build(json.load(sys.stdin)).encode())"
    )
    elsewhere = subprocess.run(  # noqa: S603 # this interpreter, our own code
        [sys.executable, "-c", code], input=json.dumps(full).encode(), capture_output=True, check=True
    )

    assert report.build(full) == elsewhere.stdout.decode()


def test_building_changes_no_record(full):
    """The records that go in come out as they were."""
    before = copy.deepcopy(full)

    report.build(full)

    assert full == before


def test_nothing_to_show_is_a_problem():
    """Without a record there is no page, and the message says what to do."""
    with pytest.raises(UsageProblem, match="run the specification"):
        report.build([])


def test_the_report_needs_no_tensorflow():
    """Building a page imports neither TensorFlow nor lossspec's door to it."""
    never = {"tensorflow", "keras", "lossspec.subject"}
    code = f"import sys, lossspec.report._page; sys.exit(bool({never} & set(sys.modules)))"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603 # our own code


def test_anchor_is_the_claims_id():
    """A claim can be linked to by its id."""
    built = page(record(claims={"losses.a b": claim("refuted")}))

    assert "claim-losses.a b" in [unquote(each) for each in built.ids]


def test_summary_says_how_the_newest_record_stands():
    """The first sentences give the subject's score, each document's, and that nothing changed."""
    claims = {"losses.a": claim(), "losses.b": claim("refuted")}

    assert report.summary([record(claims=claims)]) == [
        "On TensorFlow 2.21.0 with Keras 3.15.1, 1 of 2 claims holds and 1 is refuted.",
        "“How to Choose”: 1 of 2 claims holds and 1 is refuted.",
        "Every verdict is the expected one.",
    ]


def test_summary_names_what_is_not_as_expected_or_undecided():
    """Changed and undecided claims are named by id."""
    claims = {"losses.a": claim("refuted", expected="holds")}

    sentences = report.summary([record(claims=claims, undecided={"losses.b": "not run"})])

    assert "Changed: losses.a should be “holds” and is “refuted”." in sentences
    assert "Undecided (not run): losses.b." in sentences
    assert "“How to Choose”: 0 of 2 claims hold, 1 is refuted and 1 is undecided, which is not a pass." in sentences


def test_summary_doesnt_list_a_hundred_claims():
    """A run of one spec leaves most claims undecided; they are counted after the first ten."""
    undecided = {f"losses.c{n}": "not run" for n in range(30)}

    assert report.summary([record(undecided=undecided)])[-1].endswith("losses.c9 and 20 more.")


def test_summary_compares_with_the_one_before(full):
    """What differs from the last but one subject is named, and nothing older."""
    before, newest = record("2.15.1", claims={"losses.a": claim()}), record(claims={"losses.a": claim("refuted")})

    moved = [each for each in report.summary([full[0], before, newest]) if each.startswith("Since")]
    still = report.summary([before, before])[-1]

    assert moved == ["Since TensorFlow 2.15.1 with Keras 3.15.1, losses.a went from holds to refuted."]
    assert still == "Since TensorFlow 2.15.1 with Keras 3.15.1, no verdict differs."


def test_summary_of_nothing_is_empty():
    """No record, no sentence."""
    assert report.summary([]) == []
