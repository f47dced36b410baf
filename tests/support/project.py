"""The project's own files."""

from app.settings import PROJECT_ROOT

CONFIG = PROJECT_ROOT / "config"
