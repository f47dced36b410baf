"""What a column of bytes holds, said where the column is: sealed, veiled, a tag, a MAC, and who can open it.

docs/sealed-columns.md is rendered from this; a test holds the page to the code and refuses a column of bytes that does not say.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import LargeBinary, MetaData

_INFO = "opaque"
_KEYRING = "whoever holds a keyring, the web's or the dispatcher's"
_NOBODY = "nobody"


@dataclass(frozen=True)
class Opaque:
    """How bytes are kept, what they are, and who can open them; each maker gives a column's `info`."""

    kept: str
    holds: str
    opened_by: str

    @classmethod
    def sealed(cls, holds: str, to: str) -> dict[str, Any]:
        """HPKE to a public key whose private half is in no keyring, but `to`'s."""
        return {_INFO: cls("sealed", holds, to)}

    @classmethod
    def sealed_to_contact(cls, holds: str) -> dict[str, Any]:
        """HPKE to the contact key, whose private half only the dispatcher's keyring has."""
        return {_INFO: cls("sealed", holds, "the dispatcher, by the contact key in its keyring")}

    @classmethod
    def encrypted(cls, holds: str, opened_by: str) -> dict[str, Any]:
        """AES-GCM under a secret of its own."""
        return {_INFO: cls("encrypted", holds, opened_by)}

    @classmethod
    def veiled(cls, holds: str) -> dict[str, Any]:
        """AES-GCM under the field key, which both keyrings have."""
        return {_INFO: cls("veiled", holds, _KEYRING)}

    @classmethod
    def tag(cls, of: str) -> dict[str, Any]:
        """What finds a value again, under the index key, which both keyrings have."""
        return {_INFO: cls("keyed tag", of, f"{_NOBODY}; {_KEYRING}, may try values against it")}

    @classmethod
    def mac(cls, over: str) -> dict[str, Any]:
        """What shows that others wrote there."""
        return {_INFO: cls("MAC", over, f"{_NOBODY}; {_KEYRING}, checks it")}

    @classmethod
    def nothing_to_open(cls, kept: str, holds: str) -> dict[str, Any]:
        """A digest, a signature, a public key, a salt."""
        return {_INFO: cls(kept, holds, _NOBODY)}


def opaque_columns(metadata: MetaData) -> Iterator[tuple[str, Opaque | None]]:
    """Every column of bytes as `table.column`, with what it says of itself: None where it says nothing."""
    for table in sorted(metadata.tables.values(), key=lambda table: table.name):
        for column in table.columns:
            if isinstance(column.type, LargeBinary):
                yield f"{table.name}.{column.name}", column.info.get(_INFO)


def opaque_table(metadata: MetaData) -> str:
    """The table of docs/sealed-columns.md, in Markdown."""
    lines = ["| column | kept | what | who can open it |", "|---|---|---|---|"]
    for name, told in opaque_columns(metadata):
        if told is not None:
            lines.append(f"| `{name}` | {told.kept} | {told.holds} | {told.opened_by} |")
    return "\n".join(lines) + "\n"
