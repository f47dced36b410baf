"""Write docs/sealed-columns.md anew from the models: `python -m app.cli.sealed_columns`."""

from app import web_rooms
from app.database import Base, opaque_table
from app.settings import PROJECT_ROOT

PAGE = PROJECT_ROOT / "docs" / "sealed-columns.md"

_HEAD = """# Every sealed and veiled column

Written by `make columns` from what each column says of itself (`app/database/opaque.py:Opaque`); a test holds it to the code.
What stands in the clear beside these columns is in [SECURITY.md](../SECURITY.md#what-stands-in-the-clear). That they show
nothing is looked for with planted words in a filed database (`tests/service/test_planted_words.py`, `test_planted_texts.py` there).

A *code* is the worker's receipt. A *circle* opens with the password of a member who is in it. *Veiled* keeps a value from a
thief of the database, not from one who has a keyring too; *sealed* also from that one, but for what the dispatcher has to send.

"""


def page() -> str:
    """The page as the models of all rooms have it."""
    web_rooms()
    return _HEAD + opaque_table(Base.metadata)


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
