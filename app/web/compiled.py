"""Templates as code: compiled once, in whichever process, and handed to those that show pages."""

from collections.abc import MutableMapping

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket


class _Handed(BytecodeCache):
    """Code by the key that Jinja gives each template; it takes only what was compiled from the same source."""

    def __init__(self, code: MutableMapping[str, bytes]) -> None:
        self._code = code

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key] = bucket.bytecode_to_string()


def compile_templates(app: Flask, code: MutableMapping[str, bytes]) -> None:
    """Load every template now, from `code` where it is there, and add the rest to it.

    Workers that are forked later share the result. Compiling leaves much behind: let a child do it that ends.
    """
    environment = app.jinja_env
    environment.bytecode_cache = _Handed(code)
    with app.app_context():
        for name in environment.list_templates():
            environment.get_template(name)
    environment.bytecode_cache = None
