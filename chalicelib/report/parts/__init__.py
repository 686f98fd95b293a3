"""The parts of a report, as blocks that both templates can show. Pure."""
