"""Executed notebooks whose bytes depend on code, data and results only: no clock, path or random
id."""

from __future__ import annotations

import copy

import nbformat
from nbformat import NotebookNode

from pipeline.publish.document import cells


def normalise(notebook: NotebookNode) -> NotebookNode:
    """The notebook, changed in place."""
    notebook.metadata.pop("papermill", None)
    notebook.metadata.get("language_info", {}).pop("version", None)
    for cell_id, cell in cells(notebook):
        cell["id"] = cell_id
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
    return notebook


def written(notebook: NotebookNode) -> str:
    """The file of a normalised copy."""
    return str(nbformat.writes(normalise(copy.deepcopy(notebook)))) + "\n"
