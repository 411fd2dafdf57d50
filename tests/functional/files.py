"""Small files of each kind that a text may have."""

import io
import zipfile

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\0" + bytes(30)


def office(*parts: str) -> bytes:
    """Return an Office file with these parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as package:
        for part in ("[Content_Types].xml", "_rels/.rels", *parts):
            package.writestr(part, "<x/>")
    return made.getvalue()
