#!/usr/bin/env bash
# Makes maps.js and maps.licences.txt anew from what package-lock.json names; the same lock gives the same bytes.
# Usage: build.sh [FOLDER]   writes there instead of beside itself. Needs Node 20 or newer with npm.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
to="$(cd "${1:-$here}" && pwd)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cp "$here/package.json" "$here/package-lock.json" "$here/entry.js" "$work"
cd "$work"
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
node_modules/.bin/esbuild entry.js --bundle --format=esm --target=es2022 --minify --charset=utf8 --legal-comments=none \
  --metafile=meta.json --log-level=warning --outfile=maps.js \
  --banner:js='// d3-geo, d3-scale, topojson-client and what they stand on; see maps.licences.txt. Made by build.sh.'
node -e '
  const { readFileSync } = require("node:fs");
  const inputs = Object.keys(JSON.parse(readFileSync("meta.json")).inputs);
  const names = [...new Set(inputs.filter((path) => path.startsWith("node_modules/")).map((path) => path.split("/")[1]))];
  const parts = names.sort().map((name) => {
    const { version, license } = JSON.parse(readFileSync(`node_modules/${name}/package.json`));
    return `${name} ${version} (${license})\n\n${readFileSync(`node_modules/${name}/LICENSE`, "utf8").trim()}\n`;
  });
  process.stdout.write(parts.join(`\n${"-".repeat(72)}\n\n`));
' > maps.licences.txt
cp maps.js maps.licences.txt "$to"
