"""Numbers as sentences, legends and tables write them."""

THIN_SPACE = "\u2009"


def thousands(number: float) -> str:
    r"""
    Write a whole number with thin spaces between its thousands.

    Examples
    --------
    >>> thousands(12345) == "12\u2009345"
    True
    """
    return f"{number:,.0f}".replace(",", THIN_SPACE)
