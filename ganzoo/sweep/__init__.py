"""Many trainings to find good hyper-parameters: a space of them, trials in a study, a report."""
