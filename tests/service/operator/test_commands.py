"""The operator's commands at work: what they print, what they leave behind, and that a second run does no harm."""

import json
import re
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from tests.harness.databases import Databases
from tests.support.commands import Redress, complaint


def test_init_makes_everything_once(redress: Redress, home: Path) -> None:
    first = redress("init")
    assert first.returncode == 0
    assert "set up" in first.stdout
    assert "Copy" in first.stdout
    keys = {path.name: path.read_bytes() for path in (home / "keys").iterdir()}
    assert set(keys) == {"web.json", "dispatcher.json", "rows-signed"}
    again = redress("init")
    assert again.returncode == 0
    assert "already" in again.stdout
    assert {path.name: path.read_bytes() for path in (home / "keys").iterdir()} == keys


def test_init_and_check_work_on_postgresql_too(
    redress: Redress, databases: Databases, tmp_path: Path
) -> None:
    with databases.empty("postgresql", tmp_path) as database:
        assert redress("init", DATABASE_URL=database.url).returncode == 0
        assert redress("upgrade", DATABASE_URL=database.url).stdout.startswith("The tables were up to date")
        verdict = redress("journal", "verify", DATABASE_URL=database.url)
        assert verdict.returncode == 0
        assert "The journal is whole." in verdict.stdout


def test_an_organisation_with_its_first_lead(ready: Redress) -> None:
    words = ("org", "add", "monitoring_partner", "Harbour Aid", "--country", "MY", "--languages", "en", "ms")
    said = "Public holidays of MY count from the next start of Redress."
    assert said in ready(*words).stdout
    assert "already an organisation" in complaint(ready(*words))
    second = ("org", "add", "trade_union", "Harbour Union", "--country", "MY")
    assert "Public holidays" not in ready(*second).stdout  # they are known
    assert "Harbour Aid\tMY\tMY\tactive" in ready("org", "list").stdout
    invited = ready("member", "invite", "harbour aid", "lead", "amina@harbour.example", "Amina")
    assert re.search(r"^http://127\.0\.0\.1:\d+/desk/join/[\w-]{43}$", invited.stdout, re.MULTILINE)
    assert "Amina\tlead\tinvited\tnot admitted" in ready("member", "list", "Harbour Aid").stdout


def test_wrong_words_are_refused(ready: Redress) -> None:
    assert ready("org", "add", "monitoring_partner", "Harbour Aid", "--country", "MY").returncode == 0
    for said, *words in (
        ("no organisation named", "member", "invite", "Nobody", "lead", "a@b.example", "A"),
        ("must be a lead", "member", "invite", "Harbour Aid", "viewer", "a@b.example", "A"),
        ("login cannot be used", "member", "invite", "Harbour Aid", "lead", "a b", "A"),
        ("needs a name", "member", "invite", "Harbour Aid", "lead", "a@b.example", " "),
        ("no organisation named", "member", "list", "Nobody"),
        ("not a country", "org", "add", "trade_union", "New", "--country", "Malaysia"),
        ("0 or more", "org", "add", "trade_union", "New", "--country", "MY", "--capacity", "-1"),
        ("is no training", "org", "add", "trade_union", "New", "--country", "MY", "--trained", "gbvh"),
        ("name is missing", "site", "add", " ", "Penang", "MY"),
        ("There is no such time zone", "site", "add", "Foxglove", "Penang", "MY", "--zone", "Mars/Olympus"),
        ("No such file", "site", "import", "/nowhere/list.csv"),
        ("directory", "site", "import", "/"),
    ):
        assert said in complaint(ready(*words)), words


def test_sites_are_added_listed_and_imported(ready: Redress, tmp_path: Path) -> None:
    added = ready("site", "add", "Foxglove Circuits", "Penang", "MY", "--sector", "electronics")
    code = re.search(r"/en/s/([0-9a-z]{8})\n", added.stdout)
    assert code is not None
    many = tmp_path / "sites.csv"
    many.write_text(
        "name,town,country,sector\nBanyan Boards,Chennai,IN,electronics\nFoxglove Circuits,Penang,MY,other\n"
    )
    assert ready("site", "import", str(many)).stdout == "1 added, 1 known before.\n"
    lines = ready("site", "list").stdout.splitlines()
    assert [line.split("\t")[1] for line in lines] == ["Banyan Boards", "Foxglove Circuits"]
    assert lines[1].endswith(code.group(1))
    many.write_text("name,town,country,sector\nA,B,Nowhere,electronics\nC,D,MY,magic\n")
    outcome = ready("site", "import", str(many))
    assert outcome.returncode == 1
    assert [line[:16] for line in outcome.stderr.splitlines()] == ["redress: Line 2:", "redress: Line 3:"]
    assert len(ready("site", "list").stdout.splitlines()) == 2


def test_a_site_has_one_os_id_and_no_other_site_has_it(ready: Redress, tmp_path: Path) -> None:
    # Made up: in 2018 none was given yet.
    first, second = "MY20181669S346D", "IN2018349VMXXQJ"
    add = ("site", "add", "Foxglove Circuits", "Penang", "MY", "--os-id")
    assert "its last sign does not fit" in complaint(ready(*add, first[:-1] + "0"))
    assert ready(*add, first.lower()).returncode == 0
    assert "Another site has this OS ID." in complaint(ready(*add, first))
    many = tmp_path / "sites.csv"
    many.write_text(f"name,town,country,sector,os_id\nBanyan Boards,Chennai,IN,other,{first}\n")
    assert "Line 2: another site has this OS ID." in complaint(ready("site", "import", str(many)))
    assert ready("site", "add", "Banyan Boards", "Chennai", "IN").returncode == 0
    many.write_text(f"name,town,country,sector,os_id\nBanyan Boards,Chennai,IN,other,{second}\n")
    said = ready("site", "import", str(many)).stdout
    assert said == "0 added, 1 known before.\n1 of those known got an OS ID.\n"
    lines = ready("site", "list").stdout.splitlines()
    assert [line.split("\t")[6] for line in lines] == [second, first]


def test_the_doctor_names_what_is_not_in_order(ready: Redress, home: Path) -> None:
    assert ready("org", "add", "monitoring_partner", "Harbour Aid", "--country", "MY").returncode == 0
    outcome = ready(
        "doctor", REDRESS_PUBLIC_URL="http://help.example.org", REDRESS_PSEUDO_LANGUAGES="1", REDRESS_DEMO="1"
    )
    assert outcome.returncode == 0, outcome
    for said in (
        "good  The tables are those of this version",
        "good  The database can be written",
        "warn  Both keyrings belong to one system user",
        "warn  No dispatcher is running",
        "warn  Harbour Aid has no keys yet",
        "warn  REDRESS_PUBLIC_URL is not https",
        "warn  The demo is on",
        "warn  The pseudo-languages are on",
    ):
        assert said in outcome.stdout, said
    assert "bad " not in outcome.stdout


def test_the_doctor_finds_what_must_be_mended(ready: Redress, home: Path) -> None:
    (home / "keys" / "web.json").chmod(0o640)
    (home / "keys").chmod(0o755)
    with closing(sqlite3.connect(home / "redress.sqlite3")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
    outcome = ready("doctor", REDRESS_CLOCK_OFFSET="-99999999", REDRESS_PUBLIC_URL="https://help.example.org")
    assert outcome.returncode == 1
    bad = [line for line in outcome.stdout.splitlines() if line.startswith("bad")]
    for said in ("open to other users", "mode 0600", "redress upgrade", "REDRESS_CLOCK_OFFSET", "is behind"):
        assert any(said in line for line in bad), (said, bad)
    assert "not https" not in outcome.stdout


def test_the_doctor_names_a_row_that_others_wrote(ready: Redress, home: Path) -> None:
    assert ready("org", "add", "public_buyer", "City of Example", "--country", "NL").returncode == 0
    assert "Somebody wrote" not in ready("doctor").stdout
    with closing(sqlite3.connect(home / "redress.sqlite3")) as connection, connection:
        connection.execute("UPDATE organisations SET kind = 'monitoring_partner'")
    outcome = ready("doctor")
    assert outcome.returncode == 1
    assert "bad   Somebody wrote into the database past Redress: organisations " in outcome.stdout
    assert "City of Example" not in ready("org", "list").stdout


def test_a_journal_that_was_tampered_with_is_named(ready: Redress, home: Path) -> None:
    for name in ("One", "Two", "Three"):
        assert ready("org", "add", "trade_union", name, "--country", "MY").returncode == 0
    whole = ready("journal", "verify")
    assert whole.returncode == 0
    assert "3 entries in 1 chains" in whole.stdout
    with closing(sqlite3.connect(home / "redress.sqlite3")) as connection, connection:
        connection.execute("DELETE FROM vault_journal WHERE seq = 2")
    broken = ready("journal", "verify")
    assert broken.returncode == 1
    assert "removed at entry 2" in broken.stdout
    assert "tampered" in broken.stdout


def test_a_poster_is_printed_for_a_workplace_and_no_other(ready: Redress) -> None:
    added = ready("site", "add", "Foxglove Circuits", "Penang", "MY")
    code = added.stdout.split()[-1].rpartition("/")[2]
    made = ready("poster", code, REDRESS_PUBLIC_URL="https://help.example.org")
    assert made.returncode == 0, made
    assert made.stdout.startswith("<!doctype html>")
    # A card ends its line before the code, so that no browser breaks it in the middle.
    assert f"https://help.example.org/en/s/{code}" in made.stdout.replace("<wbr>", "")
    assert "this machine only" not in made.stderr
    # A shell without the settings of the service makes one all the same, as to look at it, and says where it leads.
    alone = ready("poster", code, "--lang", "EN")
    assert alone.returncode == 0, alone
    address = re.search(r"(http://127\.0\.0\.1:\d+)/en/s/", alone.stdout)
    assert address is not None
    assert f"{address[1]} opens on this machine only." in alone.stderr
    assert " opens on this machine only." in added.stderr
    assert "No workplace has this code" in complaint(ready("poster", "nosuch99"))
    assert "no language tlh" in complaint(ready("poster", code, "--lang", "tlh"))


def test_the_key_of_phones_is_made_anew_and_doctor_names_its_words(ready: Redress, home: Path) -> None:
    before = json.loads((home / "keys" / "web.json").read_text())["keys"]
    assert "A web half that was started before" not in ready("doctor").stdout
    made = ready("keys", "rotate")
    assert made.returncode == 0, made
    words = re.search(r"Its words: ((?:[a-z]+ ){4}[a-z]+)$", made.stdout, re.MULTILINE)
    assert words is not None
    after = json.loads((home / "keys" / "web.json").read_text())["keys"]
    assert [key["kind"] for key in after] == [*(key["kind"] for key in before), "intake"]
    assert [key["state"] for key in after if key["kind"] == "intake"] == ["retired", "current"]
    told = ready("doctor").stdout
    assert words[1] in told
    assert "A web half that was started before still gives out the one before it" in told
    assert ready("journal", "verify").returncode == 0


def test_two_who_make_the_key_anew_at_once_lose_none(ready: Redress, home: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda _: ready("keys", "rotate"), range(2)))
    assert [each.returncode for each in made] == [0, 0]
    keys = json.loads((home / "keys" / "web.json").read_text())["keys"]
    intake = {key["id"]: key["state"] for key in keys if key["kind"] == "intake"}
    assert sorted(intake.values()) == ["current", "retired", "retired"]
    told = {match[1] for each in made if (match := re.search(r"seal to key ([0-9a-f]{8}) ", each.stdout))}
    assert len(told) == 2
    assert told < set(intake)
    assert ready("journal", "verify").returncode == 0


def test_a_clock_that_is_behind_makes_no_key_and_is_told_in_one_line(ready: Redress, home: Path) -> None:
    before = (home / "keys" / "web.json").read_bytes()
    behind = ready("keys", "rotate", REDRESS_CLOCK_OFFSET="-86400")
    assert behind.returncode == 1
    [line] = behind.stderr.splitlines()
    assert "The clock says" in line
    assert "Traceback" not in line
    assert (home / "keys" / "web.json").read_bytes() == before
    assert ready("keys", "rotate", "--clock-is-right", REDRESS_CLOCK_OFFSET="-86400").returncode == 0


def test_doctor_names_a_copy_of_the_keys_that_a_killed_command_left(ready: Redress, home: Path) -> None:
    left = home / "keys" / "web.json.0123456789abcdef"
    shutil.copy(home / "keys" / "web.json", left)
    outcome = ready("doctor")
    assert outcome.returncode == 1
    assert str(left) in outcome.stdout
    assert ready("keys", "rotate").returncode == 0
    assert not left.exists()
    assert "0123456789abcdef" not in ready("doctor").stdout


def test_doctor_says_when_the_key_of_phones_is_missing(ready: Redress, home: Path) -> None:
    path = home / "keys" / "web.json"
    content = json.loads(path.read_text())
    content["keys"] = [key for key in content["keys"] if key["kind"] != "intake"]
    path.write_text(json.dumps(content))
    outcome = ready("doctor")
    assert outcome.returncode == 1
    assert "must hold exactly one current intake key" in outcome.stdout
    assert "Traceback" not in outcome.stderr
