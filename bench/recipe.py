"""What one filing costs in primitives, counted while one is filed, so that the floor does neither more nor less."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from unittest import mock

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from sqlalchemy import func, select

from app.database import Base, Database
from app.intake import Report
from app.vault import pairs, receipts, seals
from tests.harness.statements import statements_of
from tests.harness.world import World


@dataclass
class Recipe:
    """Argon2id runs with their parameters, key pairs, the size of all that is signed with a key made for it, and of every seal.

    Rows and statements are for the reader. Veils, tags and derived keys are not counted: each takes some microseconds.
    """

    argon: list[dict[str, int]] = field(default_factory=list)
    key_pairs: int = 0
    signatures: list[int] = field(default_factory=list)
    seals: list[int] = field(default_factory=list)
    rows: int = 0
    statements: int = 0

    def words(self) -> str:
        """The recipe in one line."""
        return (
            f"One filing, counted: {len(self.argon)} Argon2id ({self.argon[0]['memory_cost'] // 1024} MiB), "
            f"{self.key_pairs} key pairs, {len(self.signatures)} signature and its key pair, "
            f"{len(self.seals)} seals ({sum(self.seals) / 1024:.0f} kB), {self.rows} rows, "
            f"{self.statements} statements in process."
        )

    def write(self, path: Path) -> None:
        """Keep it for the floor's process."""
        path.write_text(json.dumps(asdict(self)))

    @classmethod
    def read(cls, path: Path) -> "Recipe":
        """What `write` kept."""
        return cls(**json.loads(path.read_text()))


def count_primitives(world: World, report: Report) -> Recipe:
    """File one report in process and count what it took."""
    recipe, before = Recipe(), _rows(world.database)
    with _counting(recipe), statements_of(world.database) as statements:
        world.file(report)
    recipe.rows = _rows(world.database) - before
    recipe.statements = len(statements)
    return recipe


@contextmanager
def _counting(recipe: Recipe) -> Iterator[None]:
    generate, make_public = pairs.Pair.generate, _function_of(pairs.Pair.public)
    sign = receipts.ReceiptKeys.sign
    drawn: set[bytes] = set()

    def counted_argon(**parameters: Any) -> Any:
        recipe.argon.append({name: parameters[name] for name in ("iterations", "lanes", "memory_cost")})
        return Argon2id(**parameters)

    def counted_seal(public: bytes, plaintext: bytes, info: bytes) -> bytes:
        recipe.seals.append(len(plaintext))
        return pairs.encrypt_to(public, plaintext, info)

    def counted_pair() -> pairs.Pair:
        pair = generate()
        drawn.add(pair.private)
        recipe.key_pairs += 1
        return pair

    def counted_public(pair: pairs.Pair) -> bytes:
        # A receipt's pair is derived and not drawn; its public half costs the same as a drawn pair.
        recipe.key_pairs += pair.private not in drawn
        return make_public(pair)

    def counted_signature(keys: receipts.ReceiptKeys, purpose: str, canonical: bytes) -> bytes:
        recipe.signatures.append(len(canonical))
        return sign(keys, purpose, canonical)

    public = cached_property(counted_public)
    public.__set_name__(pairs.Pair, "public")
    with (
        mock.patch.object(receipts, "Argon2id", counted_argon),
        mock.patch.object(seals, "encrypt_to", counted_seal),
        mock.patch.object(receipts.ReceiptKeys, "sign", counted_signature),
        mock.patch.object(pairs.Pair, "generate", counted_pair),
        mock.patch.object(pairs.Pair, "public", public),
    ):
        yield


def _function_of(attribute: Any) -> Callable[[pairs.Pair], bytes]:
    function: Callable[[pairs.Pair], bytes] = attribute.func
    return function


def _rows(database: Database) -> int:
    with database.reading() as session:
        return sum(
            session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        )
