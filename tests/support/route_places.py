"""What stands in for each part of an address, where any will do."""

from uuid import UUID

# Something that fits each kind of placeholder, and leads to nothing that exists.
PLACES = {
    "lang": "en",
    "case_id": UUID(int=1),
    "date_id": UUID(int=4),
    "task_id": UUID(int=5),
    "file_id": UUID(int=6),
    "request_id": UUID(int=2),
    "member_id": UUID(int=3),
    "text_id": UUID(int=4),
    "token": "x",
    "site_code": "none",
    "digest": "0",
    "name": "desk.css",
    "_act": "write",
    "gateway": "none",
    "phone": "x",
}
