"""The framework that is set for all models: by the variable LSTM_CALC_FRAMEWORK, else in the nearest pyproject.toml."""

import os
import re
from codecs import BOM_UTF8
from pathlib import Path
from typing import Any

from lstm_calc.errors import FrameworkError, ModelFileError, did_you_mean, quoted
from lstm_calc.frameworks import framework
from lstm_calc.frameworks.setting import PROJECT, Setting

VARIABLE = "LSTM_CALC_FRAMEWORK"
_MAX_BYTES = 1_000_000
_HEADER = rb"(?m)^[ \t]*\[[ \t]*tool[ \t]*\.[ \t]*[\"']?lstm-calc[\"']?[ \t]*\][^\n]*"
"""The header of this program's table: only what stands under it is read, and TOML only where it is there."""
_NEXT = rb"(?m)^[ \t]*\["
_TOOL, _OWN = rb"[\"']?tool[\"']?[ \t]*", rb"[\"']?lstm-calc[\"']?[ \t]*"
_OTHERWISE = (
    rb"(?m)^[ \t]*(?:"
    rb"\[\[?[ \t]*" + _TOOL + rb"\.[ \t]*" + _OWN + rb"[.\]]"
    rb"|" + _TOOL + rb"(?:\.[ \t]*" + _OWN + rb"[.=]|=[^\n]*lstm-calc)"
    rb"|\[[ \t]*" + _TOOL + rb"\][^\n]*\n(?:[ \t\r]*(?:[^\[\s][^\n]*)?\n)*?[ \t]*" + _OWN + rb"[.=])"
)
"""What is this program's table in another spelling, or was meant to be it: the whole file is read then."""
_WANTED = '[tool.lstm-calc] with framework = "keras" under it'
_KEYS = ("framework",)


def find_setting() -> Setting | None:
    """Return the framework that is set, None where none is; raise LstmCalcError, with the place, for one that is not known."""
    name = os.environ.get(VARIABLE, "").strip()
    if name:
        return _known(name, VARIABLE)
    path = _nearest()
    return None if path is None else _in_project(path)


def _nearest() -> Path | None:
    """Return the pyproject.toml of this folder or of the nearest one around it, as far as folders can be looked into."""
    try:
        folder = Path.cwd()
    except OSError:  # the folder was removed
        return None
    return next((path for each in (folder, *folder.parents) if _is_file(path := each / PROJECT)), None)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False


def _in_project(path: Path) -> Setting | None:
    """Return the framework that a project's file sets."""
    try:
        with path.open("rb") as stream:
            data = stream.read(_MAX_BYTES + 1).removeprefix(BOM_UTF8)
    except OSError as error:
        raise ModelFileError(f"cannot be read: {(error.strerror or str(error)).lower()}", str(path)) from None
    table = _named_table(data, path)
    unknown = next((key for key in table if key not in _KEYS), None)
    if unknown:
        raise ModelFileError(f"unknown key{did_you_mean(unknown, _KEYS)}", str(path), f"tool.lstm-calc.{unknown}")
    name = table.get("framework")
    if name is not None and not isinstance(name, str):
        raise ModelFileError(f"must be the name of a framework, not {quoted(name)}", str(path), "tool.lstm-calc.framework")
    return None if name is None else _known(name, PROJECT)


def _named_table(data: bytes, path: Path) -> dict[str, Any]:
    """Return this program's table of a project's file, empty where there is none."""
    if b"lstm-calc" not in data:
        return {}
    headers = list(re.finditer(_HEADER, data))
    is_there = headers or re.search(_OTHERWISE, data)
    if is_there and len(data) > _MAX_BYTES:
        raise ModelFileError(f"larger than {_MAX_BYTES:,} bytes, of which no more are read", str(path))
    if len(headers) > 1:
        raise ModelFileError("[tool.lstm-calc] stands twice", str(path))
    if headers:
        after = re.compile(_NEXT).search(data, headers[0].end())
        return _toml(data[headers[0].end() : after.start() if after else None], path, ":tool.lstm-calc")
    if not is_there:
        return {}
    tool = _toml(data, path).get("tool")
    table: Any = tool.get("lstm-calc", {}) if isinstance(tool, dict) else {}
    if not isinstance(table, dict):
        raise ModelFileError(f"must be a table, not {quoted(table)}: write {_WANTED}", str(path), "tool.lstm-calc")
    return table


def _toml(data: bytes, path: Path, key: str = "") -> dict[str, Any]:
    """Return the values of a text of TOML, which is under a key of a file or all of it."""
    from lstm_calc.formats.modeltext import read_toml

    try:
        table: dict[str, Any] = read_toml(data.decode(), f"{path}{key}")
    except UnicodeDecodeError:
        raise ModelFileError("not UTF-8 text", str(path)) from None
    return table


def _known(name: str, place: str) -> Setting:
    """Return a setting under the framework's usual name."""
    try:
        return Setting(framework(name).name, place)
    except FrameworkError as error:
        raise FrameworkError(f"{place}: {error}") from None
