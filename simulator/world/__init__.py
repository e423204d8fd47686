"""The whole shop in one thread on a virtual clock, from one seed: the production cores on simulated everything else."""
