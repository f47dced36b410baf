"""QR codes as an element of the page itself, so that what they say never stands in an address of its own."""

import io

from markupsafe import Markup


def qr_picture(address: str) -> Markup:
    """The code of an address as SVG, dark on white whatever the page's colours are."""
    # Imported here: 1.5 MB and 10 ms of each start, for what is drawn a few times in a deployment's life.
    import segno

    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        drawn,
        kind="svg",
        xmldecl=False,
        svgns=False,
        nl=False,
        omitsize=True,
        border=4,
        light="#fff",
        svgclass="qr",
    )
    # segno wrote this: what the address says is only dots in it.
    return Markup(drawn.getvalue().decode())  # noqa: S704
