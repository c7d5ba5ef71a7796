"""The page: one well-formed file that loads nothing, leaves text text, and comes out the same every time."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import re
import subprocess
import sys
from urllib.parse import unquote

import pytest

from lossspec import report
from lossspec.core.errors import UsageProblem
from pages import HOSTILE, Page, case, claim, figure, one_of_everything, page, record

pytest.importorskip("jinja2", reason="the report's packages are an extra")
pytest.importorskip("matplotlib", reason="the report's packages are an extra")


@pytest.fixture(scope="module", name="full")
def _full():
    """Records with one of everything: see `one_of_everything`."""
    return one_of_everything()


def test_page_is_well_formed(full):
    """Every tag is closed in order, no id is used twice, and every link inside the page leads somewhere.

    Links to a comparison are the script's.
    """
    built = page(*full)

    links = [value[1:] for value in built.values("href") if not value.startswith("#compare=")]
    labels = built.values("aria-labelledby")
    assert built.wrong == []
    assert len(built.ids) == len(set(built.ids))
    assert links
    assert {*links, *labels} <= set(built.ids)


def test_page_loads_nothing(full):
    """No address of another place, nothing but links within the page, and scripts that are the page's own text."""
    text = report.build(full)
    built = Page(text)

    assert not [*built.named("img"), *built.named("link"), *built.named("iframe")]
    assert all(value.startswith("#") for value in built.values("href"))
    assert not built.values("src")
    assert "http://" not in text
    assert "https://" not in text
    assert "@import" not in text
    assert [script.get("type") for script in built.named("script")] == [
        None,
        "application/json",
        None,
    ]


def test_policy_lets_in_what_the_page_holds_and_nothing_else(full):
    """Each script and style sheet is allowed by its digest; there is no other source, and no style in an attribute."""
    text = report.build(full)
    policy = next(each["content"] for each in Page(text).named("meta") if "http-equiv" in each)
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    scripts = [digest(each) for each in re.findall(r"<script>(.*?)</script>", text, re.DOTALL)]
    styles = [digest(each) for each in re.findall(r"<style>(.*?)</style>", text, re.DOTALL)]

    assert rules.pop("default-src") == "'none'"
    assert rules.pop("script-src").split() == scripts
    assert rules.pop("style-src").split() == styles
    assert rules == {"base-uri": "'none'", "form-action": "'none'"}
    assert not Page(text).values("style")


def digest(text):
    """The source of a content-security policy that allows this text."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@pytest.mark.parametrize(
    "text", [*HOSTILE, "</script><script>alert(1)</script>", "<!--<script>", "\u2028"]
)
def test_hostile_data_end_no_script(text):
    """The page's data are read back as they were, whatever the records say."""
    made = record(claims={f"losses.{text}": claim("refuted", statement=text, reason=text)})

    built = report.build([made])
    data = json.loads(re.search(r'id="page:data">(.*?)</script>', built, re.DOTALL)[1])

    assert Page(built).wrong == []
    assert [each["statement"] for each in data["claims"]] == [text]
    assert data["claims"][0]["said"][0][:3] == ["refuted", "refuted", text]


# Whatever a browser loads, opens or runs by an attribute or by a tag.
LOADING = {
    *(
        "action",
        "archive",
        "background",
        "cite",
        "classid",
        "code",
        "codebase",
        "data",
        "formaction",
        "http-equiv",
    ),
    *(
        "imagesrcset",
        "longdesc",
        "manifest",
        "ping",
        "poster",
        "profile",
        "src",
        "srcdoc",
        "srcset",
        "target",
        "usemap",
    ),
    *("xlink:href", "xml:base"),
}
RUNNING = {
    *("animate", "applet", "audio", "base", "embed", "fencedframe", "foreignobject"),
    *(
        "frame",
        "iframe",
        "image",
        "math",
        "object",
        "param",
        "portal",
        "set",
        "source",
        "template",
        "track",
    ),
    *("video",),
}


def test_the_policy_stands_before_all_that_it_is_about(full):
    """Only the encoding comes before it, and it is said once, by the one tag that says it to a browser."""
    built = page(*full)

    names = [name for name, _ in built.tags]
    assert names[:4] == ["html", "head", "meta", "meta"]
    assert [list(dict(attributes)) for _, attributes in built.tags[2:4]] == [
        ["charset"],
        ["http-equiv", "content"],
    ]
    assert len([meta for meta in built.named("meta") if "http-equiv" in meta]) == 1
    assert {"name": "referrer", "content": "no-referrer"} in built.named("meta")


def test_no_tag_or_attribute_loads_or_runs_anything(full):
    """Without the policy, too, there is nothing in the page that a browser would fetch, or run but its own scripts."""
    text = report.build(full)
    built = Page(text)

    used = {name for tag, attributes in built.tags if tag != "meta" for name, _ in attributes}
    assert not used & LOADING
    assert not {tag for tag, _ in built.tags} & RUNNING
    assert set(re.findall(r"url\((.)", text)) <= {"#"}
    assert not re.search(r"(?i)javascript:|data:|expression\(|@font-face|image-set", text)


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
    made["claims"][text] = claim(
        "refuted", document=text, section=text, statement=text, reason=text, evidence=odd
    )
    made["claims"][text].update(where=text, kind=text)
    made["environment"].update(date=text, python=text, platform=text, packages={text: text})
    made["lossspec"] = text

    built = page(made)

    assert built.wrong == []
    assert built.text.count(" ".join(text.split())) >= 16


def test_the_same_records_give_the_same_page(full):
    """Two builds, also in different processes, are equal to the byte."""
    code = (
        "import json, sys; from lossspec import report;"
        "sys.stdout.buffer.write(report.build(json.load(sys.stdin)).encode())"
    )
    elsewhere = subprocess.run(  # noqa: S603 # this interpreter, our own code
        [sys.executable, "-c", code],
        input=json.dumps(full).encode(),
        capture_output=True,
        check=True,
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
    never = {"tensorflow", "keras", "lossspec.backends.keras.adapter"}
    code = f"import sys, lossspec.report._page; sys.exit(bool({never} & set(sys.modules)))"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603 # our own code


def test_anchor_is_the_claims_id():
    """A claim can be linked to by its id."""
    built = page(record(claims={"losses.a b": claim("refuted")}))

    assert "claim-losses.a b" in [unquote(each) for each in built.ids]
