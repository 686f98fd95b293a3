"""Choosing raters: lists as they are pasted, doubts, forecasts, approval."""
