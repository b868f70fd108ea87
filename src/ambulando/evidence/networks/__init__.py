"""Network meta-analysis: many treatments, compared in studies of two arms or more, in one model."""

from ambulando.evidence.networks.fit import Comparison, Network, hat_matrix, network

__all__ = ["Comparison", "Network", "hat_matrix", "network"]
