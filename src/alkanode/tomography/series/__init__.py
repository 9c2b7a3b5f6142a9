"""Many scans, block by block, resumable."""
