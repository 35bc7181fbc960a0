"""The one kind of error a person is meant to read."""


class UserError(Exception):
    """A mistake its reader can mend, said in one line.

    The message names the file or the key, repeats the offending value and says
    what is allowed or what to do: ``dare.table2.folds = 1: must be at least 2``.
    Stage scripts and commands print it without a traceback.
    """
