"""Measures what the embedded backbone's values are worth on a folder of photos (one folder a class).

Prints the Markdown rows of docs/backbones.md: accuracy of a ridge classifier and of softmax
regression, mean and standard error over stratified 80/20 splits, with the values unscaled, scaled
by the training pictures, and scaled by the backbone's own mean and deviation.
"""

import argparse
import json
import pathlib

import numpy
import torch

import graph_model
import network
import pictures

SPLITS = 20
TESTING = 0.2
BATCH = 20
# Both on standardised values, where the sum of squares of a picture is about the dimension.
RIDGE = 300.0
SOFTMAX_L2 = 0.01


def values_of(paths, backbone):
    """Bottleneck values [n, D] of pictures, computed from the asset's files."""
    nodes, constants = graph_model.read(
        (backbone / "model.json").read_bytes(), (backbone / "weights.bin").read_bytes()
    )
    rows = []
    for start in range(0, len(paths), BATCH):
        images = numpy.stack([pictures.pixels(path) for path in paths[start : start + BATCH]])
        with torch.no_grad():
            rows.append(graph_model.run(nodes, constants, pictures.normalised(images), torch.float32))
    return numpy.concatenate(rows).astype(numpy.float64)


def splits(truth):
    """Masks of the testing pictures: the same share of every class, seeds 0 to SPLITS - 1."""
    for seed in range(SPLITS):
        random = numpy.random.default_rng(seed)
        testing = numpy.zeros(len(truth), bool)
        for label in numpy.unique(truth):
            members = random.permutation(numpy.flatnonzero(truth == label))
            testing[members[: round(len(members) * TESTING)]] = True
        yield testing


def ridge(training, truth, testing):
    """Least squares to targets of +1 and -1, solved in the dual; returns scores of `testing`."""
    centre = training.mean(axis=0)
    training, testing = training - centre, testing - centre
    targets = numpy.where(truth[:, None] == numpy.arange(truth.max() + 1), 1.0, -1.0)
    mean = targets.mean(axis=0)
    kernel = training @ training.T + RIDGE * numpy.eye(len(training))
    return testing @ (training.T @ numpy.linalg.solve(kernel, targets - mean)) + mean


def softmax(training, truth, testing):
    """Softmax regression, mean cross-entropy + SOFTMAX_L2 / 2 * ||weights||^2, by L-BFGS."""
    inputs, wanted = torch.from_numpy(training), torch.from_numpy(truth)
    classes = int(truth.max()) + 1
    weights = torch.zeros(training.shape[1], classes, dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(classes, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([weights, bias], max_iter=200, line_search_fn="strong_wolfe")

    def loss():
        optimiser.zero_grad()
        result = torch.nn.functional.cross_entropy(inputs @ weights + bias, wanted)
        result = result + SOFTMAX_L2 / 2 * weights.square().sum()
        result.backward()
        return result

    optimiser.step(loss)
    return testing @ weights.detach().numpy() + bias.detach().numpy()


def accuracies(values, truth, fit, scaling):
    for testing in splits(truth):
        mean, deviation = scaling(values[~testing])
        scaled = (values - mean) / deviation
        scores = fit(scaled[~testing], truth[~testing], scaled[testing])
        yield (scores.argmax(axis=1) == truth[testing]).mean()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("backbone", type=pathlib.Path, help="media/backbones/<id>")
    parser.add_argument("dataset", type=pathlib.Path)
    options = parser.parse_args()

    paths = sorted(options.dataset.glob("*/*.jpg"))
    labels, truth = numpy.unique([path.parent.name for path in paths], return_inverse=True)
    values = values_of(paths, options.backbone)
    facts = json.loads((options.backbone / "backbone.json").read_text())
    scales = numpy.fromfile(options.backbone / "scaling.bin", "<f4").reshape(2, facts["dimension"])

    def of_training(training):
        deviation = training.std(axis=0)
        return training.mean(axis=0), numpy.where(deviation == 0, 1, deviation)

    scalings = {
        "none": lambda _: (0, 1),
        "of the training pictures": of_training,
        "of the backbone": lambda _: scales,
    }
    print(f"{options.dataset.name}: {len(paths)} photos, {len(labels)} classes, {SPLITS} splits")
    head = network.HEAD_CHANNELS
    for cut, width in ((f"{head}", head), (f"{values.shape[1]}", values.shape[1])):
        for title, scaling in scalings.items():
            row = [cut, title]
            for fit in (ridge, softmax):
                cropped = lambda training: tuple(
                    part[:width] if numpy.ndim(part) else part for part in scaling(training)
                )
                results = numpy.array(list(accuracies(values[:, :width], truth, fit, cropped)))
                error = results.std(ddof=1) / numpy.sqrt(SPLITS)
                row.append(f"{results.mean():.3f} ± {error:.3f}")
            print(f"| {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    main()
