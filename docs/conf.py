"""How the documentation is built: `make docs`. Nothing is loaded from elsewhere, neither now nor by a reader."""

import os
import shutil
import sys
from importlib import metadata
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "_ext"))
os.environ.setdefault("PYTHONHASHSEED", "0")

# The notebooks as they are committed, with their outputs; they are not run again.
NOTEBOOKS = HERE / "notebooks"
shutil.rmtree(NOTEBOOKS, ignore_errors=True)
shutil.copytree(HERE.parent / "notebooks", NOTEBOOKS, ignore=shutil.ignore_patterns(".*"))

project = "gxstudy"
author = "the gxstudy authors"
project_copyright = author
release = version = metadata.version("gxstudy")
language = "en"

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "chinese", "mathml", "pages"]
exclude_patterns = ["_site", "_ext", "notebooks/.ipynb_checkpoints"]
templates_path: list[str] = []
html_theme = "furo"
html_title = "gxstudy"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_copy_source = False
html_show_sourcelink = False

myst_enable_extensions = ["colon_fence", "dollarmath", "html_image"]
myst_heading_anchors = 3
nb_execution_mode = "force"
nb_execution_excludepatterns = ["notebooks/*"]
nb_execution_raise_on_error = True
nb_execution_timeout = 300
nb_merge_streams = True
nb_mime_priority_overrides = [("html", "application/vnd.jupyter.widget-view+json", None)]

autodoc_member_order = "bysource"
autodoc_typehints = "none"
add_module_names = False
autodoc_default_options = {"members": True, "exclude-members": "__init__, __new__"}
napoleon_google_docstring = False
napoleon_use_ivar = True
napoleon_use_rtype = False

# What is shown to mathematics-less browsers as well: MathML is written by the builder, no script draws it.
math_numfig = False
