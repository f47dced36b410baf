"""All that a deployment keeps, to search for what must not stand there."""

import json
from pathlib import Path

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Session

from app.database import Base, CaseId, Database
from app.network import Site, site_label
from app.vault import Place, SealBroken, Vault, VeilBroken, load_keyring, read_journal
from tests.harness.databases import closing_database
from tests.harness.server import LiveServer
from tests.harness.world import everything_stored

# A workplace of the demo network, as its own file spells it.
SITE = "Kelana Micro Assembly, Kelana Jaya"


def site_of_the_demo(server: LiveServer, url: str) -> tuple[str, ...]:
    """Name, town and OS ID of that workplace, as the server knows it."""
    vault = Vault(load_keyring(server.home / "keys", "web"))
    with closing_database(url) as database, database.reading() as session:
        labels = [site_label(vault, site) for site in session.query(Site)]
    label = next(label for label in labels if SITE.startswith(label.name))
    assert label.os_id
    return (label.name, label.town, label.os_id)


def everything_kept(home: Path, url: str) -> bytes:
    """All bytes under the home folder but the keys and the demo's logins, and every value the database gives."""
    kept = [path for path in sorted(home.rglob("*")) if path.is_file() and "keys" not in path.parts]
    files = [path.read_bytes() for path in kept if path.name != "demo-logins.json"]
    file_of_database = Path(url.removeprefix("sqlite:///"))
    if url.startswith("sqlite"):
        files += [path.read_bytes() for path in file_of_database.parent.glob(f"{file_of_database.name}*")]
    with closing_database(url) as database:
        return b"\n".join([*files, everything_stored(database)])


def everything_unveiled(database: Database, vault: Vault) -> bytes:
    """What a keyring opens: every veiled column, and every journal."""
    found = bytearray()
    with database.reading() as session:
        for table in Base.metadata.sorted_tables:
            secret = [column for column in table.columns if isinstance(column.type, LargeBinary)]
            for row in session.execute(table.select()).mappings():
                ids = [value for name, value in row.items() if name in ("id", "case_id")]
                for column in secret:
                    for row_id in ids:
                        found += _unveiled(vault, Place(table.name, row_id, column.name), row[column.name])
        found += _journals(session, vault)
    return bytes(found)


def _unveiled(vault: Vault, place: Place, value: bytes | None) -> bytes:
    try:
        return b"" if value is None else vault.unveil(place, value).encode() + b"\n"
    except (VeilBroken, SealBroken, UnicodeDecodeError):
        return b""


def _journals(session: Session, vault: Vault) -> bytes:
    chains = session.execute(Base.metadata.tables["vault_journal_chains"].select()).mappings()
    entries = [entry for chain in chains for entry in read_journal(session, vault, CaseId(chain["id"]))]
    assert entries
    return "\n".join(f"{entry.act} {entry.actor} {json.dumps(entry.detail)}" for entry in entries).encode()
