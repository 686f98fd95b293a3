"""Publishing rule and figures: from answers to what may be shown. Renders nothing, stores nothing."""
