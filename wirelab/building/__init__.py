"""Make the notebooks from their sources, and run them in kernels."""
