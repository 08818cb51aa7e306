"""Fetches the local image of every cell with the official SDK, in one of the four ways in which people use it.

    sdk.py URL CELLS cell|label CONCURRENCY

CELLS is a file with one line per cell: label, zone, arch and type. Prints the number of cells that were found.
"""

import sys
from concurrent.futures import ThreadPoolExecutor

from scaleway import Client
from scaleway.marketplace.v2 import MarketplaceV2API

url, cells, way, concurrency = sys.argv[1:]
cells = [tuple(line.split()) for line in open(cells, encoding="utf-8")]
# The Marketplace requires no credentials, but the SDK does by default.
api = MarketplaceV2API(Client(api_url=url), bypass_validation=True)


def of_cell(cell):
    label, zone, arch, type_ = cell
    return api.list_local_images_all(image_label=label, zone=zone, arch=arch, type_=type_, page_size=100)


def of_label(label):
    return api.list_local_images_all(image_label=label, page_size=100)


fetch, queries = (of_cell, cells) if way == "cell" else (of_label, sorted({cell[0] for cell in cells}))
if int(concurrency) == 1:
    responses = [fetch(query) for query in queries]
else:
    with ThreadPoolExecutor(int(concurrency)) as pool:
        responses = list(pool.map(fetch, queries))
found = {(local.label, local.zone, local.arch, str(local.type_)): local.id for response in responses for local in response}
missing = [cell for cell in cells if cell not in found]
if missing:
    sys.exit(f"not found: {missing[:3]}")
print(len(cells))
