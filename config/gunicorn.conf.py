"""How gunicorn serves Redress; `redress serve` and `redress up` read it and add address, number of workers and logging."""

from pathlib import Path

worker_class = "app.cli.web_server.PatientWorker"
# As many as connections that each worker may hold to PostgreSQL; a slow client occupies one.
threads = 8
preload_app = True

# A worker that hangs is replaced after a minute; one that stops finishes what it answers.
timeout = 60
graceful_timeout = 20
keepalive = 5
worker_connections = 200
backlog = 512

# No page of ours has longer addresses or more headers; a receipt or a report never travels in a URL.
limit_request_line = 2048
limit_request_fields = 60
limit_request_field_size = 4096

# A line for each request would list who came when, from where and to which poster's page.
accesslog = None
capture_output = False
loglevel = "warning"

# Forwarded headers are read in one place (create_app, by REDRESS_TRUSTED_PROXIES), never here.
forwarded_allow_ips = ""
forwarder_headers = ""
secure_scheme_headers: dict[str, str] = {}
proxy_protocol = "off"
http_protocols = "h1"

# The control socket would let every local user of the same account inspect and restart workers.
control_socket_disable = True

# The workers' heartbeat files belong in memory: on a busy disk a worker would look dead.
_MEMORY = Path("/dev/shm")  # noqa: S108 - gunicorn makes unnamed files there
worker_tmp_dir = str(_MEMORY) if _MEMORY.is_dir() else None
