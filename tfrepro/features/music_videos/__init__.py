"""Music videos -> what is seen and what is heard of each segment.

Conventions
-----------
A maker is a function ``(folder, videos, settings, find_source, work, *, jobs) -> FeatureSet``:
the corpus' folder and table (:mod:`tfrepro.corpora.music_videos.table`), its settings, a folder
for finished pieces, worker processes. The set has the modalities ``visual`` and ``acoustic``,
(N, D) float32 and not standardised, and a row a segment:

===========  =======================================================================
``id``       unique name
``label``    the style; empty if it is not known
``group``    the source video: what a split must not tear apart
``chunk``    the whole minute that the segment is part of; empty if there is none
``place``    in its chunk, 0 to ``segments`` - 1 in the order of time; -1 if in none
``start_s``  when it begins, in s
===========  =======================================================================

``meta`` has ``modalities``, with the ``spans`` of their blocks if they have some, ``segment_s``,
how long a segment lasts, in s, and ``segments``, how many a chunk has. Where there is but one
vector a video, the video is its only segment and a chunk of its own, and ``segment_s`` is null.
"""
