"""Dictionary learning on several modalities: the baselines MDL, DMDL, MTDL and D3L."""
