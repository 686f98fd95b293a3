"""Keep development areas alive after the debrief: revise them, note progress, share them, close them."""
