"""What every PDF needs: Chinese letters, of which it takes along those it shows, so that any reader shows them."""

import html
import re
from functools import cache
from importlib.resources import as_file, files

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

# 文泉驿微米黑 (Apache 2.0): of the Chinese fonts that install as a package the smallest with TrueType outlines, which
# are all that reportlab can embed. The fonts that a reader is only asked to have are blank where it has none.
_PACKAGE, _FILE, _NAME = "paperang_p2_fonts_cjk", "fonts/wqy-microhei.ttc", "wqy-microhei"
# No XML and no font has a sign for these.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@cache
def font() -> str:
    """The name of the font, made known to reportlab at the first call."""
    with as_file(files(_PACKAGE) / _FILE) as path:
        pdfmetrics.registerFont(TTFont(_NAME, path))
    return _NAME


def printable(text: str) -> str:
    """The text without what no page can show."""
    return _CONTROL.sub("", text)


def markup(text: str) -> str:
    """A text as reportlab's paragraphs read it; its lines stay lines."""
    return html.escape(text).replace("\n", "<br/>")
