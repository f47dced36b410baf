"""Lists of sites as CSV: read whole, every bad line named, and nothing half imported."""

import csv
import io
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.network.models import Sector, SiteState
from app.network.people import SignedIn, actor_of
from app.network.sites import SiteLabel, SiteRefused, checked_label, known_labels, label_key, write_site
from app.vault import Vault, journal

COLUMNS = ("name", "town", "country", "sector", "aliases")
_NEEDED = frozenset(COLUMNS[:4])
_LARGEST = 5_000_000


class SiteListRefused(Exception):
    """The list cannot be imported; `lines` says why, one line for each bad line of the file."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("; ".join(lines))
        self.lines = lines


@dataclass(frozen=True)
class ImportedSites:
    """How many sites were added, and how many lines were known before."""

    added: int
    known: int


@dataclass(frozen=True)
class _Line:
    label: SiteLabel
    country: str
    sector: Sector


def import_sites(session: Session, vault: Vault, raw: bytes, *, by: SignedIn | None = None) -> ImportedSites:
    """Add every new site of a CSV file (UTF-8; name, town, country, sector, aliases divided by |), confirmed.

    Raises `SiteListRefused` before anything is written. Sites already known by name, town and country stay as they are, so that a
    longer list may be imported again.
    """
    lines = _read(raw)
    known = known_labels(session, vault)
    new = [line for line in lines if label_key(line.label, line.country) not in known]
    for line in new:
        write_site(
            session, vault, line.label, country=line.country, sector=line.sector, state=SiteState.CONFIRMED
        )
    journal(session, vault, None, "sites.imported", actor_of(by), {"added": len(new)})
    return ImportedSites(added=len(new), known=len(lines) - len(new))


def _read(raw: bytes) -> list[_Line]:
    if len(raw) > _LARGEST:
        raise SiteListRefused([f"The file is larger than {_LARGEST // 1_000_000} MB; divide it."])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = raw.count(b"\n", 0, problem.start) + 1
        raise SiteListRefused([f"Line {line}: this is not UTF-8; save the file as CSV UTF-8."]) from None
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        _check_columns(reader.fieldnames)
        return _read_lines(reader)
    except csv.Error as problem:
        raise SiteListRefused([f"Line {reader.reader.line_num}: this is not CSV ({problem})."]) from None


def _check_columns(found: object) -> None:
    columns = [str(column).strip().casefold() for column in found] if isinstance(found, list) else []
    missing = sorted(_NEEDED.difference(columns))
    unknown = sorted(set(columns).difference(COLUMNS))
    if missing or unknown or len(set(columns)) != len(columns):
        raise SiteListRefused(
            [f"Line 1: the columns must be {', '.join(COLUMNS)}, each once; aliases may be left out."]
        )


def _read_lines(reader: "csv.DictReader[str]") -> list[_Line]:
    reader.fieldnames = [column.strip().casefold() for column in reader.fieldnames or ()]
    lines: list[_Line] = []
    wrong: list[str] = []
    first_seen: dict[tuple[str, str, str], int] = {}
    for row in reader:
        if not any(isinstance(cell, str) and cell.strip() for cell in row.values()):
            continue
        try:
            line = _read_line(row)
        except SiteRefused as refusal:
            wrong.append(f"Line {reader.line_num}: {refusal}")
            continue
        key = label_key(line.label, line.country)
        if key in first_seen:
            wrong.append(f"Line {reader.line_num}: the same site as in line {first_seen[key]}.")
        first_seen.setdefault(key, reader.line_num)
        lines.append(line)
    if not lines and not wrong:
        wrong.append("The file has no sites.")
    if wrong:
        raise SiteListRefused(wrong)
    return lines


def _read_line(row: "dict[str, str | None]") -> _Line:
    if None in row or None in row.values():
        raise SiteRefused("It has more or fewer columns than the first line.")
    cells = {column: (cell or "").strip() for column, cell in row.items()}
    country = cells["country"].upper()
    label = checked_label(cells["name"], cells["town"], country, cells.get("aliases", "").split("|"))
    try:
        sector = Sector(cells["sector"].casefold())
    except ValueError:
        raise SiteRefused(f"The sector must be one of {', '.join(Sector)}.") from None
    return _Line(label, country, sector)
