"""Turn recorded bytes into messages and frames, and show them as text, HTML and HAR."""
