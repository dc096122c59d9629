"""The bill of materials that the wheel carries (PEP 770), as CycloneDX: ``python -m tests.sbom`` writes it from pyproject.toml.

The requirements are ranges, so each is a component that is not in the wheel, with the versions that will do.
"""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
SBOM = Path(__file__).parent / "data" / "lstm-calc.cdx.json"


def bill(project: dict[str, Any]) -> dict[str, Any]:
    """Return the bill of materials of a ``[project]`` table."""
    own = f"pkg:pypi/{project['name']}@{project['version']}"
    needed = [_component(requirement) for requirement in sorted(project["dependencies"])]
    described = {"bom-ref": own, "type": "application", "name": project["name"], "version": project["version"], "purl": own}
    licence = {"licenses": [{"license": {"id": project["license"]}}], "description": project["description"]}
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.7.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.7",
        "version": 1,
        "metadata": {"component": described | licence},
        "components": needed,
        "dependencies": [{"ref": own, "dependsOn": [each["bom-ref"] for each in needed]}],
    }


def _component(requirement: str) -> dict[str, Any]:
    """Return the component of a requirement such as ``rich>=13.9``."""
    name = re.match(r"[A-Za-z0-9_.-]+", requirement)[0]
    limits = sorted(requirement[len(name) :].split(","), key=lambda limit: limit[0] == "<")
    purl = f"pkg:pypi/{name}"
    range_ = f"vers:pypi/{'|'.join(limits)}"
    return {"bom-ref": purl, "type": "library", "name": name, "purl": purl, "versionRange": range_, "isExternal": True}


def written() -> str:
    """Return the text of the file, as pyproject.toml has it now."""
    return json.dumps(bill(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]), indent=2) + "\n"


if __name__ == "__main__":
    SBOM.write_text(written(), encoding="utf-8")
