"""Photos, decoded and made anew: smaller, upright, and with nothing in them but what can be seen. Only here is Pillow known."""

import warnings
from io import BytesIO

# All that Pillow would import later: in the child nothing can be opened any more by then.
from PIL import (
    Image,
    ImageFile,
    ImageOps,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from app.examiner.verdicts import Refused, Verdict

MOST_PIXELS = 40_000_000
LONGEST_SIDE = 2048

_QUALITY = 82
_FORMATS = tuple(
    plugin.format
    for plugin in (
        JpegImagePlugin.JpegImageFile,
        PngImagePlugin.PngImageFile,
        WebPImagePlugin.WebPImageFile,
    )
)
# A JPEG of several pictures is one of the first, and how a picture lies stands in it as in a TIFF.
_ALSO_LOADED = (MpoImagePlugin, TiffImagePlugin)

Image.MAX_IMAGE_PIXELS = MOST_PIXELS
Image.preinit()
ImageFile.LOAD_TRUNCATED_IMAGES = False


def remake(body: bytes) -> Verdict:
    """The picture as a JPEG without anything that was with it; raises `Refused`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return Verdict("image/jpeg", made=_remade(body))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused("pixels") from None
    except Refused:
        raise
    except Exception:  # noqa: BLE001 - a file that was made to break a decoder breaks it in any way
        raise Refused("unreadable") from None


def _remade(body: bytes) -> bytes:
    with Image.open(BytesIO(body), formats=[each for each in _FORMATS if each]) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise Refused("pixels")
        # JPEG can be decoded smaller at once.
        opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        opened.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        seen = ImageOps.exif_transpose(opened)
    # What shines through shines through to white; and a new picture has none of the old one's comments, profiles and places.
    clean = Image.new("RGB", seen.size, "white")
    if seen.has_transparency_data:
        seen = seen.convert("RGBA")
        clean.paste(seen, mask=seen.getchannel("A"))
    else:
        clean.paste(seen.convert("RGB"))
    out = BytesIO()
    clean.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()
