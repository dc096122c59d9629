"""What the wheel says about itself: its bill of materials is that of pyproject.toml, and travels with it."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import distribution, distributions

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.sbom import ROOT, SBOM, bill, written

REQUIREMENTS = ROOT / "tests" / "data" / "requirements.txt"


def test_the_bill_of_materials_is_up_to_date() -> None:
    assert SBOM.read_text(encoding="utf-8") == written(), "run python -m tests.sbom"


def test_a_bill_names_what_is_needed_and_in_which_versions() -> None:
    project = {"name": "a", "version": "1", "license": "MIT", "description": "d", "dependencies": ["b<2,>=1.5", "a-c>=3"]}
    made = bill(project)
    assert [(each["name"], each["versionRange"]) for each in made["components"]] == [
        ("a-c", "vers:pypi/>=3"),
        ("b", "vers:pypi/>=1.5|<2"),
    ]
    assert made["dependencies"] == [{"ref": "pkg:pypi/a@1", "dependsOn": ["pkg:pypi/a-c", "pkg:pypi/b"]}]


def test_the_wheel_carries_its_bill_of_materials() -> None:
    installed = distribution("lstm-calc")
    if "editable" in (installed.read_text("direct_url.json") or ""):
        pytest.skip("an editable install is no wheel")
    assert installed.read_text(f"sboms/{SBOM.name}") == written()


def test_what_ci_installs_is_pinned_and_hashed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *(each for extra in ("lint", "test") for each in project["optional-dependencies"][extra])]
    assert not {Requirement(each).name for each in asked} - pins().keys(), "the file says how it is made anew"


def test_a_pin_names_the_extras_that_others_require() -> None:
    """With --require-hashes, pip 23.2 refuses coverage[toml], which pytest-cov requires, where the file pins coverage alone."""
    pinned = pins()
    for package in distributions():
        if canonicalize_name(package.name) in pinned:
            for requirement in map(Requirement, package.requires or []):
                needed = not requirement.marker or requirement.marker.evaluate({"extra": ""})
                extras = pinned.get(canonicalize_name(requirement.name), set())
                assert not needed or requirement.extras <= extras, f"{package.name} requires {requirement}"
    assert pinned["coverage"] == {"toml"}


def pins() -> dict[str, set[str]]:
    """Return what is pinned and hashed: for each package the extras that are pinned with it."""
    found = re.findall(r"^(\S+==\S+)(?: ;.*)? \\\n    --hash=", REQUIREMENTS.read_text(encoding="utf-8"), re.MULTILINE)
    return {requirement.name: requirement.extras for requirement in map(Requirement, found)}
