"""The blueprint of the network's pages; they look like the desk's and use its base template."""

from flask import Blueprint

blueprint = Blueprint("network", __name__, url_prefix="/network", template_folder="templates")
