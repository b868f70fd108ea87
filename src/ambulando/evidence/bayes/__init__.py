"""Random effects by exact integration over tau, with priors for it."""
