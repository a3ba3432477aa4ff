"""Golden values for the tests of the runtimes: inputs anyone can make, outputs of PyTorch."""

import json

import numpy
import torch

import graph_model
import network

SHOWN = 64


def inputs():
    """Name, formula and pixels [260, 260, 3] of each input; integers only, so that any language agrees."""
    side = network.SIDE
    y, x, c = numpy.meshgrid(numpy.arange(side), numpy.arange(side), numpy.arange(3), indexing="ij")
    yield "noise", "(((y * 260 + x) * 3 + c) * 7919) % 256", ((y * side + x) * 3 + c) * 7919 % 256
    wave = (x * (c + 1) + y * (3 - c)) % 510
    formula = "let t = (x * (c + 1) + y * (3 - c)) % 510; t <= 255 ? t : 510 - t"
    yield "waves", formula, numpy.minimum(wave, 510 - wave)
    inside = (x - 130) ** 2 + (y - 110) ** 2 < 4900
    formula = "(x - 130) ** 2 + (y - 110) ** 2 < 4900 ? 230 - 70 * c : 40 + 60 * c + (y % 32)"
    yield "disc", formula, numpy.where(inside, 230 - 70 * c, 40 + 60 * c + y % 32)


def document(original, nodes, constants):
    """The JSON text: for each input the norm of the values and 64 + 64 of them.

    `asset`: the graph as stored (float16 weights) in float64, what every runtime must come near.
    `original`: the PyTorch package's model in float32, weights unrounded.
    """
    stride = network.DIMENSION // SHOWN
    images = []
    for name, formula, integers in inputs():
        image = ((integers.astype(numpy.float32) - network.MEAN) / network.DEVIATION)[None]
        with torch.no_grad():
            asset = graph_model.run(nodes, constants, image, torch.float64)[0]
        results = {"asset": asset, "original": network.reference(original, image)[0].astype(numpy.float64)}
        entry = {"name": name, "pixel": formula}
        for source, values in results.items():
            entry[source] = {
                "norm": float(f"{numpy.linalg.norm(values):.7g}"),
                "first": [float(f"{value:.6g}") for value in values[:SHOWN]],
                "strided": [float(f"{value:.6g}") for value in values[::stride][:SHOWN]],
            }
        images.append(entry)
    facts = {
        "about": "input[y][x][c] = (pixel - 127) / 128; first = values[0..63], strided = values[i * stride]",
        "backbone": network.ID,
        "input": [network.SIDE, network.SIDE, 3],
        "dimension": network.DIMENSION,
        "stride": stride,
        "images": images,
    }
    return json.dumps(facts, indent=1) + "\n"
