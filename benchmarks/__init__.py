"""Speed and quality: scripts that measure, the stored runs, and the tables made from them."""
