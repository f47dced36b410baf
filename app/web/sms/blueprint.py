"""The blueprint of everything under `/sms`."""

from flask import Blueprint

blueprint = Blueprint("sms", __name__, url_prefix="/sms", template_folder="templates")
