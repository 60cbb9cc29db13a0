"""Draw an address as a QR code, which a telephone reads."""

import io


def svg(text: str) -> bytes:
    """The code as an SVG image, black on white, with the white border that readers need (ISO/IEC 18004)."""
    import segno  # only where the board can be reached from elsewhere

    image = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        image, kind="svg", scale=8, border=4, light="#fff", xmldecl=False
    )
    return image.getvalue()
