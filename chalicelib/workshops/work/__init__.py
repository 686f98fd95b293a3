"""What a facilitator reads of delegates’ work, and their own part of it."""
