"""Where networks run: device, precision, threads."""

import importlib.metadata
import os

import keras

from tfrepro.errors import UserError


def configure(device: str, precision: str, threads: int = 0) -> dict[str, str]:
    """Set up the backend before the first network is built.

    Parameters
    ----------
    device : ``auto`` (a GPU if there is one), ``cpu`` or ``gpu``
    precision : Keras dtype policy
    threads : of one operation on the CPU; 0 leaves it to the backend

    Returns
    -------
    What runs where, in words, to be logged and kept with the results.

    Raises
    ------
    UserError
        if a GPU is asked for and none is seen.
    """
    keras.config.set_dtype_policy(precision)
    backend = keras.config.backend()
    where = _configure_tensorflow(device, threads) if backend == "tensorflow" else device
    return {
        "backend": f"{backend} {importlib.metadata.version(backend)}",
        "keras": keras.__version__,
        "device": where,
        "precision": precision,
    }


def processes(jobs: int, device: str) -> int:
    """How many networks to train side by side: as many as jobs on the CPU, one on a GPU."""
    cores = os.cpu_count() or 1
    return 1 if device == "gpu" else cores if jobs < 0 else min(jobs, cores)


def _configure_tensorflow(device: str, threads: int) -> str:
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    if device == "gpu" and not gpus:
        raise UserError("compute.device = 'gpu': TensorFlow sees none; use auto or cpu")
    if threads:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
    if device == "cpu" or not gpus:
        tf.config.set_visible_devices([], "GPU")
        return "cpu"
    # Without growth TensorFlow takes the whole card, and two runs cannot share it.
    for gpu in gpus:
        tf.config.experimental.set_memory_growth(gpu, True)
    names = [tf.config.experimental.get_device_details(gpu).get("device_name") for gpu in gpus]
    return ", ".join(str(name) for name in names)
