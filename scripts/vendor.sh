#!/bin/sh
# Builds app/web/static/vendor/ anew from the exact versions in vendor/package-lock.json and checks the result by its hash.
# The packages come from whatever registry npm is set up with; the lock file holds their hashes and no addresses.
set -eu
cd "$(dirname "$0")/.."
command -v npm >/dev/null || { echo "make vendor needs node and npm on the PATH" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp vendor/package.json vendor/package-lock.json vendor/.npmrc vendor/hpke.js "$work/"
(
  cd "$work"
  npm ci --silent
  # 2020: what browsers with module workers understand. Legal comments stand in the licence file beside it.
  node_modules/.bin/esbuild hpke.js --bundle --minify --format=esm --target=es2020 --legal-comments=none \
    --banner:js="// @hpke/core and @hpke/common (MIT, see hpke.LICENSE.txt), built by make vendor" --outfile=built.js --log-level=warning
)
if [ "${1:-}" = "--accept" ]; then
  # After a change of versions: look at what came, then keep its hash.
  (cd "$work" && mv built.js hpke.min.js && sha256sum hpke.min.js) > vendor/hpke.sha256
  mv "$work/hpke.min.js" "$work/built.js"
fi
built=$(sha256sum < "$work/built.js" | cut -d' ' -f1)
wanted=$(cut -d' ' -f1 vendor/hpke.sha256)
[ "$built" = "$wanted" ] || { echo "what was built ($built) is not what vendor/hpke.sha256 names ($wanted)" >&2; exit 1; }
mkdir -p app/web/static/vendor
cp "$work/built.js" app/web/static/vendor/hpke.min.js
cp "$work/node_modules/@hpke/core/LICENSE" app/web/static/vendor/hpke.LICENSE.txt
echo "app/web/static/vendor/hpke.min.js is as vendor/hpke.sha256 says"
