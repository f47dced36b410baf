"""What a file becomes in the child that looks at it, and that the child can do nothing else, whatever is in the file."""

import ast
import errno
import struct
import subprocess
import sys
import zlib
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from PIL import Image

from app.attachments import FileRefused
from app.attachments.examining import Examined, ExaminerBroken, examine
from app.attachments.kinds import LONGEST_SECONDS, FileKind
from app.examiner import sounds
from app.examiner.calls import ALLOWED, filter_of
from app.services import Services
from app.settings import PROJECT_ROOT
from app.vault import TooBusy
from tests.support.files import ogg, photo

_SECRET = b"Karmesin at the gate"


@pytest.fixture
def here(tmp_path: Path) -> Services:
    return cast(Services, SimpleNamespace(settings=SimpleNamespace(home=tmp_path)))


def _photo(here: Services, body: bytes) -> Image.Image:
    examined = examine(here, FileKind.PHOTO, body)
    assert examined.type == "image/jpeg"
    return Image.open(BytesIO(bytes(examined.body)))


def _png(width: int, height: int, rows: bytes) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ("JPEG", "PNG", "WEBP"))
def test_a_photo_comes_out_smaller_and_as_jpeg(here: Services, kind: str) -> None:
    made = _photo(here, photo(3000, 1500, kind))
    assert (made.format, made.size) == ("JPEG", (2048, 1024))


def test_nothing_is_left_of_what_stood_with_a_photo(here: Services) -> None:
    exif = Image.Exif()
    exif[0x010E] = exif[0x013B] = _SECRET.decode()
    exif[0x0112] = 6  # lies on its side
    exif.get_ifd(0x8825)[2] = (3.0, 8.0, 21.0)  # where it was taken
    body = photo(600, 300, exif=exif, comment=_SECRET, icc_profile=_SECRET * 9, xmp=_SECRET)
    assert _SECRET in body
    examined = examine(here, FileKind.PHOTO, body)
    assert _SECRET not in examined.body
    made = Image.open(BytesIO(bytes(examined.body)))
    assert made.size == (300, 600)
    assert not made.getexif()
    assert set(made.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_what_hangs_behind_a_picture_is_gone(here: Services) -> None:
    for body in (photo() + _SECRET, photo(kind="PNG") + b"PK\x03\x04" + _SECRET + b"<script>"):
        assert _SECRET not in examine(here, FileKind.PHOTO, body).body


def test_what_shines_through_shines_through_to_white(here: Services) -> None:
    made = BytesIO()
    Image.new("RGBA", (20, 20), (255, 0, 0, 0)).save(made, "PNG")
    pixel: Any = _photo(here, made.getvalue()).getpixel((10, 10))
    assert min(pixel) > 250


@pytest.mark.parametrize("mode", ("1", "L", "LA", "P", "I;16", "CMYK"))
def test_every_kind_of_colours_becomes_a_photo(here: Services, mode: str) -> None:
    made = BytesIO()
    kind = "JPEG" if mode == "CMYK" else "PNG"
    Image.new(mode, (40, 30)).save(made, kind)
    assert _photo(here, made.getvalue()).mode == "RGB"


def _gif() -> bytes:
    made = BytesIO()
    Image.new("P", (20, 20)).save(made, "GIF")
    return made.getvalue()


@pytest.mark.parametrize(
    ("body", "reason"),
    (
        (b"x", "unreadable"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "unreadable"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "unreadable"),
        (_gif(), "unreadable"),
        (photo()[:900], "unreadable"),
        (ogg(), "unreadable"),
        (_png(30_000, 30_000, zlib.compress(bytes(40_000))), "pixels"),
        (_png(6_325, 6_325, zlib.compress(b"")), "pixels"),
        (_png(2**31 - 1, 2**31 - 1, b""), "pixels"),
    ),
)
def test_what_is_no_photo_is_refused(here: Services, body: bytes, reason: str) -> None:
    with pytest.raises(FileRefused, match=reason):
        examine(here, FileKind.PHOTO, body)


def test_a_voice_note_stays_as_it_came(here: Services) -> None:
    assert examine(here, FileKind.VOICE, ogg(2)) == Examined("audio/ogg", 2.0, ogg(2))
    with pytest.raises(FileRefused, match="unreadable"):
        examine(here, FileKind.VOICE, photo())


# The child itself, made to do what a file might make a broken decoder do.

_BROKEN = """
import sys; sys.path.insert(0, sys.argv[1])
import os, socket, ctypes, resource, app.examiner.pictures
from app.examiner.limits import shut_in
shut_in()
system = ctypes.CDLL(None)
def tried(what):
    try:
        return what()
    except (OSError, ValueError, MemoryError) as error:
        return type(error).__name__
print({name: tried(what) for name, what in {
    "read": lambda: open("/etc/hostname").read(),
    "write": lambda: open(os.devnull, "w"),
    "socket": socket.socket,
    "fork": os.fork,
    "run": lambda: os.execv("/bin/true", ["true"]),
    "signal": lambda: os.kill(os.getppid(), 0),
    "trace": lambda: system.ptrace(16, os.getppid(), 0, 0),
    "memory": lambda: len(bytearray(600 * 1024 * 1024)),
    "more": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)),
    "keys": lambda: sorted(set(os.environ) - {"LC_CTYPE"}),
}.items()})
"""


def test_the_child_can_reach_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-I", "-B", "-c", _BROKEN, str(PROJECT_ROOT)]
    told = subprocess.run(command, env={}, cwd="/", capture_output=True, text=True, check=True, timeout=60)
    denied = dict.fromkeys(("read", "write", "socket", "fork", "run", "signal"), "PermissionError")
    others = {"trace": -1, "memory": "MemoryError", "more": "ValueError", "keys": []}
    assert ast.literal_eval(told.stdout) == denied | others


# The real child, with what looks at the file replaced by what a broken decoder may want.
_TAKEN_OVER = """
import sys; sys.path.insert(0, sys.argv[1])
import ctypes, os, socket
from app.examiner import child
from app.examiner.verdicts import Verdict
system, path = ctypes.CDLL(None, use_errno=True), sys.argv[2]
def asked(number, *given):
    if system.syscall(number, *given) == -1:
        raise OSError(ctypes.get_errno(), "")
wanted = {
    "truncate": lambda: os.truncate(path, 0),
    "rename": lambda: os.rename(path, path + "2"),
    "unlink": lambda: os.unlink(path),
    "chmod": lambda: os.chmod(path, 0),
    "chown": lambda: os.chown(path, os.geteuid(), -1),
    "utime": lambda: os.utime(path, (0, 0)),
    "link": lambda: os.link(path, path + "2"),
    "symlink": lambda: os.symlink(path, path + "2"),
    "mkdir": lambda: os.mkdir(path + "2"),
    "rmdir": lambda: os.rmdir(os.path.dirname(path)),
    "mknod": lambda: os.mkfifo(path + "2"),
    "setxattr": lambda: os.setxattr(path, "user.a", b"b"),
    "stat": lambda: os.stat(path),
    "list": lambda: os.listdir("/"),
    "chdir": lambda: os.chdir(os.curdir),
    "open": lambda: os.open(path, os.O_RDONLY),
    "socket": socket.socket,
    "fork": os.fork,
    "kill": lambda: os.kill(os.getppid(), 0),
    "ptrace": lambda: asked(101 if os.uname().machine == "x86_64" else 117, 16, os.getppid(), 0, 0),
    "ioctl": lambda: os.isatty(0) or asked(16 if os.uname().machine == "x86_64" else 29, 0, 0x5401, 0),
    "dup": lambda: os.dup(0),
}
machine = os.uname()
os.uname = lambda: machine
def look(body):
    told = {}
    for name, want in wanted.items():
        try:
            told[name] = repr(want())
        except OSError as error:
            told[name] = error.errno
    return Verdict("image/jpeg", made=repr(told).encode())
child._LOOKS["photo"] = look
child.main("photo")
"""


def test_a_decoder_that_was_taken_over_can_change_no_file(tmp_path: Path) -> None:
    kept = tmp_path / "redress.sqlite"
    kept.write_bytes(_SECRET)
    before = kept.stat()
    command = [sys.executable, "-I", "-B", "-c", _TAKEN_OVER, str(PROJECT_ROOT), str(kept)]
    told = subprocess.run(
        command, input=photo(), env={}, cwd="/", capture_output=True, check=True, timeout=60
    )
    refused = ast.literal_eval(told.stdout.partition(b"\n")[2].decode())
    assert len(refused) == 22
    assert set(refused.values()) == {errno.EPERM}, refused
    assert [each.name for each in tmp_path.iterdir()] == [kept.name]
    after = kept.stat()
    assert (kept.read_bytes(), after.st_mode, after.st_mtime_ns) == (
        _SECRET,
        before.st_mode,
        before.st_mtime_ns,
    )


def _decided(steps: bytes, machine: int, number: int) -> int:
    """What the filter's program makes of a call."""
    program, at, value = list(struct.iter_unpack("=HBBI", steps)), 0, 0
    while True:
        code, yes, no, given = program[at]
        at += 1
        if code == 0x20:
            value = {0: number, 4: machine}[given]
        elif code == 0x15:
            at += yes if value == given else no
        else:
            return int(given)


@pytest.mark.parametrize("name", ALLOWED)
def test_the_filter_allows_what_is_listed_and_nothing_else(name: str) -> None:
    machine, allowed = ALLOWED[name]
    steps = filter_of(machine, allowed)
    numbers = {
        number
        for number in (*range(1000), *range(2**30, 2**30 + 1000))
        if _decided(steps, machine, number) == 0x7FFF0000
    }
    assert numbers == set(allowed.values())
    assert set(allowed) == set(ALLOWED["x86_64"][1])
    assert all(_decided(steps, machine ^ 1, number) == 0x50001 for number in range(1000))


def _instead(monkeypatch: pytest.MonkeyPatch, does: str) -> None:
    """A child that does this once it has read the file."""
    start = (
        "import sys; sys.path.insert(0, sys.argv[1]); import signal, os; "
        "from app.examiner import limits; limits.CPU_SECONDS = 1; limits.shut_in(); "
        f"sys.stdin.buffer.read(); {does}"
    )
    monkeypatch.setattr("app.attachments.examining._START", start)


_NO_LENGTHS = ("NaN", "Infinity", "-Infinity", "-0.1", "900.1", "1e400", "1" + "0" * 400)


def _says(kind: str, lasts: str) -> str:
    """What a child does that is sure of a length, with the beginning of a picture behind it."""
    line = f'{{"type": "{kind}", "seconds": {lasts}}}\n'
    return f"sys.stdout.buffer.write({line.encode()!r} + bytes([255, 216, 255]))"


@pytest.mark.parametrize(
    ("does", "raised"),
    (
        ("exec('while True: pass')", FileRefused),
        ("__import__('ctypes').string_at(0)", FileRefused),
        ("b'x' * 10**10", ExaminerBroken),
        ("sys.exit(3)", ExaminerBroken),
        ("print('nonsense')", ExaminerBroken),
        ("print('{}')", ExaminerBroken),
        ("print('[]')", ExaminerBroken),
        ("""print('{"type": "text/html", "seconds": 0}\\n<script>')""", ExaminerBroken),
        ("""print('{"type": "image/jpeg", "seconds": 0}', end='\\n')""", ExaminerBroken),
        ("""print('{"refused": "nobody"}')""", ExaminerBroken),
        ("""print('{"type": "image/jpeg", "seconds": 0}\\n<script>')""", ExaminerBroken),
        *((_says("image/jpeg", lasts), ExaminerBroken) for lasts in _NO_LENGTHS),
        ("print('[' * 1000)", ExaminerBroken),
        ("exec('while True: sys.stdout.buffer.write(bytes(65536))')", ExaminerBroken),
    ),
)
def test_whatever_becomes_of_the_child_is_answered(
    here: Services, monkeypatch: pytest.MonkeyPatch, does: str, raised: type[Exception]
) -> None:
    _instead(monkeypatch, does)
    with pytest.raises(raised):
        examine(here, FileKind.PHOTO, photo())


@pytest.mark.parametrize("lasts", _NO_LENGTHS)
def test_no_voice_note_lasts_what_nothing_can(
    here: Services, monkeypatch: pytest.MonkeyPatch, lasts: str
) -> None:
    _instead(monkeypatch, _says("audio/ogg", lasts))
    with pytest.raises(ExaminerBroken):
        examine(here, FileKind.VOICE, ogg())


def test_the_parent_believes_in_no_longer_recordings_than_the_child() -> None:
    assert LONGEST_SECONDS == sounds.LONGEST_SECONDS


def test_a_child_that_sleeps_is_ended_and_the_file_comes_again(
    here: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    _instead(monkeypatch, "lock = __import__('_thread').allocate_lock(); lock.acquire(); lock.acquire()")
    monkeypatch.setattr("app.attachments.examining.SECONDS_AT_MOST", 0.5)
    with pytest.raises(TooBusy):
        examine(here, FileKind.PHOTO, photo())
