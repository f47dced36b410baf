"""What is open to everybody who asks: whether the service is well, and its numbers for the operator's monitoring."""

from app.web.public.views import blueprint

__all__ = ["blueprint"]
