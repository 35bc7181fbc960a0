"""Any TFLite image model as an extractor, and the interpreter that runs such files.

A file holds the network and its weights, and says its input's size itself. It
runs on one thread, a frame at a time: workers run side by side, and a file may
fix its batch to one.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tfrepro.errors import UserError
from tfrepro.features.visual.extractor import (
    LazyNetwork,
    check_frames,
    describe_file,
    one_line,
)

VERSION = 1
_MARK = b"TFL3"  # bytes 4 to 8 of every TFLite file


@dataclass(frozen=True)
class TfliteModel(LazyNetwork):
    """RGB frames -> what the model puts out, as float32 whatever it computes in.

    Attributes
    ----------
    file : a model with one input, (1, H, W, 3) uint8 or float32, and one output
    pixel_range : what the pixels 0 and 255 become for a model that takes float32;
        one that takes uint8 gets the pixels as they are

    The first use raises UserError if the file is missing, is not TFLite or is another
    kind of model.
    """

    file: Path
    pixel_range: tuple[float, float] = (-1.0, 1.0)

    @property
    def size(self) -> tuple[int, int]:
        _, height, width, _ = _input(self.network)["shape"]
        return int(height), int(width)

    @property
    def dimension(self) -> int:
        return int(np.prod(_output(self.network)["shape"]))

    def describe(self) -> dict[str, Any]:
        return {"name": "tflite", "weights": describe_file(self.file), "version": VERSION}

    def build(self) -> Any:
        interpreter = open_interpreter(self.file)
        _check_image_model(self.file, interpreter)
        return interpreter

    def __call__(self, frames: np.ndarray) -> np.ndarray:
        """``(T, H, W, 3)`` uint8 -> ``(T, D)`` float32."""
        check_frames(frames, self.size)
        output = _output(self.network)
        vectors = np.empty((len(frames), self.dimension), np.float32)
        for vector, frame in zip(vectors, frames, strict=True):
            vector[:] = run(self.network, self._prepare(frame), output)
        return vectors

    def _prepare(self, frame: np.ndarray) -> np.ndarray:
        if _input(self.network)["dtype"] == np.uint8:
            return frame
        low, high = self.pixel_range
        return low + frame * np.float32((high - low) / 255)


def open_interpreter(file: Path) -> Any:
    """A ``tf.lite.Interpreter`` of the file, ready to run on one thread.

    Raises UserError naming the file if it is missing, is not TFLite or does not run.
    """
    import tensorflow as tf
    from tensorflow.lite.tools import flatbuffer_utils

    try:
        content = Path(file).read_bytes()
    except OSError as error:
        raise UserError(f"{file}: cannot be read ({error.strerror})") from None
    if content[4:8] != _MARK:
        raise UserError(f"{file}: not a TFLite file")
    try:
        # The interpreter trusts what it reads: a file that is cut off ends the process.
        flatbuffer_utils.convert_bytearray_to_object(bytearray(content))
    except Exception as error:  # bytes that are no model can raise nearly anything
        raise UserError(f"{file}: is cut off or damaged ({one_line(error)})") from None
    try:
        interpreter = tf.lite.Interpreter(str(file), num_threads=1)
        interpreter.allocate_tensors()
    except (ValueError, RuntimeError) as error:
        raise UserError(
            f"{file}: a TFLite file that does not run here ({one_line(error)})"
        ) from None
    return interpreter


def run(interpreter: Any, x: np.ndarray, output: dict[str, Any]) -> np.ndarray:
    """One output of a model with one input, as a float32 vector.

    Parameters
    ----------
    x : of as many numbers as the input and of its type
    output : one of the model's ``get_output_details()``; numbers of a quantised one
        are put back to their own scale
    """
    into = _input(interpreter)
    interpreter.set_tensor(into["index"], x.reshape(into["shape"]))
    interpreter.invoke()
    values = interpreter.get_tensor(output["index"]).astype(np.float32).ravel()
    scale, zero_point = output["quantization"]
    return (values - zero_point) * np.float32(scale) if scale else values


def _input(interpreter: Any) -> dict[str, Any]:
    return interpreter.get_input_details()[0]


def _output(interpreter: Any) -> dict[str, Any]:
    return interpreter.get_output_details()[0]


def _check_image_model(file: Path, interpreter: Any) -> None:
    """Raise UserError unless the model takes one image of a fixed size and gives one array."""
    inputs, outputs = interpreter.get_input_details(), interpreter.get_output_details()
    if (len(inputs), len(outputs)) != (1, 1):
        raise UserError(
            f"{file}: has {len(inputs)} inputs and {len(outputs)} outputs, must have one of each"
        )
    shape, kind = list(inputs[0]["shape_signature"]), inputs[0]["dtype"]
    if len(shape) != 4 or shape[3] != 3 or min(shape[1:]) < 1:
        raise UserError(f"{file}: takes {shape}, must take images of a fixed size (1, H, W, 3)")
    if kind not in (np.uint8, np.float32):
        raise UserError(f"{file}: takes {kind.__name__}, must take uint8 or float32")
