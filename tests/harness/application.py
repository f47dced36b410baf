"""The web application over a world, as the real service makes it, for Flask's test client."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

from app import create_app
from app.database import Database
from app.language import Languages, load_languages
from app.language.catalogues import Project, compile_all
from app.messaging.gateways.registry import load_gateways
from app.services import Services
from app.settings import PROJECT_ROOT, Settings
from app.vault import RowSigner
from app.web import assets
from tests.harness.world import World


class _Compiled(BytecodeCache):
    """Templates compiled once for a worker: each application has an environment of its own, a real process one."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


_TEMPLATES = _Compiled()


def _keep_builders() -> None:
    """Compile what builds a rule's addresses once for a worker; Werkzeug's functions for that take the rule as an argument."""
    kept: dict[tuple[Any, ...], Callable[..., tuple[str, str]]] = {}
    compile_builder = Rule._compile_builder

    def builder(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        converters = tuple((name, type(each)) for name, each in rule._converters.items())
        key = (rule.rule, append_unknown, tuple(rule._trace), converters, repr(rule.defaults))
        if key not in kept:
            kept[key] = compile_builder(rule, append_unknown)
        return kept[key]

    Rule._compile_builder = builder  # type: ignore[method-assign, assignment]


_keep_builders()
# The same files for every application: packing them took half of making one.
assets.load_assets = cache(assets.load_assets)


@cache
def _compile_catalogues() -> None:
    """As `make test` has done; here for who runs pytest alone."""
    assert compile_all(Project()) == []


@cache
def _languages(config: Path, pseudo: bool) -> Languages:
    _compile_catalogues()
    return load_languages(config, PROJECT_ROOT / "translations", pseudo=pseudo)


def application(world: World, settings: Settings, database: Database | None = None) -> Flask:
    """The whole application with these settings, over the world's database or another one."""
    database = database or world.database
    database.sign_with(RowSigner(lambda: world.vault))
    languages = _languages(settings.config, settings.pseudo_languages)
    gateways = load_gateways(settings, world.vault, database, {})
    app = create_app(Services(settings, database, world.vault, world.rules, languages, gateways))
    app.jinja_env.bytecode_cache = _TEMPLATES
    return app
