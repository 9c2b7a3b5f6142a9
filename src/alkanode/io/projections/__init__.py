"""Projections of a tomograph: NXtomo, Data Exchange, HDF5 by declared paths, folders of TIFF."""
