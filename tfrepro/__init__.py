"""Five papers on micro-videos and audio-visual learning, reproduced.

Media become features, features train methods, methods leave predictions,
predictions become the papers' tables. The rooms, in that order:

``sources``     where data comes from: a registry of files with checksums
``simulate``    data made here, with planted structure
``media``       files -> arrays
``corpora``     what a data set is: items, labels, groups, licences
``features``    arrays -> vectors, and the feature-set folder that holds them
``layers``      Keras layers that several models share
``baselines``   one file per baseline family
``models``      one file per published model
``published``   the papers' own numbers
``evaluation``  splits, runs, scores, significance, tables
``retrieval``   search by vector, for people: an index on disk
``report``      tables and pictures for people
``clips``       your own clip: from a file to an answer
``cli``         the command line

A later room imports earlier ones, never the other way.
"""

__version__ = "0.1.0"
