"""smscore inside other engines: their data in, the same data with alphabet, parts and price out.

quoter.py    one quotation of record batches: made once, sent to workers, run there
spark.py     `quote` a Spark DataFrame
ray.py       `quote` a Ray Dataset
duckdb.py    `register` the SQL functions
polars.py    `measure` texts, `quote` a frame, eager or lazy
pandas.py    `measure` a Series, `quote` a DataFrame

The law of this package: an adapter imports its own engine and no other, and brings data to the one
batch function and back. What a message is and costs is decided in `smscore.bulk`, so every engine
gives the answers that a file gets.
"""
