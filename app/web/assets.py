"""Our own style sheets, pictures and scripts: read and compressed once, addressed by their content, kept by browsers for a year."""

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

from flask import Blueprint, Flask, Response, abort, current_app, request

from app.web.access import open_to_everyone

blueprint = Blueprint("assets", __name__)

FOLDER = Path(__file__).parent / "static"

# The system's table of types would be read and kept for this alone: 0.4 MB.
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}

# Modules that import one another by relative addresses: with one digest for all of them, each finds those it was written for.
_TOGETHER = ("kit/", "tablet/", "vendor/")

# What is for readers of the tree: comments, the steps of the lines and empty ones, two fifths of what scripts weigh. Behind code
# a comment goes only where no quote follows, which could be the end of a string.
_OURS = ("kit/", "tablet/")
_FOR_READERS = re.compile(
    rb"""^[ \t]*//.*\n|^[ \t]*/\*\*(?:.|\n)*?\*/\n|[ \t]+//[ ][^\n"'`]*$|^[ \t]+|^\n""", re.MULTILINE
)

# The same of style sheets: comments, and spaces beside a sign that parts things anyway.
_STYLE = re.compile(rb"/\*.*?\*/\s*|(?<=[{};,:])\s+|\s+(?=\{)")

# The worker's sheet is sent with the colours and sizes in front of it: on a slow link each request costs more than the bytes.
_IN_FRONT = {"worker.css": "tokens.css"}


@dataclass(frozen=True)
class Asset:
    """One file as it is sent: its bytes, the same compressed, its type and the short digest that stands in its address."""

    name: str
    body: bytes
    squeezed: bytes
    content_type: str
    digest: str

    @property
    def address(self) -> str:
        """Where it is; every page names some, so it is not put together by the router."""
        return f"/static/{self.digest}/{self.name}"

    @cached_property
    def itself(self) -> str:
        """The address that holds a small picture, worked out once."""
        return f"data:{self.content_type},{quote(self.body.decode().strip(), safe=' /:=')}"


def load_assets(folder: Path = FOLDER) -> dict[str, Asset]:
    """Read every file below the folder, by its path inside it."""
    paths = {
        path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()
    }
    bodies = {name: _read(name, path) for name, path in paths.items()}
    for name, before in _IN_FRONT.items():
        if name in bodies:
            bodies[name] = bodies[before] + bodies[name]
    modules = b"".join(body for name, body in bodies.items() if name.startswith(_TOGETHER))
    assets = {}
    for name, body in bodies.items():
        kind = _TYPES.get(Path(name).suffix, "application/octet-stream")
        # Modules are in UTF-8 without anybody saying so.
        content_type = kind.removesuffix("; charset=utf-8") if name.startswith(_TOGETHER) else kind
        digest = hashlib.sha256(modules if name.startswith(_TOGETHER) else body).hexdigest()[:8]
        assets[name] = Asset(name, body, gzip.compress(body, 9, mtime=0), content_type, digest)
    return assets


def _read(name: str, path: Path) -> bytes:
    body = path.read_bytes()
    if name.endswith(".css"):
        return _STYLE.sub(b"", body)
    return _FOR_READERS.sub(b"", body) if name.startswith(_OURS) else body


def lend_assets(app: Flask) -> None:
    """Serve the assets from memory and give templates `asset_url(name)`."""
    app.extensions["redress.assets"] = load_assets()
    app.register_blueprint(blueprint)
    app.jinja_env.globals["asset_url"] = asset_url
    app.jinja_env.globals["asset_itself"] = asset_itself


def asset_url(name: str) -> str:
    """The address of one asset; a changed file gets another address, so that an old copy is never shown with a new page."""
    found: Asset = current_app.extensions["redress.assets"][name]
    return found.address


def asset_itself(name: str) -> str:
    """A small picture as an address that holds it: on a slow line a request of its own costs more than its bytes."""
    found: Asset = current_app.extensions["redress.assets"][name]
    return found.itself


@blueprint.get("/static/<digest>/<path:name>")
@open_to_everyone
def asset(digest: str, name: str) -> Response:
    """Send one asset; another digest than today's still gets today's file, since a page in hand beats a bare one."""
    found = current_app.extensions["redress.assets"].get(name)
    if found is None:
        abort(404)
    squeeze = request.accept_encodings.quality("gzip") > 0
    response = Response(found.squeezed if squeeze else found.body, content_type=found.content_type)
    if squeeze:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    if digest == found.digest:
        response.headers["Cache-Control"] = "max-age=31536000, immutable"
    return response
