"""Score, publish and render a delegate's report when a wave closes."""
