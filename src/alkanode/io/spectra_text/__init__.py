"""Impedance spectra in text files: RelaxIS, ZPlot with ZView and Autolab, tables with and without names."""

from alkanode.io.spectra_text.numbers import NumbersReader
from alkanode.io.spectra_text.relaxis import RelaxisReader
from alkanode.io.spectra_text.table import PlainSpectraReader
from alkanode.io.spectra_text.zplot import ZplotReader

__all__ = ["NumbersReader", "PlainSpectraReader", "RelaxisReader", "ZplotReader"]
