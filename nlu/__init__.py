"""Everything that knows Rasa: the pipeline's components, training, evaluation and the classifier."""
