"""Lithium in Na-K liquid: how much dissolves, and what current a film of it lets through."""
