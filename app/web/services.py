"""The services of the running application, for its views."""

from typing import cast

from flask import current_app

from app.services import Services


def services() -> Services:
    """What the application that answers this request works with."""
    return cast(Services, current_app.extensions["redress"])
