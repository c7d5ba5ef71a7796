"""The site: `tox -e docs` builds it."""

from __future__ import annotations

import doctest
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from lossspec import __version__  # noqa: E402 # found by the line above

project = "lossspec"
author = "the lossspec developers"
version = release = __version__
language = "en"

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.doctest",
    "sphinx.ext.napoleon",
    "sphinx_click",
    "sphinxcontrib.programoutput",
    "tools.site.extension",
]
exclude_patterns = ["_build", "losses/_*"]

myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3
nitpicky = True
# Types of other libraries: their pages lie on hosts that the build doesn't ask.
nitpick_ignore_regex = [(r"py:.*", r"(?!lossspec\.).*")]
autodoc_typehints = "description"
autodoc_member_order = "bysource"
doctest_default_flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
doctest_global_setup = "import pandas; pandas.set_option('display.width', 100)"
programoutput_prompt_template = "$ {command}\n{output}"

# A light block, then a dark one.
BLOCKS = (ROOT / "lossspec/report/templates/page.css").read_text(encoding="utf-8").split("@media")
LIGHT, DARK = (dict(re.findall(r"--([a-z-]+\d?): (#\w+)", block)) for block in BLOCKS[:2])

html_theme = "furo"
html_theme_options = {"light_css_variables": LIGHT, "dark_css_variables": DARK}
html_title = "lossspec"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_copyright = False
