"""How the small judge is made: questions with their paragraph become pairs, pairs become weights.

Law: what is trained here is measured here, on articles that it was not trained on.

Does not know: how answers are made, and what the fit lets the judge count.
"""
