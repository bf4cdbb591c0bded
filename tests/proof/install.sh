#!/usr/bin/env bash
# What the proof needs beside Python: GDAL, Poppler and Chromium from Debian, validators from npm, verifiers and a driver
# of the browser from PyPI, each in an environment of its own. Installs what is missing, by the ordinary clients, and is
# done at once when nothing is.
set -euo pipefail
cd "$(dirname "$0")"

as_root() { # apt needs it; a user who is not root is asked by sudo
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

missing=()
command -v ogrinfo >/dev/null || missing+=(gdal-bin)
command -v pdftotext >/dev/null || missing+=(poppler-utils)
command -v chromium >/dev/null || missing+=(chromium)
if [ "${#missing[@]}" -gt 0 ]; then
  echo "Installing ${missing[*]}"
  as_root apt-get update -qq || true
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

command -v npm >/dev/null || { echo "The proof needs Node 20 or newer with npm. On Debian: apt-get install npm"; exit 1; }
if [ ! -e node_modules/.ready ] || [ package-lock.json -nt node_modules/.ready ]; then
  echo "Installing the validators that package-lock.json names"
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
  touch node_modules/.ready
fi

maps=../../deploy/maps
if [ ! -e "$maps/node_modules/.ready" ] || [ "$maps/package-lock.json" -nt "$maps/node_modules/.ready" ]; then
  echo "Installing what draws the map"
  npm ci --prefix "$maps" --ignore-scripts --no-audit --no-fund --loglevel=error
  touch "$maps/node_modules/.ready"
fi

for name in openbadges barcodes browser; do
  if [ ! -e ".venv/$name/.ready" ] || [ "requirements-$name.txt" -nt ".venv/$name/.ready" ]; then
    echo "Installing what requirements-$name.txt names"
    "${PYTHON:-python3}" -m venv --clear ".venv/$name"
    ".venv/$name/bin/python" -m pip install -q --disable-pip-version-check -r "requirements-$name.txt"
    touch ".venv/$name/.ready"
  fi
done
