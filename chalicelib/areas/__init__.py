"""Development areas after the debrief: revise them, note progress, share them, close them."""
