"""What is installed here."""


def tool_and_version() -> str:
    """Return the program's name with its version, which a copy that is not installed does not have."""
    from importlib.metadata import distributions

    version = next((found.version for found in distributions(name="lstm-calc")), "(not installed)")
    return f"lstm-calc {version}"
