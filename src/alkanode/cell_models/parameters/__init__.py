"""Numbers that the cell models rest on: value, unit, source, trust label, and whether known, fitted or assumed.

* :mod:`~alkanode.cell_models.parameters.parameter`: one parameter
* :mod:`~alkanode.cell_models.parameters.parameter_set`: a named set, with changes and as a table
* :mod:`~alkanode.cell_models.parameters.reading`: shipped sets, plug-ins, YAML files

The shipped sets are the YAML files in ``shipped``, one per paper.
"""

from alkanode.cell_models.parameters.parameter import CompositionTable, Parameter, Role
from alkanode.cell_models.parameters.parameter_set import ParameterSet
from alkanode.cell_models.parameters.reading import load_parameters, parameter_set_names, read_parameters

__all__ = [
    "CompositionTable",
    "Parameter",
    "ParameterSet",
    "Role",
    "load_parameters",
    "parameter_set_names",
    "read_parameters",
]
