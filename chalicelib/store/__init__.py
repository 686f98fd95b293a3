"""Read and write DynamoDB, S3 and the queues; no other folder does. Knows no stage. The kinds of row: row_kinds/."""
