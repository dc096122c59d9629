"""``schema`` without a name as a Document."""

from __future__ import annotations

from typing import Any

from lstm_calc.render.document import Column, Document, Line, Table


def schemas_document(answer: dict[str, Any]) -> Document:
    """Return the list of the schemas."""
    columns = (Column("name", "name"), Column("title", "what it describes"))
    lines = tuple(Line((each["name"], each["title"])) for each in answer["schemas"])
    return Document("JSON Schemas", (Table(columns, lines),), ("lstm-calc schema NAME prints one",))
