"""The page for a design review: what stands on it, that it is whole, and that a browser shows it."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_calc import LstmCalcError, Model, cost, params, read, shapes, solve
from lstm_calc.model.budget import Budget
from lstm_calc.questions.review import review
from tests.strategies import models
from tests.test_modelfile import TOML

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Cli

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
MODEL = "300 > bilstm 512 x2 > dense 10"
TWENTY = " > ".join(["64", *(f"{'bi' * (at % 3 == 0)}lstm {256 - 8 * at}" for at in range(19)), "dense 10"])
FILE = f'{TOML}bytes = "40MiB"\n'
ASKED = ("-f", "keras", "--batch", "8", "--steps", "100", "--max-params", "5M", "--max-bytes", "40MiB")
SECTIONS = ["Diagram", "Parameters", "Tensors", "Shapes", "Cost", "Budget", "What would fit"]
VOID = {"meta"}


class Page(HTMLParser):
    """A page: its elements by tag, the texts of its cells and facts, and whether what is opened is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
            self.texts.append((tag, ""))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open:
            tag, text = self.texts[-1]
            self.texts[-1] = (tag, text + data.strip())

    def of(self, tag: str) -> list[str]:
        return [text for found, text in self.texts if found == tag]

    def values(self, attribute: str) -> list[str]:
        return [value for _, attrs in self.found if (value := attrs.get(attribute))]


def page_of(cli: Cli, *asked: str) -> Page:
    return Page(cli("report", *asked, "--format", "html").stdout)


def test_a_page_has_every_answer_under_its_title(cli: Cli) -> None:
    page = page_of(cli, MODEL, *ASKED)
    assert page.open == []
    assert page.of("h1") == [f"Design review of {MODEL}"]
    assert page.of("h2") == page.of("a") == SECTIONS
    assert [href.removeprefix("#") for href in page.values("href")] == page.values("id")


def test_a_page_needs_nothing_else(cli: Cli) -> None:
    text = cli("report", MODEL, *ASKED, "--format", "html").stdout
    page = Page(text)
    assert not {"script", "link", "img", "iframe", "object"} & {tag for tag, _ in page.found}
    assert page.values("src") == []
    assert not re.search(r"https?:|url\(|@import", text)


def test_the_numbers_are_those_of_the_answers(cli: Cli) -> None:
    page = page_of(cli, MODEL, *ASKED)
    counted = json.loads(cli("params", MODEL, "-f", "keras", "--format", "json").stdout)
    facts = dict(zip(page.of("dt"), page.of("dd"), strict=True))
    over = f"{counted['total'] - 5_000_000:,}"
    assert facts["budget"] == f"✗ over by {over} parameters"
    limited = page.of("td")[page.of("td").index("✗ over") - 1 :]
    assert limited[:5] == ["parameters", "✗ over", f"✗ {counted['total']:,}", "5,000,000", over]
    shown = page.of("dd")[:6]
    work = cost(read(MODEL), "keras", batch=8, steps=100)
    assert shown[:4] == [f"✗ {counted['total']:,}", "36.8 MiB", f"{work.macs:,}", f"{work.whole.flops:,}"]
    cells = page.of("td")
    for layer in counted["layers"]:
        assert f"{layer['total']:,}" in cells
        assert cells.count(f"{layer['gates'][0]['total']:,}") >= len(layer["gates"])


def test_json_has_each_answer_as_its_own_command_gives_it(cli: Cli) -> None:
    asked, batch, limits = ASKED[:2], ASKED[2:6], ASKED[6:]
    answer = json.loads(cli("report", MODEL, *ASKED, "--format", "json").stdout)
    assert (answer["schema"], answer["framework"]) == ("lstm-calc/report/1", "keras")
    reason = {"framework_from": answer["framework_from"]}
    for name, more in (("params", ()), ("tensors", ()), ("shapes", batch), ("cost", batch)):
        assert answer[name] | reason == json.loads(cli(name, MODEL, *asked, *more, "--format", "json").stdout)
    checked = json.loads(cli("check", MODEL, *ASKED, "--format", "json").stdout)
    assert answer["budget"] == checked["models"][0]
    assert answer["solution"] | reason == json.loads(cli("solve", MODEL, "--scale", *asked, *limits, "--format", "json").stdout)


def test_a_drawing_is_boxes_and_the_shapes_between_them(cli: Cli) -> None:
    page = page_of(cli, MODEL, *ASKED)
    assert page.of("text") == [
        *("(8, 100, 300)", "(8, 100, 1024)", "(8, 1024)", "output (8, 10)"),
        *("input", "lstm", "bilstm 512", "lstm_1", "bilstm 512", "dense", "dense 10", "output"),
    ]
    assert page.of("title") == ["Design review of 300 > bilstm 512 x2 > dense 10", "layers, and the shapes between them"]
    assert page.of("desc")[0].endswith(
        "lstm_1, bilstm 512 to dense, dense 10: (8, 1024); dense, dense 10 to output: output (8, 10)"
    )
    assert page.of("figcaption") == ["layers, and the shapes between them"]


def test_a_drawing_in_a_page_shrinks_down_to_small_print(cli: Cli) -> None:
    text = cli("diagram", "3 > lstm 4", "--format", "html").stdout
    found = re.findall(r'<svg viewBox="0 0 ([0-9.]+) [0-9.]+" width="([0-9.]+)" [^>]* style="min-width: ([0-9]+)px">', text)
    assert len(found) == 2
    assert all(width == box and int(least) == round(0.72 * float(width)) for box, width, least in found)
    assert "figure svg { display: block; max-width: 100%; height: auto; }" in text


EPOCH = 86_400 * 365


def test_a_page_says_what_made_it_and_when(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(EPOCH))
    page = page_of(cli, "3 > lstm 4")
    (made,) = [text for text in page.of("p") if text.startswith("Made with lstm-calc ")]
    assert made.endswith(" on 1971-01-01.")
    answer = json.loads(cli("report", "3 > lstm 4", "--format", "json").stdout)
    assert (answer["date"], f"Made with {answer['tool']} on 1971-01-01." == made) == ("1971-01-01", True)
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    today = json.loads(cli("report", "3 > lstm 4", "--format", "json").stdout)["date"]
    assert abs((date.fromisoformat(today) - datetime.now(UTC).date()).days) <= 1


@pytest.mark.parametrize("epoch", ["", "today", "1e9", "9" * 40, "-" + "9" * 40])
def test_a_date_that_is_none_is_refused(cli: Cli, monkeypatch: pytest.MonkeyPatch, epoch: str) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    result = cli("report", "3 > lstm 4")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"error: SOURCE_DATE_EPOCH: '{epoch}' is not a time in seconds since 1970\n"


def test_a_page_fails_where_the_model_is_over_its_budget(cli: Cli, tmp_path: Path) -> None:
    over, within = ("--max-params", "100"), ("--max-params", "1M")
    for asked, code in (((*over, "--fail"), 1), (over, 0), ((*within, "--fail"), 0)):
        path = tmp_path / "page.html"
        assert cli("report", "3 > lstm 4", *asked, "-o", str(path)).exit_code == code
        assert path.read_text().endswith("</html>\n")
    refused = cli("report", "3 > lstm 4", "--fail")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr.startswith(
        "error: --fail needs a budget: give --max-params, --max-bytes, --max-ram or --max-macs, or a [budget]"
    )


def test_what_is_over_its_budget_is_marked(cli: Cli) -> None:
    page = page_of(cli, MODEL, *ASKED)
    facts = list(zip(page.of("dt"), page.of("dd"), strict=True))
    marked = [title for title, text in facts if text.startswith("✗ ")]
    assert marked == ["parameters", "budget"]
    assert [tag for tag, attrs in page.found if "over" in (attrs.get("class") or "").split()] == ["div", "div", *["td"] * 3]
    assert "✗" not in cli("report", MODEL, *ASKED[:-2], "--max-params", "1G", "--format", "html").stdout


def test_bytes_of_a_page_are_those_of_its_data_type(cli: Cli) -> None:
    text = cli("report", "32 > lstm 64", "--dtype", "int8", "--format", "html").stdout
    facts = dict(zip(Page(text).of("dt"), Page(text).of("dd"), strict=True))
    assert f"; {facts['weights']} in int8</p>" in text
    assert "float32</p>" not in text


@pytest.mark.parametrize("dtype", ["float32", "int8", "float16"])
def test_figures_of_one_name_agree_on_a_page(cli: Cli, dtype: str) -> None:
    asked = ("64 > lstm 128 > dense 10", "-f", "keras", "--dtype", dtype, "--batch", "4", "--steps", "20", "--max-bytes", "1MiB")
    page = page_of(cli, *asked, "--max-macs", "1G")
    said: dict[str, set[str]] = {}
    for title, text in zip(page.of("dt"), page.of("dd"), strict=True):
        said.setdefault(title, set()).add(text)
    assert {title: texts for title, texts in said.items() if len(texts) > 1 and title != "limit"} == {}
    (weights,), (macs,), (flops,) = said["weights"], said["MACs"], said["FLOPs"]
    cells = page.of("td")
    assert {weights, macs, flops} <= set(cells)


def test_a_narrow_page_keeps_the_numbers(cli: Cli) -> None:
    text = cli("report", "32 > lstm 64 > dense 2", "--format", "html").stdout
    narrow = text[text.index("@media screen and (max-width: 36rem)") : text.index("@media print")]
    assert ".gives-way, table:has(.share) .shape { display: none; }" in narrow
    assert '<th scope="col" class="shape">kernel</th>' in text
    assert '<th scope="col" class="number">parameters</th>' in text


BARS = re.compile(r'style="--length: ([0-9.]+)(; --bar: var\(--over\))?">([0-9.]+)%')


def test_bars_are_as_long_as_their_shares(cli: Cli) -> None:
    bars = BARS.findall(cli("params", "8 > lstm 4 > dense 2", "--format", "html").stdout)
    assert [(length, share) for length, _, share in bars] == [*[("0.2500", "23.9")] * 4, ("1.0000", "95.4"), ("0.0481", "4.6")]


def test_a_bar_of_a_budget_ends_where_it_is_full(cli: Cli) -> None:
    pages = [
        cli("solve", "8 > lstm ?", "--max-params", "1k", "--format", "html"),
        cli("check", "8 > lstm 12", "--max-params", "1k", "--max-bytes", "1MiB", "--format", "html"),
    ]
    bars = BARS.findall("".join(page.stdout for page in pages))
    over = [float(share) > 100 for *_, share in bars]
    assert over == [False, True, True, False]
    assert [bool(colour) for _, colour, _ in bars] == [length == "1.0000" for length, *_ in bars] == over


def test_markdown_renders_as_it_is(cli: Cli) -> None:
    text = cli("report", MODEL, *ASKED).stdout
    assert re.findall("^#### (.*)$", text, re.MULTILINE) == SECTIONS
    blocks = re.findall("^```mermaid\nflowchart TB\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 1
    assert '-- "(8, 1024)" -->' in blocks[0]
    for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        rows = table.replace(r"\|", "").splitlines()
        assert len({row.count("|") for row in rows}) == 1


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("a.html", "<!DOCTYPE html>"),
        ("a.HTM", "<!DOCTYPE html>"),
        ("a.md", "### Design review"),
        ("plain", "### Design review"),
        ("a.json", '{\n  "schema": "lstm-calc/report/1"'),
        ("a.tex", r"\documentclass"),
    ],
)
def test_the_form_follows_the_name_of_the_file(cli: Cli, tmp_path: Path, name: str, start: str) -> None:
    path = tmp_path / name
    result = cli("report", "32 > lstm 8", "-o", str(path))
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    assert path.read_text().startswith(start)
    assert list(tmp_path.iterdir()) == [path]


def test_a_format_that_is_named_is_the_one(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    cli("report", "32 > lstm 8", "-o", str(path), "--format", "csv")
    assert path.read_text().startswith("record,params,weights,macs,flops,working_memory,state,budget,")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (
            ("32 > lstm 8", "-o", "a.pdf"),
            "--output-file: 'a.pdf' has an ending that says no format; give .csv, .html, .json",
        ),
        (("32 > lstm 8", "--max-params", "0"), "--max-params: must be a whole number from 1 up, not '0'"),
        (("3 > conv_lstm 4 kernel=3x3",), "space is missing: the image that the model reads, such as 32x32"),
        (("32 > mgu 8", "-f", "keras"), "keras has no mgu"),
        ((), "no model; give flags"),
        (("32 > lstm 8", "-i", "3"), "the model is given twice"),
    ],
)
def test_a_wrong_request_writes_nothing(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: tuple[str, ...], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    result = cli("report", *asked)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_budget_is_the_files_and_flags_override_it(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "model.toml"
    path.write_text(FILE)
    answers = [
        json.loads(cli("report", *asked, "--format", "json", stdin=FILE).stdout)
        for asked in ((str(path),), ("-",), (str(path), "--max-params", "20M"))
    ]
    assert answers[0] == answers[1]
    assert [answer["budget"]["fits"] for answer in answers] == [False, False, True]
    assert [answer["budget"]["limits"]["bytes"]["budget"] for answer in answers] == [40 * 2**20] * 3


def test_the_model_by_flags_and_from_a_config_without_its_width(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "lstm.json"
    path.write_text('{"class_name": "LSTM", "config": {"name": "lstm", "units": 32}}')
    ways = (("-i", "16", "-u", "32"), (str(path), "-i", "16"))
    titles = [cli("report", *asked, "-f", "keras").stdout.partition("\n")[0] for asked in ways]
    assert titles == [f"### Design review of 16 \\> lstm 32{more}" for more in ("", " last name=lstm")]


def test_without_a_budget_there_is_none_to_keep_to(cli: Cli) -> None:
    page = page_of(cli, MODEL)
    assert page.of("h2") == SECTIONS[:5]
    assert "budget" not in page.of("dt")
    answer = json.loads(cli("report", MODEL, "--format", "json").stdout)
    assert (answer["budget"], answer["solution"]) == (None, None)


@pytest.mark.parametrize(
    ("model", "limit", "words"),
    [
        ("8 > dense 4", "20", None),
        ("8 > lstm 4", "5", "nothing fits: even 1 unit takes 40 parameters, over 5"),
        ("8 > lstm 4", "1k", "11 units: 8 > lstm 11 in textbook"),
        ("8 > lstm 64 proj=16 > lstm 32", "1k", "13 units: 8 > lstm 13 proj=3 > lstm 7 in textbook"),
    ],
)
def test_what_would_fit(cli: Cli, model: str, limit: str, words: str | None) -> None:
    page = page_of(cli, model, "--max-params", limit)
    assert page.of("h2")[5:] == SECTIONS[5:] if words else SECTIONS[5:6]
    assert (words in page.of("p")) == (words is not None)


def test_a_model_too_long_for_a_title_is_said_below_it(cli: Cli) -> None:
    page = page_of(cli, TWENTY, "--max-macs", "200k")
    assert page.of("h1") == ["Design review of a model of 20 layers"]
    assert page.of("p")[0] == TWENTY
    answer = json.loads(cli("report", TWENTY, "--max-macs", "200k", "--format", "json").stdout)
    assert answer["solution"]["model"] in page.of("p")


@pytest.mark.parametrize("form", ["table", "latex", "csv", "ndjson", "mermaid", "svg"])
def test_every_format_has_the_sections(cli: Cli, form: str) -> None:
    text = cli("report", MODEL, *ASKED, "--format", form).stdout.replace("&#160;", " ")
    words = {
        "table": SECTIONS[1:],
        "latex": [rf"\subsection*{{{name}}}" for name in SECTIONS[1:]],
        "csv": ["layer,type,direction,gate", "candidate,units"],
        "ndjson": ['"candidate": "fits"', '"verdict": "over"'],
        "mermaid": ['n2["lstm_1<br/>bilstm 512"]'],
        "svg": SECTIONS[1:],
    }
    assert [word for word in words[form] if word not in text] == []
    assert "Diagram" not in text


@given(model=models(largest=6), limit=st.integers(1, 4000))
def test_a_review_is_the_answers_together(model: Model, limit: int) -> None:
    try:
        work, flow = cost(model), shapes(model)
    except LstmCalcError:
        with pytest.raises(LstmCalcError):
            review(model, Budget(), batch={}, dtype={})
        return
    answer = review(model, Budget(params=limit), batch={}, dtype={})
    assert (answer.params, answer.shapes, answer.cost) == (params(model), flow, work)
    assert answer.budget.fits == (answer.params.total <= limit)
    if answer.solution and answer.solution.fit:
        assert params(answer.solution.fit.model).total <= limit
    titles = [section.title for section in answer.document().sections]
    assert titles == SECTIONS[: 7 if answer.solution else 6]


FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--dump-dom"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
IMAGES = "100x40 > conv1d 64 kernel=3 padding=same > batchnorm > pool1d 2 > bilstm 128 > dense 80"
FRAME = (
    "<iframe id='phone' width='380' height='844' style='border: 0' srcdoc='{}' onload='document.title = "
    "[phone.contentWindow.innerWidth, phone.contentDocument.documentElement.scrollWidth, ...[...phone.contentDocument."
    'querySelectorAll("th")].filter(head => head.textContent == "parameters").map(head => head.getBoundingClientRect().right | 0)'
    '].join(" ")\'></iframe>'
)


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM, reason="needs chromium")
@pytest.mark.parametrize("model", ["32 > lstm 64", MODEL, TWENTY, IMAGES])
def test_a_phone_scrolls_tables_not_the_page_and_shows_how_many_parameters_there_are(cli: Cli, tmp_path: Path, model: str) -> None:
    text = cli("report", model, *ASKED, "--format", "html").stdout
    page = tmp_path / "page.html"
    page.write_text(FRAME.format(html.escape(text)), encoding="utf-8")
    command = [str(CHROMIUM), *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", page.as_uri()]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    width, needed, *numbers = map(int, re.search("<title>(.*)</title>", shown)[1].split())
    assert needed <= width == 380
    assert len(numbers) == 2
    assert max(numbers) < width


def test_the_budget_is_held_under_the_conditions_of_the_review() -> None:
    model, conditions = read("3 > lstm 8"), {"batch": {"batch": 2, "steps": 5}, "dtype": {"dtype": "int8", "per_channel": True}}
    answer = review(model, Budget(macs=3520, bytes=700), "pytorch", **conditions, optimizer=None)
    assert answer.budget is not None
    assert answer.solution is not None
    assert answer.budget.costs == Budget(macs=2 * 5 * 4 * 8 * 11, bytes=4 * 8 * 11 + 4 * 64 + 4 * 64)
    assert answer.budget.over == {"bytes": 164}
    expected = solve(model, "pytorch", scale=True, conditions=conditions["batch"] | conditions["dtype"], macs=3520, bytes=700)
    assert answer.solution == expected
    assert (answer.solution.fit.number, answer.solution.fit.costs["macs"]) == (6, 2 * 5 * 4 * 6 * 9)
