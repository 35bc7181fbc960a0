"""``tf.train.Example`` messages without TensorFlow: bytes <-> named features.

Conventions
-----------
An *Example* maps names to features, each a list of byte strings, of float32 or
of int64. A *SequenceExample* has the same in its ``context`` and, beside it,
``feature_lists``: name -> one feature a step. Both put the first map under
field 1, so an Example is read here as a SequenceExample without feature lists.

The messages are declared in a pool of their own: TensorFlow, imported later,
declares them again in the common one.

Source: tensorflow/core/example/{feature,example}.proto.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError, Message

from tfrepro.media.errors import MediaError

Feature = Sequence[bytes] | np.ndarray
_FIELD = descriptor_pb2.FieldDescriptorProto


def parse_example(data: bytes) -> Message:
    """The message in ``data``: ``context.feature[name]``, ``feature_lists.feature_list[name]``.

    Raises :class:`MediaError` if the bytes are no such message.
    """
    try:
        return SequenceExample.FromString(data)
    except DecodeError:
        raise MediaError("is no tf.train.Example") from None


def encode_example(features: Mapping[str, Feature]) -> bytes:
    """An Example as bytes, the same for the same features.

    Parameters
    ----------
    features : name -> byte strings, or a 1-D array of floats or of integers
    """
    return encode_sequence_example(features, {})


def encode_sequence_example(
    context: Mapping[str, Feature], feature_lists: Mapping[str, Sequence[Feature]]
) -> bytes:
    """A SequenceExample as bytes; ``feature_lists`` has one feature a step."""
    message = SequenceExample()
    for name, values in context.items():
        _fill(message.context.feature[name], values)
    for name, steps in feature_lists.items():
        feature_list = message.feature_lists.feature_list[name]
        for values in steps:
            _fill(feature_list.feature.add(), values)
    return message.SerializeToString(deterministic=True)


def _fill(feature: Message, values: Feature) -> None:
    if not isinstance(values, np.ndarray):
        feature.bytes_list.value.extend(values)
    elif values.dtype.kind == "f":
        feature.float_list.value.extend(values.tolist())
    else:
        feature.int64_list.value.extend(values.tolist())


def _declare() -> Any:
    """The class SequenceExample, from its declaration."""
    file = descriptor_pb2.FileDescriptorProto(
        name="tf_example.proto", package="tfrepro", syntax="proto3"
    )
    for name, kind in (
        ("BytesList", _FIELD.TYPE_BYTES),
        ("FloatList", _FIELD.TYPE_FLOAT),
        ("Int64List", _FIELD.TYPE_INT64),
    ):
        _add(file.message_type.add(name=name), "value", 1, kind, many=True)

    feature = file.message_type.add(name="Feature")
    feature.oneof_decl.add(name="kind")
    _add(feature, "bytes_list", 1, "BytesList").oneof_index = 0
    _add(feature, "float_list", 2, "FloatList").oneof_index = 0
    _add(feature, "int64_list", 3, "Int64List").oneof_index = 0
    _add(file.message_type.add(name="FeatureList"), "feature", 1, "Feature", many=True)

    # A map is a repeated pair of key and value.
    for name, field, value in (
        ("Features", "feature", "Feature"),
        ("FeatureLists", "feature_list", "FeatureList"),
    ):
        owner = file.message_type.add(name=name)
        pair = owner.nested_type.add(name=f"{value}Entry")
        pair.options.map_entry = True
        _add(pair, "key", 1, _FIELD.TYPE_STRING)
        _add(pair, "value", 2, value)
        _add(owner, field, 1, f"{name}.{value}Entry", many=True)

    example = file.message_type.add(name="SequenceExample")
    _add(example, "context", 1, "Features")
    _add(example, "feature_lists", 2, "FeatureLists")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("tfrepro.SequenceExample"))


def _add(message: Any, name: str, number: int, kind: int | str, *, many: bool = False) -> Any:
    """A new field of ``message``, of a scalar kind or of the message named ``kind``."""
    label = _FIELD.LABEL_REPEATED if many else _FIELD.LABEL_OPTIONAL
    field = message.field.add(name=name, number=number, label=label)
    if isinstance(kind, str):
        field.type, field.type_name = _FIELD.TYPE_MESSAGE, f".tfrepro.{kind}"
    else:
        field.type = kind
    return field


SequenceExample = _declare()
