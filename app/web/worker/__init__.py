"""The worker's door: form, receipt and inbox, in the language of the address and without a script."""

from app.web.worker import (
    about_helper,
    entering,
    inbox,
    kit,
    letting_read,
    new_code,
    outbox,
    outbox_files,
    pages,
    report,
    tablet,
)
from app.web.worker.door import blueprint

__all__ = [
    "about_helper",
    "blueprint",
    "entering",
    "inbox",
    "kit",
    "letting_read",
    "new_code",
    "outbox",
    "outbox_files",
    "pages",
    "report",
    "tablet",
]
