"""Phones and their owners: numbers, a stop that holds, and the wish to be texted."""

from app.messaging.phones.numbers import (
    Number,
    NumberUnreadable,
    is_our_line,
    read_number,
    read_written_number,
)
from app.messaging.phones.opt_outs import is_opted_out, opt_in, opt_out, opt_out_tags
from app.messaging.phones.phone_rows import (
    erase_phone,
    holding,
    keep_phone,
    lock_phone,
    locked_phone,
    new_phone,
    phone_place,
)
from app.messaging.phones.text_requests import (
    SealedTextRequest,
    end_text_request,
    end_text_requests_on,
    is_text_requested,
    keep_text_request,
    requested_phone,
    seal_text_request,
    text_requests_on,
)

__all__ = [
    "Number",
    "NumberUnreadable",
    "SealedTextRequest",
    "end_text_request",
    "end_text_requests_on",
    "erase_phone",
    "holding",
    "is_opted_out",
    "is_our_line",
    "is_text_requested",
    "keep_phone",
    "keep_text_request",
    "lock_phone",
    "locked_phone",
    "new_phone",
    "opt_in",
    "opt_out",
    "opt_out_tags",
    "phone_place",
    "read_number",
    "read_written_number",
    "requested_phone",
    "seal_text_request",
    "text_requests_on",
]
