"""The activity floor's content: catalogue, MET values, sports of recordings, paces."""
