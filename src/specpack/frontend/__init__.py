"""Front end: packs read, understood and checked; asks no model."""
