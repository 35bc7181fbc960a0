"""What went wrong with a request, in a few words."""

from http import HTTPStatus


def status_words(status: int) -> str:
    """An HTTP status with its name, if it has one."""
    try:
        return f"HTTP {status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"HTTP {status}"


def failure_words(error: BaseException) -> str:
    """The last clause of what requests and urllib3 wrap around each other."""
    inner = getattr(error, "reason", None) or (error.args and error.args[0])
    if isinstance(inner, BaseException):
        return failure_words(inner)
    return str(inner or error).rsplit(": ", 1)[-1].strip() or type(error).__name__
