"""From an empty AWS account to a running Fullcircle and back: every command can be stopped anywhere and run again."""
