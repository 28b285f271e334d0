"""The language server: what an editor shows of a pack while it is written. Loads no pygls until it is started."""
