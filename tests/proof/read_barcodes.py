"""Print what the barcodes of a picture say; runs in an environment of its own."""

import sys

import zxingcpp
from PIL import Image

for found in zxingcpp.read_barcodes(Image.open(sys.argv[1])):
    sys.stdout.write(f"{found.text}\n")
