"""Change who takes part in a programme, and how: one act for each change, the same in the console and the shell."""
