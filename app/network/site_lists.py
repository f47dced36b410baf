"""Lists of sites as CSV: read whole, every bad line named, and nothing half imported."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from app.network.models import Sector, Site
from app.network.people import SignedIn, actor_of
from app.network.site_head import kept_in_head, lock_head
from app.network.sites import (
    SiteLabel,
    SiteRefused,
    checked_label,
    double_of,
    known_sites,
    label_key,
    named_site,
    write_label,
    write_site,
)
from app.vault import Vault, journal

COLUMNS = ("name", "town", "country", "sector", "aliases", "os_id", "zone")
_NEEDED = frozenset(COLUMNS[:4])
_LARGEST = 5_000_000


class SiteListRefused(Exception):
    """The list cannot be imported; `lines` says why, one line for each bad line of the file."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("; ".join(lines))
        self.lines = lines


@dataclass(frozen=True)
class ImportedSites:
    """How many sites were added, how many lines were known before, and how many of those got their OS ID now."""

    added: int
    known: int
    identified: int = 0


_Key = tuple[str, str, str]


@dataclass(frozen=True)
class _Line:
    number: int
    label: SiteLabel
    country: str
    sector: Sector

    @property
    def key(self) -> _Key:
        return label_key(self.label, self.country)


def import_sites(session: Session, vault: Vault, raw: bytes, *, by: SignedIn | None = None) -> ImportedSites:
    """Add every new site of a CSV file (UTF-8; name, town, country, sector, aliases divided by |, os_id, zone), confirmed.

    Raises `SiteListRefused` before anything is written. Sites already known by name, town and country stay as they are, but for an
    OS ID where they had none, so that a longer list may be imported again.
    """
    lines = _read(raw)
    lock_head(session)
    known = known_sites(session, vault)
    doubles = _doubles(vault, lines, known)
    if wrong := doubles + _contradictions(lines, {key: label.os_id for key, (_, label) in known.items()}):
        raise SiteListRefused(wrong)
    new = [line for line in lines if line.key not in known]
    for line in new:
        write_site(session, vault, line.label, country=line.country, sector=line.sector)
    identified = _identify(session, vault, lines, known)
    counted = {"added": len(new), "identified": identified}
    journal(session, vault, None, "sites.imported", actor_of(by), counted)
    return ImportedSites(len(new), len(lines) - len(new), identified)


def _contradictions(lines: Iterable[_Line], known: Mapping[_Key, str]) -> list[str]:
    """One line for each OS ID of the list that belongs to another site, or to a site that has another one."""
    owners = {os_id: key for key, os_id in known.items() if os_id}
    wrong = []
    for line in lines:
        os_id = line.label.os_id
        if os_id and owners.setdefault(os_id, line.key) != line.key:
            wrong.append(f"Line {line.number}: another site has this OS ID.")
        elif os_id and known.get(line.key, "") not in ("", os_id):
            wrong.append(f"Line {line.number}: this site has another OS ID.")
    return wrong


def _doubles(vault: Vault, lines: Iterable[_Line], known: Mapping[_Key, tuple[Site, SiteLabel]]) -> list[str]:
    """One line for each new site whose name or alias a known one has in the same town."""
    wrong = []
    for line in lines:
        if line.key in known:
            continue
        double = double_of(line.label, line.country, known.values())
        if double is not None:
            wrong.append(f"Line {line.number}: it is there already: {named_site(vault, double)}.")
    return wrong


def _identify(
    session: Session, vault: Vault, lines: Iterable[_Line], known: Mapping[_Key, tuple[Site, SiteLabel]]
) -> int:
    """Give known sites the OS ID that they lacked; how many got one."""
    lacking = [
        line for line in lines if line.label.os_id and line.key in known and not known[line.key][1].os_id
    ]
    with kept_in_head(session, [known[line.key][0] for line in lacking]):
        for line in lacking:
            site, label = known[line.key]
            write_label(vault, site, replace(label, os_id=line.label.os_id))
    return len(lacking)


def _read(raw: bytes) -> list[_Line]:
    if len(raw) > _LARGEST:
        raise SiteListRefused([f"The file is larger than {_LARGEST // 1_000_000} MB; divide it."])
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in raw[:4]:
        raise SiteListRefused(["Line 1: this is UTF-16; save the file as CSV UTF-8."])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = raw.count(b"\n", 0, problem.start) + 1
        raise SiteListRefused([f"Line {line}: this is not UTF-8; save the file as CSV UTF-8."]) from None
    if fault := _fault_of_first_line(text):
        raise SiteListRefused([f"Line 1: {fault}"])
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        _check_columns(reader.fieldnames)
        return _read_lines(reader)
    except csv.Error as problem:
        raise SiteListRefused([f"Line {reader.reader.line_num}: this is not CSV ({problem})."]) from None


def _fault_of_first_line(text: str) -> str:
    """What a program or a person did to the first line that would make every other one wrong; empty where nothing."""
    first = next(iter(text.splitlines()), "")
    if text and not first.strip():
        return "it is blank; the names of the columns must stand there."
    if first.casefold().startswith("sep="):
        return "it only names the sign between the columns; take it out and divide them by commas."
    for sign, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if sign in first and "," not in first:
            return f"the columns are divided by {name}; save the file as CSV with commas."
    return ""


def _check_columns(found: object) -> None:
    columns = [str(column).strip().casefold() for column in found] if isinstance(found, list) else []
    missing = sorted(_NEEDED.difference(columns))
    unknown = sorted(set(columns).difference(COLUMNS))
    if missing or unknown or len(set(columns)) != len(columns):
        raise SiteListRefused(
            [
                f"Line 1: the columns must be {', '.join(COLUMNS)}, each once; aliases, os_id, zone may be left out."
            ]
        )


def _read_lines(reader: "csv.DictReader[str]") -> list[_Line]:
    reader.fieldnames = [column.strip().casefold() for column in reader.fieldnames or ()]
    lines: list[_Line] = []
    wrong: list[str] = []
    first_seen: dict[_Key, int] = {}
    for row in reader:
        if not any(isinstance(cell, str) and cell.strip() for cell in row.values()):
            continue
        try:
            line = _read_line(reader.line_num, row)
        except SiteRefused as refusal:
            wrong.append(f"Line {reader.line_num}: {refusal}")
            continue
        first = first_seen.setdefault(line.key, line.number)
        if first != line.number:
            wrong.append(f"Line {line.number}: the same site as in line {first}.")
        lines.append(line)
    if not lines and not wrong:
        wrong.append("The file has no sites.")
    if wrong:
        raise SiteListRefused(wrong)
    return lines


def _read_line(number: int, row: "dict[str, str | None]") -> _Line:
    if None in row or None in row.values():
        raise SiteRefused("It has more or fewer columns than the first line.")
    cells = {column: (cell or "").strip() for column, cell in row.items()}
    country = cells["country"].upper()
    aliases = cells.get("aliases", "").split("|")
    label = checked_label(
        cells["name"], cells["town"], country, aliases, cells.get("os_id", ""), cells.get("zone", "")
    )
    try:
        sector = Sector(cells["sector"].casefold())
    except ValueError:
        raise SiteRefused(f"The sector must be one of {', '.join(Sector)}.") from None
    return _Line(number, label, country, sector)
