"""The report: one folder of static pages, readable without a network and without scripts.

A start page with the state of all papers, a page a paper with every table and figure, measured
beside published, one on the data, one on how to add a method, and the galleries that other
stages have drawn.
"""
