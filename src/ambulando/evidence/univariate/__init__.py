"""Effects of independent studies: pooled, as a function of moderators, in groups, from counts, resampled."""
