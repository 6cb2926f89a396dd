"""Rasa graph components of Signpost's pipeline.

They import nothing of Rasa's recipe, so that a trained graph runs without TensorFlow; `nlu.recipe` registers them.
"""
