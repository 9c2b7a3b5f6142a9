"""Records, schemas, cells, protocols, storage: what every technique works on."""
