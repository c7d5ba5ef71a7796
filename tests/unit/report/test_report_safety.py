"""The page: one well-formed file that loads nothing, leaves text text, and is reproducible."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import re
import subprocess
import sys

import pytest

from lossspec import report
from lossspec.core.errors import UsageProblem
from pages import BAD, Page, _full, case, claim, figure, page, record  # noqa: F401 # a fixture

# Whatever a browser loads, opens or runs by an attribute or by a tag.
LOADING = re.compile(
    "action|archive|background|cite|classid|code|codebase|data|formaction|http-equiv|imagesrcset|"
    "longdesc|manifest|on.*|ping|poster|profile|src|srcdoc|srcset|style|target|usemap|xlink:href|"
    "xml:base"
)
RUNNING = re.compile(
    "animate|applet|audio|base|embed|fencedframe|foreignobject|frame|iframe|image|img|link|math|"
    "object|param|portal|set|source|template|track|video"
)


def test_page_is_well_formed(full):
    """Every tag is closed in order, no id is used twice, and every link leads somewhere."""
    built = page(*full)

    # Links to a comparison are the script's.
    links = [value[1:] for value in built.values("href") if not value.startswith("#compare=")]
    assert built.wrong == []
    assert len(built.ids) == len(set(built.ids))
    assert links
    assert {*links, *built.values("aria-labelledby")} <= set(built.ids)


def digest(text):
    """The source of a content-security policy that allows this text."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_policy_lets_in_what_the_page_holds_and_nothing_else(full):
    """Each script and style sheet is allowed by its digest; there is no other source."""
    text = report.build(full)
    built = Page(text)
    policy = next(each["content"] for each in built.named("meta") if "http-equiv" in each)
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))

    for tag, rule in (("script", "script-src"), ("style", "style-src")):
        contents = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        assert rules.pop(rule).split() == [digest(each) for each in contents]
    assert rules == {"default-src": "'none'", "base-uri": "'none'", "form-action": "'none'"}

    # It stands before all that it is about, but for the encoding, and once.
    assert [name for name, _ in built.tags[:4]] == ["html", "head", "meta", "meta"]
    assert [attributes[0][0] for _, attributes in built.tags[2:4]] == ["charset", "http-equiv"]
    assert built.values("http-equiv") == ["Content-Security-Policy"]
    assert {"name": "referrer", "content": "no-referrer"} in built.named("meta")


def test_no_tag_or_attribute_loads_or_runs_anything(full):
    """Without the policy, too, there is nothing that a browser would fetch, or run but scripts."""
    text = report.build(full)
    built = Page(text)

    used = {name for tag, attributes in built.tags if tag != "meta" for name, _ in attributes}
    assert not list(filter(LOADING.fullmatch, used))
    assert not [tag for tag, _ in built.tags if RUNNING.fullmatch(tag)]
    assert all(value.startswith("#") for value in built.values("href"))
    assert set(re.findall(r"url\((.)", text)) <= {"#"}
    assert not re.search(
        r"(?i)javascript:|data:|expression\(|@font-face|@import|image-set|https?://", text
    )
    assert len(built.named("style")) == 1
    assert [each.get("type") for each in built.named("script")] == [None, "application/json", None]


def test_hostile_data_end_no_script():
    """The page's data are read back as they were, whatever the records say."""
    text = BAD + "</script><script>alert(1)</script><!--<script>\u2028"
    made = record(claims={f"losses.{text}": claim("refuted", statement=text, reason=text)})

    built = report.build([made])

    data = json.loads(re.search(r'id="page:data">(.*?)</script>', built, re.DOTALL)[1])
    assert Page(built).wrong == []
    assert [(claim, said[0][0]) for claim, _, said, _ in data["claims"]] == [
        (f"losses.{text}", "refuted")
    ]
    assert data["reasons"] == [text]


def test_hostile_strings_stay_text():
    """Whatever a record says, in any of its strings, a reader sees it letter by letter."""
    text = BAD
    made = record(claims={}, undecided={f"losses.{text}": text})
    made["documents"] = {text: {"title": text, "author": text, "date": text, "sections": [text]}}
    odd = case("eager", spec=text, parameters=text, says=text, message=text, verdict="refuted")
    odd["figures"] = [figure(text)]
    words = ("document", "section", "statement", "reason", "where", "kind")
    made["claims"][text] = claim("refuted", **dict.fromkeys(words, text), evidence=[odd])
    made["environment"].update(date=text, python=text, platform=text, packages={text: text})
    made["lossspec"] = text

    built = page(made)

    assert built.wrong == []
    assert built.text.count(" ".join(text.split())) >= 16


def test_the_same_records_give_the_same_page(full):
    """In another process, which has no TensorFlow, to the byte; no record is changed."""
    before = copy.deepcopy(full)
    code = (
        "import json, sys; from lossspec import report;"
        "sys.stdout.buffer.write(report.build(json.load(sys.stdin)).encode());"
        "sys.exit(bool({'tensorflow', 'lossspec.backends.keras.adapter'} & set(sys.modules)))"
    )
    elsewhere = subprocess.run(  # noqa: S603 # this interpreter, our own code
        [sys.executable, "-c", code],
        input=json.dumps(full).encode(),
        capture_output=True,
        check=True,
    )

    assert report.build(full) == elsewhere.stdout.decode()
    assert full == before


def test_nothing_to_show_is_a_problem():
    """Without a record there is no page, and the message says what to do."""
    with pytest.raises(UsageProblem, match="run the specification"):
        report.build([])
