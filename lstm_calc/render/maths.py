"""The formulas of a Document, as a screen, TeX and MathML write them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_PIECE = (
    r"(?P<number>[0-9]+)|(?P<name>[^\W\d_]+)(?P<prime>'?)(?:_(?P<below>\w+))?(?:\[(?P<step>t(?:-1)?)\])?|(?P<space> +)|(?P<sign>.)"
)
_TEX = {"×": r"\times ", "⊙": r"\odot ", "∗": r"\ast ", "·": r"\cdot ", "→": r"\to ", "σ": r"\sigma "}


def spelled(formula: str) -> str:
    """Return a formula for a screen: thousands parted.

    >>> spelled("4 × (units + kernel_1) = 8320")
    '4 × (units + kernel_1) = 8,320'
    """
    return re.sub(_PIECE, lambda token: f"{int(token[0]):,}" if token["number"] else token[0], formula)


def tex(formula: str) -> str:
    r"""Return a formula in TeX, without a backslash before a sign, which Markdown would take for its own.

    >>> tex("f[t] = W_f x[t-1] + b'_f × 1000")
    "f_{t} = W_{f}\\thinspace x_{t-1} + b_{f}' \\times 1{,}000"
    """
    return re.sub(" +", " ", re.sub(_PIECE, _tex, formula)).strip()


def _tex(token: re.Match[str]) -> str:
    if token["number"]:
        return f"{int(token['number']):,}".replace(",", "{,}")
    if token["name"]:
        below = token["step"] or (_tex_name(token["below"]) if token["below"] else "")
        return _tex_name(token["name"]) + (f"_{{{below}}}" if below else "") + token["prime"]
    if token["space"]:
        return r"\thinspace " if _is_a_product(token) else " "
    return _TEX.get(token["sign"], token["sign"])


def _tex_name(name: str) -> str:
    return _TEX.get(name, name).strip() if len(name) == 1 else rf"\mathrm{{{name}}}"


def _is_a_product(space: re.Match[str]) -> bool:
    """Say whether a space stands between two things that are multiplied."""
    before, after = space.string[: space.start()][-1:], space.string[space.end() :][:1]
    return (before.isalnum() or before in "])") and (after.isalnum() or after == "(")


def mathml(formula: str) -> str:
    """Return a formula in MathML.

    >>> mathml("h[t-1]")
    '<math><msub><mi>h</mi><mrow><mi>t</mi><mo>-</mo><mn>1</mn></mrow></msub></math>'
    """
    return f"<math>{re.sub(_PIECE, _mathml, formula)}</math>"


def _mathml(token: re.Match[str]) -> str:
    from html import escape  # which loads every entity of HTML, and TeX needs none

    if token["number"]:
        return f"<mn>{int(token['number']):,}</mn>"
    if token["name"]:
        name = f"<mi>{escape(token['name'])}</mi>"
        below = _STEPS[token["step"]] if token["step"] else f"<mi>{escape(token['below'])}</mi>" if token["below"] else ""
        if token["prime"]:
            name = f'<mrow>{name}<mo lspace="0" rspace="0">′</mo></mrow>'
        return f"<msub>{name}{below}</msub>" if below else name
    if token["space"]:
        return "<mspace width='0.2em'/>" if _is_a_product(token) else ""
    return f"<mo>{escape(token['sign'])}</mo>"


_STEPS = {"t": "<mi>t</mi>", "t-1": "<mrow><mi>t</mi><mo>-</mo><mn>1</mn></mrow>"}


def tokens(formula: str) -> Iterator[tuple[str, str]]:
    """Yield the parts of a formula, each with how it is set: a ``letter``, what stands ``below`` the one before, or ``plain``.

    >>> list(tokens("W_f h[t-1]"))
    [('W', 'letter'), ('f', 'below'), (' ', 'plain'), ('h', 'letter'), ('t−1', 'below')]
    """
    for token in re.finditer(_PIECE, formula):
        if token["number"]:
            yield f"{int(token['number']):,}", "plain"
        elif token["name"]:
            name = token["name"] + "′" * bool(token["prime"])
            yield name, "letter" if len(token["name"]) == 1 and name != "σ" else "plain"
            if token["step"] or token["below"]:
                yield (token["step"] or token["below"]).replace("-", "−"), "below"
        else:
            yield token[0].replace("-", "−"), "plain"


def written(pieces: Iterable[tuple[str, bool]], text: Callable[[str], str], formula: Callable[[str], str]) -> str:
    """Return the pieces of a block, each by the function for its kind."""
    return "".join(formula(piece) if is_formula else text(piece) for piece, is_formula in pieces)
