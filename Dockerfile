# The image of Redress: one image, two containers with two users, so that neither holds the other's keys.
#
#   docker build -t redress .
#   common="-v redress-home:/var/lib/redress -e DATABASE_URL=postgresql+psycopg://... -e REDRESS_PUBLIC_URL=https://..."
#   docker run --rm --user root $common redress redress-init                      once, and again after each new version
#   docker run -d -p 127.0.0.1:8000:8000 $common redress                          the web half, as redress-web
#   docker run -d --user redress-dispatcher --no-healthcheck $common redress redress dispatch
#
# Copy the files in /var/lib/redress/keys to a safe place offline: without them nobody opens a case again.
# The image wants PostgreSQL; on one machine without it, docs/two-users.md has the same two users outside of containers.

FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /srv/redress
RUN python -m venv /opt/venv
COPY requirements.lock ./
# Wheels only, each with its locked hash: no compiler, and nothing that was swapped on the way.
RUN /opt/venv/bin/pip install --no-compile --require-hashes --only-binary :all: -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY app app
COPY config config
COPY migrations migrations
COPY translations translations
# Redress runs from its source tree, which lies at the same path in both stages. What only installs is removed again.
RUN /opt/venv/bin/pip install --no-compile --no-deps --no-build-isolation --no-index -e . \
    && /opt/venv/bin/python -m app.language.catalogues compile \
    && /opt/venv/bin/python -OO -m compileall -q -j 0 app migrations \
    && { /opt/venv/bin/python -OO -m compileall -qq -j 0 /opt/venv/lib || true; } \
    && /opt/venv/bin/pip uninstall -q -y setuptools pip

FROM python:3.13-slim
# Fixed numbers, so that the files in a volume keep their owners from image to image. Home and keys can be written by root alone;
# `redress-init` makes the rest of the home, and gives each keyring to its own user.
RUN groupadd --system --gid 10000 redress \
    && useradd --system --uid 10001 --gid redress --no-create-home --shell /usr/sbin/nologin redress-web \
    && useradd --system --uid 10002 --gid redress --no-create-home --shell /usr/sbin/nologin redress-dispatcher \
    && install -d -o root -g redress -m 0750 /var/lib/redress \
    && install -d -o root -g redress -m 0750 /var/lib/redress/keys
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv/redress /srv/redress
COPY --chmod=0755 scripts/two-users.sh /usr/local/bin/redress-init
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONOPTIMIZE=2 \
    PYTHONUNBUFFERED=1 \
    REDRESS_HOME=/var/lib/redress \
    REDRESS_BIND=0.0.0.0 \
    PORT=8000
WORKDIR /srv/redress
VOLUME /var/lib/redress
EXPOSE 8000
USER redress-web
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as web; web.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/healthz', timeout=4)"]
# Runs gunicorn with config/gunicorn.conf.py.
CMD ["redress", "serve"]
