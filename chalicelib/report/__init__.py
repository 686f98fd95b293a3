"""A wave closes: score, publish and render one delegate's report."""
