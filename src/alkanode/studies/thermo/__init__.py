"""Phase equilibria as parts: numbers, tables, figures and sentences, without a file that was measured."""
