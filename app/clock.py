"""The only clock of Redress. Every process reads the time here, so that one setting moves it for all of them."""

from datetime import UTC, datetime, timedelta

_offset = timedelta()


def now() -> datetime:
    """The current time, aware and in UTC, moved by the offset that the settings ask for."""
    return datetime.now(UTC) + _offset


def set_offset(seconds: int) -> None:
    """Move the clock of this process by so many seconds; tests and fault runs use it through the settings."""
    global _offset  # noqa: PLW0603 - one clock a process is the point of this module
    _offset = timedelta(seconds=seconds)


def hour_of(moment: datetime) -> datetime:
    """The moment cut to its hour: the database shows no finer time of a case, so that it cannot be matched with a shift.

    By the hours of UTC, wherever the moment was told: those of Kathmandu begin at a quarter past.
    """
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def quarter_after(moment: datetime) -> datetime:
    """The next full quarter of an hour, or the moment itself where it is one: what is to happen later tells no minute of now."""
    past = timedelta(minutes=moment.minute % 15, seconds=moment.second, microseconds=moment.microsecond)
    return moment + timedelta(minutes=15) - past if past else moment


def last_moment(due_at: datetime) -> datetime:
    """The last moment before something is late, in the time zone of its date: what is due at midnight is due on the day before.

    Every page says by which day something has to be done with it, and tells nothing as late to a worker before that day is over.
    """
    return due_at - timedelta.resolution
