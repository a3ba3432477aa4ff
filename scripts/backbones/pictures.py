"""Reads pictures as the backbone wants them, and picks the calibration pictures."""

import pathlib

import numpy
from PIL import Image, ImageOps

from network import DEVIATION, MEAN, SIDE


def pixels(path):
    """Upright RGB, stretched to the input size by an antialiased triangle filter: uint8 [260, 260, 3]."""
    with Image.open(path) as image:
        upright = ImageOps.exif_transpose(image).convert("RGB")
        return numpy.asarray(upright.resize((SIDE, SIDE), Image.Resampling.BILINEAR))


def normalised(images):
    """uint8 [n, 260, 260, 3] to the float32 the network takes."""
    return (images.astype(numpy.float32) - MEAN) / DEVIATION


def pick(folders, count):
    """`count` JPEG files, the same number from each folder, evenly spaced over its sorted paths.

    Returns [(name for the log, path)]; throws where a folder has too few.
    """
    share, rest = divmod(count, len(folders))
    if rest:
        raise ValueError(f"{count} pictures do not divide evenly among {len(folders)} folders")
    chosen = []
    for folder in map(pathlib.Path, folders):
        paths = sorted(folder.rglob("*.jpg"), key=lambda path: path.relative_to(folder).as_posix())
        if len(paths) < share:
            raise ValueError(f"{folder} has {len(paths)} JPEG files, {share} are needed")
        for index in range(share):
            path = paths[(2 * index + 1) * len(paths) // (2 * share)]
            chosen.append((f"{folder.name}/{path.relative_to(folder).as_posix()}", path))
    return chosen
