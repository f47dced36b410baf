"""Photos and voice notes: named by a report, brought by its phone in chunks, looked at by a child, kept sealed in the case."""

from app.attachments.arriving import Arrived, Chunk, take_chunk
from app.attachments.at_once import is_kept, look_at_once
from app.attachments.completing import keep_examined
from app.attachments.counting import TooManyFiles, chunks_waiting
from app.attachments.declaring import declared_rows
from app.attachments.examining import Examined, ExaminerBroken
from app.attachments.giving_up import give_up_files
from app.attachments.kinds import (
    HEAD_BYTES,
    LARGEST_FILE,
    MOST_FILES,
    DeclaredFile,
    FileKind,
    FileRefusal,
    FileRefused,
    kind_of,
)
from app.attachments.on_the_way import FileOnTheWay, files_on_the_way
from app.attachments.reading import FileBroken, OpenedFile, open_file
from app.attachments.standing import FileOfReport, ReportMissing

__all__ = [
    "HEAD_BYTES",
    "LARGEST_FILE",
    "MOST_FILES",
    "Arrived",
    "Chunk",
    "DeclaredFile",
    "Examined",
    "ExaminerBroken",
    "FileBroken",
    "FileKind",
    "FileOfReport",
    "FileOnTheWay",
    "FileRefusal",
    "FileRefused",
    "OpenedFile",
    "ReportMissing",
    "TooManyFiles",
    "chunks_waiting",
    "declared_rows",
    "files_on_the_way",
    "give_up_files",
    "is_kept",
    "keep_examined",
    "kind_of",
    "look_at_once",
    "open_file",
    "take_chunk",
]
