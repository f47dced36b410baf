"""A disk that turns read-only under a running service, as Linux does with one that fails, and a repaired one in its place later.

While a database is open nobody can set its file system to read-only in order: the kernel does it by itself at the first error it
meets (`errors=remount-ro`), and here it is told to. Only a new mount of the repaired file system can be written to again.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from uuid import uuid4

import pytest

from tests.faults.phones import Phone, Post, over_http
from tests.faults.promises import Promises, check_kept
from tests.faults.service import service_over
from tests.harness.databases import Databases

_MEGABYTES = 24


class FailingDisk:
    """A small ext4 in a file, mounted."""

    def __init__(self, folder: Path) -> None:
        self.mounted_at = folder / f"disk-{uuid4()}"
        self._image = folder / f"{self.mounted_at.name}.image"
        self._repaired = folder / f"{self.mounted_at.name}.repaired"

    def make(self) -> bool:
        """Make and mount it; False where this user may not."""
        self.mounted_at.mkdir()
        with self._image.open("wb") as image:
            image.truncate(_MEGABYTES << 20)
        return _run("mke2fs", "-q", "-F", "-t", "ext4", str(self._image)) and self._mount(self._image)

    def fail(self) -> None:
        """From here on every write meets an error, also through what is open already."""
        assert _run("mount", "-o", "remount,abort", str(self.mounted_at))
        with pytest.raises(OSError, match="Read-only file system"):
            (self.mounted_at / "probe").touch()

    def repair(self) -> None:
        """Check it and mount it again in its place, while the service still holds the one that failed."""
        assert _run("umount", "--lazy", str(self.mounted_at))
        # On a copy: the kernel would mount the failed one again as long as anybody has a file of it open.
        shutil.copyfile(self._image, self._repaired)
        _run("e2fsck", "-f", "-y", str(self._repaired))
        assert self._mount(self._repaired)

    def remove(self) -> None:
        """Leave nothing behind."""
        _run("umount", "--lazy", str(self.mounted_at))
        for file in (self._image, self._repaired):
            file.unlink(missing_ok=True)
        self.mounted_at.rmdir()

    def _mount(self, image: Path) -> bool:
        return _run("mount", "-o", "loop,errors=remount-ro", str(image), str(self.mounted_at))


@pytest.fixture
def disk(shared_folder: Path) -> Iterator[FailingDisk]:
    """Mounting takes root and a loop device; elsewhere this is skipped, in CI as root never."""
    made = FailingDisk(shared_folder)
    try:
        if os.geteuid() != 0 or not made.make():
            said = "NOT TESTED: a disk that turns read-only, since this user may not mount a file system from a file"
            if os.geteuid() == 0 and os.environ.get("CI") == "true":
                pytest.fail(said, pytrace=False)
            pytest.skip(said)
        yield made
    finally:
        made.remove()


def test_a_disk_that_turns_read_only_under_a_running_service(
    databases: Databases, disk: FailingDisk, tmp_path: Path
) -> None:
    with (
        databases.fresh("sqlite", disk.mounted_at) as database,
        service_over(database, tmp_path) as service,
    ):
        database.dispose()
        # The tests' template was copied without a sync; what the service itself stores from here on must be safe by its own.
        assert _run("sync", "--file-system", str(disk.mounted_at))
        phone, promises, site = Phone(over_http(service.url)), Promises(), service.world.site.code
        before = phone.report_form("Before it failed.", site)
        first = phone.report(before)
        promises.shown(first, before.words)
        forms = [phone.report_form(f"While it failed, {number}.", site) for number in range(6)]

        disk.fail()
        for form in (*forms, *forms):
            assert phone.send(form).status == HTTPStatus.SERVICE_UNAVAILABLE
            entered = phone.send(Post("/en/inbox", {"receipt": first}))
            assert entered.status == HTTPStatus.SERVICE_UNAVAILABLE
            assert phone.get("/en/").status == HTTPStatus.OK

        disk.repair()
        for form in forms:
            promises.shown(phone.report(form), form.words)
        assert phone.report(forms[0]) in promises.some()
        assert phone.enter(first)
        # As many cases as receipts, each receipt opens its own, and nothing stands there twice.
        check_kept(service.world, promises)
        database.dispose()


def _run(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
