"""Reading a PDF's drawn text: what the codes of glyphs can look like."""

import pytest

from pipeline.publish.untraced.pdf_text import _OPERATION, joined


@pytest.mark.parametrize(
    "string",
    [
        rb"(\000A\000\)\000B)",
        rb"(\000(\000A\000(\000B\000)\000C\000)\000D)",
        rb"(((((deep)))))",
    ],
)
def test_parentheses_that_balance_are_codes_like_any_other(string: bytes) -> None:
    line = b"[" + string + b"12 (x)]TJ /f1 7.5 Tf"
    (found,) = [m["array"] for m in _OPERATION.finditer(line) if m["array"]]
    codes = string[1:-1].replace(rb"\000", b"\0").replace(rb"\)", b")")
    assert joined(found) == codes + b"x"
