"""Writes and runs the small part of the TF.js graph model format that the embedded backbone needs.

The format: a TensorFlow GraphDef as JSON (`modelTopology`), attribute strings in base64, 64-bit
integers as decimal strings, and a `weightsManifest` that says where each constant lies in the
binary file. Float constants are stored as float16 through the manifest's `quantization` entry;
the loader widens them back to float32.
"""

import base64
import json

import numpy
import torch
import torch.nn.functional as functional

_TYPES = {"float32": "DT_FLOAT", "int32": "DT_INT32"}


def _shape(sizes):
    return {"dim": [{"size": str(size)} for size in sizes]}


def _text(value):
    return {"s": base64.b64encode(value.encode()).decode()}


_FLOAT = {"type": "DT_FLOAT"}
_INT = {"type": "DT_INT32"}


class Graph:
    """A graph under construction. Every method adds one node and returns its name."""

    def __init__(self):
        self.nodes = []
        self.constants = {}

    def _node(self, name, operation, inputs, attributes):
        if any(node["name"] == name for node in self.nodes):
            raise ValueError(f"two nodes are called {name}")
        self.nodes.append({"name": name, "op": operation, "input": list(inputs), "attr": attributes})
        return name

    def placeholder(self, name, sizes):
        return self._node(name, "Placeholder", [], {"dtype": _FLOAT, "shape": {"shape": _shape(sizes)}})

    def constant(self, name, values):
        """`values`: a float32 or int32 array."""
        kind = _TYPES[str(values.dtype)]
        self.constants[name] = values
        tensor = {"dtype": kind, "tensorShape": _shape(values.shape)}
        return self._node(name, "Const", [], {"dtype": {"type": kind}, "value": {"tensor": tensor}})

    def convolution(self, name, source, weights, bias, stride, depthwise=False):
        """Convolution with SAME padding and a bias; `weights` as [height, width, in, out or 1]."""
        attributes = {
            "T": _FLOAT,
            "data_format": _text("NHWC"),
            "dilations": {"list": {"i": ["1", "1", "1", "1"]}},
            "padding": _text("SAME"),
            "strides": {"list": {"i": ["1", str(stride), str(stride), "1"]}},
        }
        operation = "DepthwiseConv2dNative" if depthwise else "Conv2D"
        inputs = [source, self.constant(f"{name}/weights", weights)]
        sums = self._node(f"{name}/convolution", operation, inputs, attributes)
        inputs = [sums, self.constant(f"{name}/bias", bias)]
        return self._node(name, "BiasAdd", inputs, {"T": _FLOAT, "data_format": _text("NHWC")})

    def relu6(self, name, source):
        return self._node(name, "Relu6", [source], {"T": _FLOAT})

    def add(self, name, left, right):
        return self._node(name, "AddV2", [left, right], {"T": _FLOAT})

    def mean(self, name, source, axes):
        attributes = {"T": _FLOAT, "Tidx": _INT, "keep_dims": {"b": False}}
        return self._node(name, "Mean", [source, axes], attributes)

    def concatenate(self, name, sources, axis):
        attributes = {"N": {"i": str(len(sources))}, "T": _FLOAT, "Tidx": _INT}
        return self._node(name, "ConcatV2", [*sources, axis], attributes)


def stored(constants):
    """The constants as a loader will see them: floats after their way through float16."""
    rounded = {}
    for name, values in constants.items():
        if values.dtype == numpy.float32:
            values = values.astype(numpy.float16).astype(numpy.float32)
            if not numpy.isfinite(values).all():
                raise ValueError(f"{name} does not fit into float16")
        rounded[name] = values
    return rounded


def write(graph, source, target, producer):
    """The bytes of (model.json, weights.bin) for `graph`, from node `source` to node `target`.

    `source` and `target`: (node name, sizes with -1 for the number of images).
    """
    entries, blocks = [], []
    # The int32 constants come first, so that each one starts at a multiple of four bytes.
    for name, values in sorted(graph.constants.items(), key=lambda item: item[1].dtype != numpy.int32):
        entry = {"name": name, "shape": list(values.shape), "dtype": str(values.dtype)}
        if values.dtype == numpy.float32:
            entry["quantization"] = {"dtype": "float16", "original_dtype": "float32"}
            blocks.append(values.astype("<f2").tobytes())
        else:
            blocks.append(values.astype("<i4").tobytes())
        entries.append(entry)

    def port(name, sizes):
        return {name: {"name": f"{name}:0", "dtype": "DT_FLOAT", "tensorShape": _shape(sizes)}}

    model = {
        "format": "graph-model",
        "generatedBy": producer,
        "convertedBy": "scripts/backbones",
        "signature": {"inputs": port(*source), "outputs": port(*target)},
        "modelTopology": {"node": graph.nodes, "library": {}, "versions": {}},
        "weightsManifest": [{"paths": ["weights.bin"], "weights": entries}],
    }
    return (json.dumps(model, separators=(",", ":")) + "\n").encode(), b"".join(blocks)


def read(model, weights):
    """The nodes and constants in the bytes of a model.json and a weights.bin made by `write`."""
    document = json.loads(model)
    constants, offset = {}, 0
    for entry in document["weightsManifest"][0]["weights"]:
        kind = numpy.dtype("<f2" if "quantization" in entry else "<i4")
        size = int(numpy.prod(entry["shape"])) * kind.itemsize
        values = numpy.frombuffer(weights[offset : offset + size], kind).reshape(entry["shape"])
        constants[entry["name"]] = values.astype(entry["dtype"])
        offset += size
    if offset != len(weights):
        raise ValueError(f"weights.bin has {len(weights)} bytes, its manifest describes {offset}")
    return document["modelTopology"]["node"], constants


def _same(image, kernel, stride):
    """TensorFlow's SAME padding of [n, channels, height, width]: the smaller half comes first."""
    sides = []
    for axis in (3, 2):
        size, reach = image.shape[axis], kernel.shape[axis]
        total = max((-(-size // stride) - 1) * stride + reach - size, 0)
        sides += [total // 2, total - total // 2]
    return functional.pad(image, sides)


def run(nodes, constants, images, precision):
    """Executes the graph as written on `images` [n, height, width, 3]; returns [n, D].

    An interpreter apart from the writer, so that parity is shown of the file and not of the
    intention. `precision`: a floating torch dtype in which everything is computed.
    """
    values = {}
    for node in nodes:
        inputs = [values[name] for name in node["input"]]
        operation, attributes = node["op"], node["attr"]
        if operation == "Placeholder":
            result = torch.from_numpy(images).to(precision).permute(0, 3, 1, 2)
        elif operation == "Const":
            result = torch.from_numpy(constants[node["name"]])
            result = result.to(precision) if result.is_floating_point() else result
        elif operation in ("Conv2D", "DepthwiseConv2dNative"):
            image, kernel = inputs
            stride = int(attributes["strides"]["list"]["i"][1])
            depthwise = operation == "DepthwiseConv2dNative"
            kernel = kernel.permute(2, 3, 0, 1) if depthwise else kernel.permute(3, 2, 0, 1)
            groups = image.shape[1] if depthwise else 1
            result = functional.conv2d(_same(image, kernel, stride), kernel, None, stride, groups=groups)
        elif operation == "BiasAdd":
            result = inputs[0] + inputs[1].reshape(1, -1, 1, 1)
        elif operation == "Relu6":
            result = functional.relu6(inputs[0])
        elif operation == "AddV2":
            result = inputs[0] + inputs[1]
        elif operation == "Mean":
            if inputs[1].tolist() != [1, 2]:
                raise ValueError(f"{node['name']} takes its mean over axes other than height and width")
            result = inputs[0].mean(dim=(2, 3))
        elif operation == "ConcatV2":
            result = torch.cat(inputs[:-1], dim=int(inputs[-1]))
        else:
            raise ValueError(f"{node['name']}: operation {operation} is not known")
        values[node["name"]] = result
    return result.numpy()
