"""What an eval found, for people and programs: the terminal, and JSON, Markdown and HTML files.

``table`` says what is told, ``terminal``, ``record``, ``markdown`` and ``page`` show it, ``plot`` draws
the page's plots, ``files`` writes.
"""

from eval.report.files import open_folder, write_report
from eval.report.markdown import to_markdown
from eval.report.page import to_html
from eval.report.record import to_json
from eval.report.table import last_line
from eval.report.terminal import show

__all__ = ["last_line", "open_folder", "show", "to_html", "to_json", "to_markdown", "write_report"]
