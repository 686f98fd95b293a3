"""What an administrator prepares for the sponsor: costs, requests to the board, stories and editions."""
