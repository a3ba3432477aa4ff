"""scikit-learn's LogisticRegression on a matrix, timed: the peer of our softmax regression.

    python logistic_regression.py <folder> <penalty>

The folder holds training.npy [n, D], labels.npy [n], testing.npy, truth.npy; the penalty is on the
mean cross-entropy, as ours: penalty / 2 * D * ||W||^2. Prints one JSON line.
"""

import json
import sys
import time
import warnings

import numpy
from sklearn.linear_model import LogisticRegression

warnings.simplefilter("ignore")
folder, penalty = sys.argv[1], float(sys.argv[2])
training, labels, testing, truth = (
    numpy.load(f"{folder}/{name}.npy") for name in ("training", "labels", "testing", "truth")
)
images, dimension = training.shape
model = LogisticRegression(C=1 / (images * penalty * dimension), max_iter=1000)
started = time.perf_counter()
model.fit(training, labels)
seconds = time.perf_counter() - started
print(
    json.dumps(
        {"seconds": seconds, "accuracy": model.score(testing, truth), "iterations": int(model.n_iter_.max())}
    )
)
