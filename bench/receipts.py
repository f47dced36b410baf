"""Wrong receipts a second: twenty digits whose check digit does not fit, posted to the inbox as a guesser would."""

import secrets
import sys
from statistics import median

from bench import load
from bench.children import child, private_folder, redress, run_redress
from bench.figures import Asked, Figure, Result
from bench.recipe import Recipe
from tests.harness.server import free_port, private_environment

PART = "receipts"
_ROUNDS = 3
_GUESSES = 2500  # a round
_CLIENTS = 8


def measure() -> Result:
    """Guesses in rounds, each beside a bare view that answers the same posts with nothing."""
    with private_folder() as folder:
        home, port = folder / "home", free_port()
        run_redress(home, "init")
        Recipe().write(folder / "recipe.json")
        command = [sys.executable, "-m", "bench.floor", str(port), "2", str(folder / "recipe.json")]
        command.append(str(folder / "floor.sqlite3"))
        environment = private_environment(home, port)
        with (
            redress(home, "up", environment={"REDRESS_TRUSTED_PROXIES": "1"}) as server,
            child(command, folder / "floor.log", port, "/nothing", environment) as floor,
        ):
            rates, floors, refused = [], [], 0
            for number in range(_ROUNDS):
                guesses = [_guess(number * _GUESSES + each) for each in range(_GUESSES)]
                run = load.run(server.port, guesses, _CLIENTS)
                rates.append(run.rate)
                refused += len(run.with_status(422))
                nothing = [guess.replace(b"/en/inbox", b"/nothing", 1) for guess in guesses]
                floors.append(load.run(floor.port, nothing, _CLIENTS).rate)
    return Result(
        (
            Figure(
                PART,
                f"wrong receipts, {_CLIENTS} clients; floor: bare view",
                median(rates),
                "/s",
                median(floors),
                Asked(at_least=1000),
            ),
            Figure(
                PART,
                f"of {_ROUNDS * _GUESSES} wrong receipts, not refused",
                _ROUNDS * _GUESSES - refused,
                "",
                asked=Asked(at_most=0),
            ),
        )
    )


def _guess(number: int) -> bytes:
    from app.vault import ReceiptMistyped, parse_receipt

    while True:
        digits = f"{secrets.randbelow(10**20):020d}"
        try:
            parse_receipt(digits)
        except ReceiptMistyped:
            return load.post("/en/inbox", {"receipt": digits}, number)
