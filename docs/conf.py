"""The site: every page of this folder, in HTML that needs nothing but itself. ``python3 lab.py docs`` builds it."""

project = "relaylab"
author = "the relaylab project"
copyright = "the relaylab project, Apache-2.0"  # noqa: A001 - the name that Sphinx gives it
extensions = ["myst_parser"]
exclude_patterns = ["_build"]

myst_heading_anchors = 3
smartquotes = False  # an error line is quoted as it is
nitpicky = True  # a link that leads nowhere is an error

html_theme = "furo"
html_title = "relaylab"
html_static_path = ["_static"]
html_css_files = ["wrap.css"]
html_show_sphinx = False
html_copy_source = False
html_show_sourcelink = False
