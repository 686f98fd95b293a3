"""The only readers and writers of DynamoDB, S3 and the queues. Knows no stage. Its rows: row_kinds.py."""
