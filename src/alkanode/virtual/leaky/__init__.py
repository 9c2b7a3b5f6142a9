"""A cell as a network of leaking columns: voids, filaments and interphases that are known to the sample."""
