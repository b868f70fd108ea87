"""What may be wrong with a pooled answer: asymmetry, selection, single studies that carry it, subsets that differ."""
