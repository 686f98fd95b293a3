"""The embedded cloud: moto, the real stack, Chalice's local server, a pump, a virtual clock and a desk."""
