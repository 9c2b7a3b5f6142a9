"""Properties of Li, Na, K and their alloys against temperature, each number with its source, trust label and range.

* :mod:`~alkanode.materials.properties.densities`: liquids and solids, ideal volumes plus a fitted contraction
* :mod:`~alkanode.materials.properties.viscosities`: liquid Na, K and Na-K
* :mod:`~alkanode.materials.properties.diffusivities`: sodium, and lithium as a guest, in liquid Na-K
* :mod:`~alkanode.materials.properties.surface_tensions`: the pure liquid metals

Their data are the YAML files beside these modules.
"""
