"""The list of the JSON Schemas."""

from __future__ import annotations

from lstm_calc.questions.answer import Answer, Data
from lstm_calc.render.document import Column, Document, Line, Table
from lstm_calc.schemas import schema, schema_names


class SchemaName(Data):
    """One schema, and what it describes."""

    name: str
    title: str


class SchemaList(Answer):
    """Every schema."""

    schema = "lstm-calc/schemas/1"
    json = ("schema", "schemas")

    schemas: tuple[SchemaName, ...]

    def document(self) -> Document:
        """Return the list of the schemas."""
        columns = (Column("name", "name"), Column("title", "what it describes"))
        lines = tuple(Line((each.name, each.title)) for each in self.schemas)
        return Document("JSON Schemas", (Table(columns, lines),), ("lstm-calc schema NAME prints one",))


def schema_list() -> SchemaList:
    """Return every schema with its title."""
    return SchemaList(tuple(SchemaName(name, schema(name)["title"]) for name in schema_names()))
