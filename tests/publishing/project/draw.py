"""Six files of numbers, the input of the other stage."""

import os
import random
from pathlib import Path

with open(os.environ["STAGE_LOG"], "a") as log:
    log.write("draw\n")
folder = Path("data/numbers")
folder.mkdir(parents=True, exist_ok=True)
for number in range(6):
    (folder / f"{number}.bin").write_bytes(random.Random(number).randbytes(40_000))
