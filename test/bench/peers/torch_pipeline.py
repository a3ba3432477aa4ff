"""Pillow and PyTorch on the CPU: files on disk to bottleneck values, the peer of our pipeline.

    python torch_pipeline.py <list of files, one a line>

The same network with the same weights, from the packages of scripts/backbones/requirements.txt, in
inference mode; the batch is the fastest of a few tried first. Prints one JSON line.
"""

import json
import pathlib
import sys
import time

import numpy
import torch
from PIL import Image

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "scripts" / "backbones"))
import network  # noqa: E402

SIDE, MEAN, DEVIATION = network.SIDE, network.MEAN, network.DEVIATION


def picture(file):
    with Image.open(file) as image:
        pixels = image.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BILINEAR, reducing_gap=None)
    return (numpy.asarray(pixels, dtype=numpy.float32) - MEAN) / DEVIATION


def run(model, files, batch):
    """Seconds for all files, read, decoded, resized and run in batches."""
    started = time.perf_counter()
    with torch.inference_mode():
        for start in range(0, len(files), batch):
            network.reference(model, numpy.stack([picture(file) for file in files[start : start + batch]]))
    return time.perf_counter() - started


files = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
model = network.load()
run(model, files[:8], 8)
trial = files[:32]
batch = min((1, 4, 8, 16, 32), key=lambda size: run(model, trial, size))
print(json.dumps({"seconds": run(model, files, batch), "batch": batch}))
