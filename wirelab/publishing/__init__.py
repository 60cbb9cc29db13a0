"""Build the course as a website that can be read without Jupyter, and without a network."""
