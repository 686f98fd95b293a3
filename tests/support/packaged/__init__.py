"""The packaged app as Lambda runs it: each function a process of its own, held to its policy by an emulator's IAM."""
