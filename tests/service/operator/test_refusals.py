"""Everything an operator can get wrong ends in one line that says what to do, and exit status 1 or 2."""

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.harness.server import COMMAND, ROOT, private_environment, running
from tests.support.commands import Redress, complaint


def test_every_wrong_setting_is_named_at_once(redress: Redress) -> None:
    outcome = redress(
        "doctor", PORT="eighty", REDRESS_BIND="localhost", DATABASE_URL="mysql://secret@host/db"
    )
    assert outcome.returncode == 2
    lines = outcome.stderr.splitlines()
    assert len(lines) == 3
    assert "PORT" in lines[0] + lines[1] + lines[2]
    assert "secret" not in outcome.stderr


def test_a_command_before_init_says_so(redress: Redress) -> None:
    assert "keys/web.json is missing" in complaint(redress("serve"))
    assert "keys/dispatcher.json is missing" in complaint(redress("dispatch"))
    assert "is missing" in complaint(redress("org", "list"))


@pytest.mark.parametrize("command", ("serve", "dispatch"))
def test_an_old_schema_is_refused(ready: Redress, home: Path, command: str) -> None:
    with closing(sqlite3.connect(home / "redress.sqlite3")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
    assert "run 'redress upgrade'" in complaint(ready(command))


@pytest.mark.parametrize(("name", "command"), (("web", "serve"), ("dispatcher", "dispatch")))
def test_a_keyring_that_others_can_read_is_refused(
    ready: Redress, home: Path, name: str, command: str
) -> None:
    (home / "keys" / f"{name}.json").chmod(0o644)
    assert "mode 0600" in complaint(ready(command))


def test_a_damaged_keyring_is_refused(ready: Redress, home: Path) -> None:
    (home / "keys" / "web.json").write_text('{"format": 1, "keys"')
    assert "damaged" in complaint(ready("serve"))


def test_the_keyring_of_another_deployment_is_refused(ready: Redress, home: Path, tmp_path: Path) -> None:
    assert ready("init", REDRESS_HOME=str(tmp_path / "other")).returncode == 0
    for name in ("web", "dispatcher"):
        shutil.copy(tmp_path / "other" / "keys" / f"{name}.json", home / "keys" / f"{name}.json")
    for command in ("serve", "dispatch", "init", "up", "upgrade"):
        assert "another database" in complaint(ready(command))


def test_lost_keyrings_are_never_made_anew(ready: Redress, home: Path) -> None:
    """New keys would look like a working deployment in which no case opens any more."""
    shutil.rmtree(home / "keys")
    for command in ("up", "init"):
        assert "is missing" in complaint(ready(command))
        assert not (home / "keys" / "web.json").exists()


def test_keyrings_of_two_deployments_are_refused(ready: Redress, home: Path, tmp_path: Path) -> None:
    assert ready("init", REDRESS_HOME=str(tmp_path / "other")).returncode == 0
    shutil.copy(tmp_path / "other" / "keys" / "dispatcher.json", home / "keys" / "dispatcher.json")
    assert "not of the same deployment" in complaint(ready("up"))


@pytest.mark.parametrize("command", ("up", "serve"))
def test_a_busy_port_is_found_before_anything_starts(redress: Redress, home: Path, command: str) -> None:
    assert command == "up" or redress("init").returncode == 0
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        said = complaint(redress(command, PORT=str(busy.getsockname()[1])))
    assert "another program uses it" in said
    assert command == "serve" or not (home / "redress.sqlite3").exists()


def test_an_address_of_another_machine_is_refused(redress: Redress) -> None:
    assert "REDRESS_BIND" in complaint(redress("up", REDRESS_BIND="192.0.2.1"))


def test_a_home_that_is_a_file_is_refused(redress: Redress, home: Path) -> None:
    home.write_text("not a folder")
    assert str(home) in complaint(redress("init"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_home_that_cannot_be_written_is_refused(redress: Redress, home: Path) -> None:
    home.mkdir(mode=0o500)
    assert "Cannot write to" in complaint(redress("init"))


def test_a_home_inside_something_unwritable_is_refused(redress: Redress) -> None:
    assert "/proc/redress" in complaint(redress("init", REDRESS_HOME="/proc/redress"))


def test_a_postgresql_that_does_not_answer_is_refused(ready: Redress) -> None:
    url = "postgresql+psycopg://someone:very-secret@127.0.0.1:9/redress"
    assert "Cannot reach PostgreSQL" in complaint(ready("init", DATABASE_URL=url))
    outcome = ready("doctor", DATABASE_URL=url)
    assert outcome.returncode == 1
    assert "bad   The database cannot be checked." in outcome.stdout
    assert "very-secret" not in outcome.stdout + outcome.stderr


def test_a_damaged_database_is_refused(ready: Redress, home: Path) -> None:
    for extra in home.glob("redress.sqlite3-*"):
        extra.unlink()
    (home / "redress.sqlite3").write_bytes(b"not a database at all" * 400)
    assert "damaged" in complaint(ready("serve"))


def test_a_full_disk_is_said(redress: Redress, home: Path) -> None:
    """A limit on the size of files stands in for a full disk; SQLite and the keyrings meet it alike."""
    program = "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
    program += "resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536));"
    program += "from app.cli import main; sys.exit(main())"
    outcome = subprocess.run(
        [sys.executable, "-c", program, "init"],
        cwd=ROOT,
        env=private_environment(home, 8001),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "disk" in complaint(outcome)


def test_the_demo_is_not_poured_over_a_real_network(ready: Redress, home: Path) -> None:
    assert ready("org", "add", "monitoring_partner", "Real Aid", "--country", "MY").returncode == 0
    assert "another REDRESS_HOME" in complaint(ready("up", "--demo"))


def test_a_wrong_word_is_answered_with_the_usage(redress: Redress) -> None:
    outcome = redress("start")
    assert outcome.returncode == 2
    assert "usage: redress" in outcome.stderr


def test_a_second_copy_is_refused_and_the_first_goes_on(tmp_path: Path) -> None:
    with running(tmp_path, "up") as first:
        environment = private_environment(first.home, 8001)
        second = subprocess.run(
            [*COMMAND, "up"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert "already runs" in complaint(second)
        assert first.process.poll() is None
        assert not (first.home / "demo-logins.json").exists()
    # What stopped has let go of the lock.
    with running(tmp_path, "up") as again:
        assert again.process.poll() is None


@pytest.mark.parametrize("command", ("serve", "dispatch"))
def test_the_config_files_mistakes_are_all_named(
    ready: Redress, tmp_path: Path, home: Path, command: str
) -> None:
    shutil.copytree(
        ROOT, tmp_path / "tree", ignore=shutil.ignore_patterns(".*", "tests", "instance", "build")
    )
    deadlines = tmp_path / "tree" / "config" / "deadlines.toml"
    known = deadlines.read_text().replace("law = []", 'law = ["eu_whistle"]', 1)
    deadlines.write_text(known + "\n[clock.nonsense]\nwho = 'nobody'\n")
    holidays = tmp_path / "tree" / "config" / "holidays.toml"
    holidays.write_text('[[day]]\ncountry = "MY"\nname = "Eid"\ndate = "14 March"\n')
    outcome = subprocess.run(
        [*COMMAND, command],
        cwd=tmp_path / "tree",
        env=private_environment(home, 8001),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert outcome.returncode == 1
    lines = outcome.stderr.splitlines()
    assert lines
    assert all(line.startswith(("redress: deadlines.toml", "redress: holidays.toml")) for line in lines), (
        lines
    )
    assert "redress: deadlines.toml: law names eu_whistle, but there is no [profile.eu_whistle]." in lines
    assert sum("holidays.toml, day 1: date must be a date like" in line for line in lines) == 1


def test_the_doctor_of_nothing_says_how_to_begin(redress: Redress) -> None:
    assert "redress init" in complaint(redress("doctor"))
