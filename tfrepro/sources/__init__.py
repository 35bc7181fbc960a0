"""Where data comes from: a registry of files with checksums, and how to get hold of them.

A *source* is a named set of files that belong together (a data set, a label list, a few
pretrained networks): one page of ``registry/`` says what it holds, under which licence, and
for every file its size, its SHA-256 and its public address, where one is known.

``load(name)``              the page of a source
``resolve(source, ...)``    a verified path for every file: mirror folders first, then the
                            cache folder, then the network
``status(source, ...)``     where its files are, by a look at their sizes

A mirror folder holds ``<mirror>/<source>/<file>`` and is only read; the cache folder holds
``<cache>/<source>/<file>`` and is ours. ``tfrepro sources`` lists all sources.
"""

from tfrepro.sources.fetch import Resolved, resolve
from tfrepro.sources.presence import status
from tfrepro.sources.registry import load, names
from tfrepro.sources.source import Source, SourceFile

__all__ = ["Resolved", "Source", "SourceFile", "load", "names", "resolve", "status"]
