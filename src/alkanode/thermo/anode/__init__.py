"""What thermodynamics says of an anode, one folder for each question.

``window``
    Between which compositions is the alloy liquid?
``paths``
    What happens while a metal is stripped or plated, and what does carbon take?
``lever_rule``
    How much of both electrodes of a cell is liquid after a charge?
``potentials``
    What are the potentials of its metals, alone and in an electrolyte?
``exchange``
    How far do its metals exchange with the ions of an electrolyte?
``lithium_film``
    How much lithium dissolves, and what current does that carry?

They share ``equilibria`` (states of any alloy), ``sizes`` (volumes, electrodes), ``electrolytes`` (standard potentials and
salts, as data) and ``uncertainty`` (intervals and headline numbers).
"""
