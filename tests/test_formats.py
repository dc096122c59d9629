"""What holds for every format: an answer has the same numbers in each, and every text can be read back."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_calc.render import format_of, formats, plain, worded
from lstm_calc.render.document import Column, Document, Line, Table
from tests.screens import EXIT, FILES, SCREENS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Cli

ARRANGED = re.compile(r" --(columns|sort|format) \S+| --gates")
CALLS = {name: ARRANGED.sub("", call) for name, call in SCREENS.items() if EXIT.get(name, 0) < 2}
"""Every call of a screen, all columns as they come."""

PAGES = {call.split()[0]: call for call in reversed(CALLS.values())}
"""One call of each command."""


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a folder with the files that the calls read."""
    for name, data in FILES.items():
        (tmp_path / name).write_bytes(data)
    monkeypatch.chdir(tmp_path)


def rectangle(text: str) -> list[dict[str, str]]:
    """Return the lines of a text in CSV, which is one rectangle with a title for each cell."""
    head, *lines = csv.reader(io.StringIO(text))
    assert len(set(head)) == len(head)
    assert all(re.fullmatch("[A-Za-z][a-z0-9_-]*", key) for key in head)
    return [dict(zip(head, line, strict=True)) for line in lines]


def values(data: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the plain values of an answer in JSON with the key of each."""
    if isinstance(data, dict | list):
        for name, value in data.items() if isinstance(data, dict) else ((key, value) for value in data):
            yield from values(value, name)
    else:
        yield key, data


@pytest.mark.spread(16)
@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("name", CALLS)
def test_the_numbers_of_csv_and_ndjson_are_those_of_json(cli: Cli, name: str) -> None:
    texts = {form: cli(*shlex.split(CALLS[name]), "--format", form).stdout for form in ("csv", "ndjson", "json")}
    rows = rectangle(texts["csv"])
    objects = [json.loads(line) for line in texts["ndjson"].splitlines()]
    assert len(objects) == len(rows)
    assert all(object_.keys() <= row.keys() for object_, row in zip(objects, rows, strict=True))
    answer = list(values(json.loads(texts["json"])))
    keys, known = {key for key, _ in answer}, {value for _, value in answer if type(value) is int}
    counted = {"params", *keys} - {"shape", "slice", "default"}
    for key, cell in (pair for row in rows for pair in row.items()):
        if key in counted and re.fullmatch("-?[0-9]+", cell):
            assert int(cell) in known, key


def numbers(text: str) -> set[str]:
    """Return the numbers above a thousand in a text for people."""
    return set(re.findall(r"\d{1,3}(?:,\d{3})+", text.replace("{,}", ",")))


@pytest.mark.spread(3)
@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("command", PAGES)
def test_every_page_has_the_numbers_of_the_table(cli: Cli, command: str) -> None:
    call = shlex.split(PAGES[command])
    shown = numbers(cli(*call, "--format", "table").stdout)
    assert shown <= numbers(cli(*call, "--format", "markdown").stdout.replace("\\", ""))
    assert shown <= numbers(" ".join(page(cli(*call, "--format", "html").stdout).itertext()))
    assert shown <= numbers(cli(*call, "--format", "latex").stdout)
    if command != "forecast":  # its svg is the drawing of the model
        assert shown <= numbers(" ".join(ET.fromstring(cli(*call, "--format", "svg").stdout).itertext()))  # noqa: S314 - our own text


def page(text: str) -> ET.Element:
    """Return a page of HTML, which is XML but for its head."""
    return ET.fromstring(re.sub(r"<!DOCTYPE html>|<meta[^>]*>", "", text))  # noqa: S314 - our own text


VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": st.text("ab_|*<&$%=+,\"'#\\ \n", min_size=1, max_size=6).map(lambda text: f"x{text.strip()}"),
    "number": st.integers(-(10**12), 10**12),
    "shape": st.lists(st.integers(1, 5000), min_size=1, max_size=4).map(tuple),
    "share": st.floats(0, 2),
    "bytes": st.integers(0, 2**50),
    "delta": st.integers(-(10**6), 10**6),
}


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Draw a table of columns of several kinds, with a sum below it."""
    kinds = draw(st.lists(st.sampled_from([*VALUES]), min_size=1, max_size=4))
    columns = tuple(Column(f"key{at}", f"title{at}", kind) for at, kind in enumerate(kinds))
    lines = draw(st.lists(st.tuples(*(st.none() | VALUES[kind] for kind in kinds)), min_size=1, max_size=4))
    return Table(columns, (*map(Line, lines), Line((None,) * len(kinds), "total")))


@given(tables())
def test_every_format_has_every_value_of_a_table(table: Table) -> None:
    document = Document("t", (table,), ())
    text = {form: format_of(form).render(document, io.StringIO()) for form in formats() if not format_of(form).of_data}
    lines = [line.values for line in table.lines if not line.sum]
    assert [json.loads(line) for line in text["ndjson"].splitlines()] == [
        {column.key: list(value) if isinstance(value, tuple) else value for column, value in zip(table.columns, line, strict=True)}
        for line in lines
    ]
    _, *rows = csv.reader(io.StringIO(text["csv"]))
    kinds = [column.kind for column in table.columns]
    assert rows == [[plain(kind, value) for kind, value in zip(kinds, line, strict=True)] for line in lines]
    shown = [worded(kind, value) for line in lines for kind, value in zip(kinds, line, strict=True)]
    for form in ("table", "html", "svg"):
        told = text[form] if form == "table" else "".join(page(text[form]).itertext()).replace("\xa0", " ")
        assert all(words in told for words in shown), form
