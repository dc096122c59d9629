"""The framework that is set for all models: by the variable LSTM_CALC_FRAMEWORK, else in the nearest pyproject.toml."""

import os
import re
from codecs import BOM_UTF8
from pathlib import Path
from typing import Any

from lstm_calc.errors import FrameworkError, ModelFileError, did_you_mean, quoted
from lstm_calc.frameworks import framework
from lstm_calc.frameworks.setting import Setting

VARIABLE = "LSTM_CALC_FRAMEWORK"
_FILE = "pyproject.toml"
_MAX_BYTES = 1_000_000
_HEADER = re.compile(rb"(?m)^[ \t]*\[[ \t]*tool[ \t]*\.[ \t]*[\"']?lstm-calc[\"']?[ \t]*\][^\n]*")
"""The header of this program's table: only what stands under it is read, and TOML only where it is there."""
_NEXT = re.compile(rb"(?m)^[ \t]*\[")
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
    return next((path for each in (folder, *folder.parents) if _is_file(path := each / _FILE)), None)


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
    headers = list(_HEADER.finditer(data))
    if not headers:
        return None
    if len(headers) > 1 or len(data) > _MAX_BYTES:
        what = (
            "[tool.lstm-calc] stands twice" if len(headers) > 1 else f"larger than {_MAX_BYTES:,} bytes, of which no more are read"
        )
        raise ModelFileError(what, str(path))
    after = _NEXT.search(data, headers[0].end())
    table = _table(data[headers[0].end() : after.start() if after else None], path)
    unknown = next((key for key in table if key not in _KEYS), None)
    if unknown:
        raise ModelFileError(f"unknown key{did_you_mean(unknown, _KEYS)}", str(path), f"tool.lstm-calc.{unknown}")
    name = table.get("framework")
    if name is not None and not isinstance(name, str):
        raise ModelFileError(f"must be the name of a framework, not {quoted(name)}", str(path), "tool.lstm-calc.framework")
    return None if name is None else _known(name, _FILE)


def _table(data: bytes, path: Path) -> dict[str, Any]:
    """Return what stands under the header of this program's table."""
    from lstm_calc.formats.modeltext import read_toml

    try:
        table: dict[str, Any] = read_toml(data.decode(), f"{path}:tool.lstm-calc")
    except UnicodeDecodeError:
        raise ModelFileError("not UTF-8 text", str(path)) from None
    return table


def _known(name: str, place: str) -> Setting:
    """Return a setting under the framework's usual name."""
    try:
        return Setting(framework(name).name, place)
    except FrameworkError as error:
        raise FrameworkError(f"{place}: {error}") from None
