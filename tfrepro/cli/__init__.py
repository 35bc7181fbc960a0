"""The command line: ``tfrepro``. Each command has a module of its own, imported when it is run."""
