"""``params.yaml`` as typed, checked values.

A stage reads the sections it needs (:func:`tfrepro.settings.reading.read_section`),
so that what it depends on stays small; :mod:`tfrepro.settings.everything`
checks the whole file before any work starts.
"""
