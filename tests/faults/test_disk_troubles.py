"""A disk that fills while people file, and one that can only be read: a small file system of the test's own."""

import os
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from http import HTTPStatus
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import make_url

from tests.faults.people import People, people_over
from tests.faults.phones import Post
from tests.harness.databases import Databases, closing_database, create_schema
from tests.harness.postgres import OwnPostgres

_SIZE = "24m"


@pytest.fixture
def small_disk(shared_folder: Path) -> Iterator[Path]:
    """A file system of some megabytes, in memory. Mounting takes root; elsewhere this is skipped, in CI as root never."""
    folder = shared_folder / f"disk-{uuid4()}"
    folder.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={_SIZE},mode=0755", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mounting, capture_output=True, check=False).returncode != 0:
        said = "NOT TESTED: a full and a read-only disk, since this user may not mount a small file system"
        if os.geteuid() == 0 and os.environ.get("CI") == "true":
            pytest.fail(said, pytrace=False)
        pytest.skip(said)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()


@pytest.fixture
def people(databases: Databases, small_disk: Path) -> Iterator[People]:
    """People whose database, keyrings and locks all stand on the small disk."""
    with databases.fresh("sqlite", small_disk) as database:
        yield people_over(database, small_disk)


def test_a_disk_that_fills_while_people_file(people: People, small_disk: Path) -> None:
    refused = _file_until_full(people, small_disk / "filler")
    (small_disk / "filler").unlink()
    _send_again(people, refused)
    people.press_again()


def test_a_disk_that_is_full_when_people_press(people: People, small_disk: Path) -> None:
    with closing(sqlite3.connect(str(make_url(people.world.database.url).database))) as connection:
        # Room in the log that is there already would let some of them through.
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    _fill(small_disk / "filler")
    people.press()
    assert people.phone.get("/en/").status == HTTPStatus.OK
    (small_disk / "filler").unlink()
    people.press_again()


def test_a_disk_that_can_only_be_read(people: People, small_disk: Path) -> None:
    people.world.database.dispose()
    _remount(small_disk, "ro")
    try:
        people.press()
    finally:
        people.world.database.dispose()
        _remount(small_disk, "rw")
    people.press_again()


def test_a_postgresql_whose_disk_fills_while_people_file(
    small_disk: Path, shared_folder: Path, tmp_path: Path
) -> None:
    """Its tables stand on the small disk, its log does not, so the server itself lives on."""
    server = OwnPostgres(shared_folder / f"own-{uuid4()}")
    try:
        server.move_tables_to(small_disk)
        create_schema(server.url)
        with closing_database(server.url) as database:
            people = people_over(database, tmp_path)
            refused = _file_until_full(people, small_disk / "filler")
            (small_disk / "filler").unlink()
            _send_again(people, refused)
            people.press_again()
    finally:
        server.close()


def _file_until_full(people: People, filler: Path) -> list[Post]:
    """File one report after the other while the disk fills, until three were refused; those three."""
    filling = threading.Thread(target=_fill, args=(filler,))
    filling.start()
    refused: list[Post] = []
    for number in range(1000):
        form = people.phone.report_form(f"Report {number} on a disk that fills.", people.world.site.code)
        answer = people.phone.send(form)
        if answer.status == HTTPStatus.OK:
            people.promises.shown(answer.receipt, form.words)
        else:
            refused.append(form)
        if len(refused) == 3:
            break
    filling.join()
    assert len(refused) == 3, "the disk never was full"
    return refused


def _send_again(people: People, forms: list[Post]) -> None:
    for form in forms:
        people.promises.shown(people.phone.report(form), form.words)


def _fill(filler: Path) -> None:
    """Write until not one byte more fits."""
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1):
            try:
                while True:
                    file.write(b"x" * size)
                    time.sleep(0.001)
            except OSError:
                continue


def _remount(folder: Path, mode: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{mode}", str(folder)], check=True)
