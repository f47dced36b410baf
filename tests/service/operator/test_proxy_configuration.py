"""The configurations that docs/proxy.md gives: nginx and Caddy themselves take them, where they are installed."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from app.settings import PROJECT_ROOT

PAGE = (PROJECT_ROOT / "docs" / "proxy.md").read_text(encoding="utf-8")


def configuration(kind: str) -> str:
    """The one block of the page that is written for this proxy."""
    (found,) = re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)
    return str(found)


def test_both_proxies_buffer_in_memory_and_replace_what_is_forwarded() -> None:
    nginx = configuration("nginx")
    for line in (
        "proxy_request_buffering on;",
        "client_max_body_size 10m;",
        "client_body_buffer_size 10m;",
        "proxy_max_temp_file_size 0;",
        "proxy_set_header X-Forwarded-For $remote_addr;",
        "access_log off;",
    ):
        assert line in nginx
    assert "$proxy_add_x_forwarded_for" not in nginx
    assert "buffer_requests" in configuration("caddyfile")
    assert "log" not in configuration("caddyfile")


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")
def test_nginx_takes_its_configuration(tmp_path: Path) -> None:
    certificate = tmp_path / "own.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=redress.example.org"]
    into = ["-keyout", str(tmp_path / "own.key"), "-out", str(certificate)]
    subprocess.run([*made, *into], check=True, capture_output=True)
    written = re.sub(r"/etc/letsencrypt/\S+/fullchain.pem", str(certificate), configuration("nginx"))
    written = re.sub(r"/etc/letsencrypt/\S+/privkey.pem", str(tmp_path / "own.key"), written)
    written = written.replace("/var/log/nginx/redress.log", str(tmp_path / "error.log"))
    main = tmp_path / "nginx.conf"
    main.write_text(
        f"pid {tmp_path}/nginx.pid;\nerror_log {tmp_path}/error.log;\nevents {{}}\nhttp {{\n{written}\n}}\n"
    )
    checked = subprocess.run(
        ["nginx", "-t", "-q", "-c", str(main), "-p", str(tmp_path)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.skipif(shutil.which("caddy") is None, reason="Caddy is not installed")
def test_caddy_takes_its_configuration(tmp_path: Path) -> None:
    path = tmp_path / "Caddyfile"
    path.write_text(configuration("caddyfile"))
    checked = subprocess.run(
        ["caddy", "adapt", "--config", str(path), "--validate"],
        check=False,
        capture_output=True,
        text=True,
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )
    assert checked.returncode == 0, checked.stderr
