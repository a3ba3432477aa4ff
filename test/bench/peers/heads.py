"""scikit-learn's LogisticRegression and RidgeClassifier in the folds given: the peers of our heads.

    python heads.py <folder> <penalty> <bins>

The folder holds values.npy [n, D], labels.npy [n], and folds.npy [repeats, n]. The penalty of the logistic regression
is on the mean cross-entropy, as ours: penalty / 2 * D * ||W||^2. Prints one JSON line, by name of the head.
"""

import json
import sys
import time
import warnings

import numpy
from sklearn.linear_model import LogisticRegression, RidgeClassifier

warnings.simplefilter("ignore")
folder, penalty, bins = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
values, labels, folds = (numpy.load(f"{folder}/{name}.npy") for name in ("values", "labels", "folds"))
images, dimension = values.shape


def logistic(n):
    return LogisticRegression(C=1 / (n * penalty * dimension), max_iter=1000)


def ridge(_):
    # Our penalty of 0.1 on values divided by sqrt(D); targets are +1 and -1 there too.
    return RidgeClassifier(alpha=0.1 * dimension)


def calibration_error(confidence, right):
    edges = numpy.clip(numpy.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    sums = [abs((confidence - right)[edges == edge].sum()) for edge in range(bins)]
    return sum(sums) / len(right)


results = {}
for name, make in (("LogisticRegression", logistic), ("RidgeClassifier", ridge)):
    accuracies, seconds, losses, errors = [], [], [], []
    for fold_of in folds:
        probabilities = numpy.full((images, labels.max() + 1), numpy.nan)
        for fold in range(fold_of.max() + 1):
            held = fold_of == fold
            model = make((~held).sum())
            started = time.perf_counter()
            model.fit(values[~held], labels[~held])
            seconds.append(time.perf_counter() - started)
            accuracies.append(model.score(values[held], labels[held]))
            if name == "LogisticRegression":
                probabilities[numpy.ix_(held, model.classes_)] = model.predict_proba(values[held])
        if name == "LogisticRegression":
            probabilities = numpy.nan_to_num(probabilities)
            truth = probabilities[numpy.arange(images), labels]
            losses.append(-numpy.log(numpy.maximum(truth, 2.0**-149)).mean())
            top = probabilities.argmax(1)
            errors.append(calibration_error(probabilities.max(1), (top == labels).astype(float)))
    results[name] = {
        "accuracy": numpy.mean(accuracies),
        "seconds": numpy.median(seconds),
        "logLoss": numpy.mean(losses) if losses else None,
        "expectedError": numpy.mean(errors) if errors else None,
    }
print(json.dumps(results))
